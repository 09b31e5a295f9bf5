import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { configs } from '../../../api/configs'
import type { ConfigDiff } from '../../../api/contract3'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { Choice } from '../../../list/Filters'
import { ProblemView } from '../../../list/ProblemView'
import { Crumbs } from '../../../parts/link/Go'
import { Page, Panel } from '../../../ui/Page'
import { Empty, Segments, Waiting } from '../../../ui/Pieces'
import { useMedia } from '../../../ui/useMedia'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import { Signs } from './Configs'
import { DiffView } from './DiffView'
import { rowsOf, rowsOfText } from './rows'

const spec = { base: text(), view: choice(['split', 'unified', 'text'], '') }
const WIDE = '(min-width: 1100px)'

/** What changed between two revisions, as the server compared them. */
export default function DiffPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { id = '' } = useParams()
  const { view, set } = useView(spec)
  const query = useQuery(configs.diff(id, view.base))
  const isWide = useMedia(WIDE)
  const diff = query.data
  const device = diff?.target.device
  const shown = view.view === '' ? (isWide ? 'split' : 'unified') : view.view
  useKeys([{ code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => device && void navigate(go.deviceConfigs(device.id)) }])
  return (
    <Page
      title={diff ? `${diff.target.device.name}: ${say('configs.revision', { number: diff.target.number })}` : say('configs.diff')}
      crumbs={
        device ? (
          <Crumbs
            path={[
              [go.device(device.id), device.name],
              [go.deviceConfigs(device.id), say('nav.configs')],
            ]}
          />
        ) : undefined
      }
      badge={diff ? <Signs added={diff.added} removed={diff.removed} /> : undefined}
      sub={diff ? <Between diff={diff} /> : undefined}
      ready={!query.isPending}
      actions={
        diff ? (
          <>
            <Against diff={diff} base={view.base} choose={(base) => set({ base })} />
            <Segments
              label={say('configs.view')}
              value={shown}
              options={[...(isWide ? [['split', say('configs.split')] as const] : []), ['unified', say('configs.unified')], ['text', say('configs.text')]]}
              onChange={(next) => set({ view: next }, true)}
            />
          </>
        ) : undefined
      }
    >
      {query.isPending ? <Waiting rows={10} /> : null}
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {diff ? <Shown diff={diff} way={shown} /> : null}
    </Page>
  )
}

function Between({ diff }: { diff: ConfigDiff }) {
  const say = useSay()
  const format = useFormat()
  const { base, target } = diff
  return (
    <span>
      {base
        ? say('configs.between', { old: base.number, old_at: format.dateTime(base.taken_at), new: target.number, new_at: format.dateTime(target.taken_at) })
        : say('configs.first', { at: format.dateTime(target.taken_at) })}
      {' · '}
      {say('configs.places', { count: diff.hunks.length })}
    </span>
  )
}

/** Any earlier revision of the same device may be what it is compared with. */
function Against({ diff, base, choose }: { diff: ConfigDiff; base: string; choose: (base: string) => void }) {
  const say = useSay()
  const format = useFormat()
  const all = useInfiniteQuery(configs.list({ device: diff.target.device.id }))
  const others = (all.data?.pages.flatMap((page) => page.items) ?? []).filter((each) => each.id !== diff.target.id)
  if (others.length === 0) return null
  return (
    <Choice
      label={say('configs.against')}
      value={base}
      options={others.map((each) => [each.id, `${say('configs.revision', { number: each.number })} · ${format.dateTime(each.taken_at)}`] as const)}
      onChange={choose}
    />
  )
}

function Shown({ diff, way }: { diff: ConfigDiff; way: 'split' | 'unified' | 'text' }) {
  const say = useSay()
  if (way === 'text') return <Whole id={diff.target.id} />
  if (diff.hunks.length === 0) return <Empty text={say(diff.hides_change ? 'configs.hides' : 'configs.same')} />
  return (
    <Panel title={say('configs.places', { count: diff.hunks.length })} flush>
      <DiffView key={way + diff.target.id + (diff.base?.id ?? '')} label={say('configs.diff')} rows={rowsOf(diff, way === 'split')} />
    </Panel>
  )
}

function Whole({ id }: { id: string }) {
  const say = useSay()
  const query = useQuery(configs.one(id))
  if (query.isPending) return <Waiting rows={10} />
  if (query.isError) return <ProblemView error={query.error} retry={query.refetch} />
  return (
    <Panel title={say('configs.text')} count={query.data.lines} flush>
      <DiffView label={say('configs.text')} rows={rowsOfText(query.data.text)} />
    </Panel>
  )
}

import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { audit } from '../../../api/admin'
import type { AuditRow } from '../../../api/nouns'
import { problemWords } from '../../../api/problemText'
import { session } from '../../../api/session'
import { useSay } from '../../../i18n/i18n'
import { Filters, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { Page, Panel } from '../../../ui/Page'
import { Banner, Instant, None } from '../../../ui/Pieces'
import { goObject } from '../../../url/go'
import { text, useView } from '../../../url/view'
import css from './audit.module.css'
import { changes } from './changes'

const spec = { object: text() }

function Changes({ row }: { row: AuditRow }) {
  const say = useSay()
  const list = changes(row.from, row.to)
  if (list.length === 0) return <None />
  return (
    <ul className={css.changes}>
      {list.map((each) => (
        <li key={each.field}>
          <span className="dim">{each.field}:</span>
          {each.from === null ? null : (
            <del>
              <span className="sr">{say('audit.from')} </span>
              {each.from}
            </del>
          )}
          {each.to === null ? null : (
            <ins>
              <span className="sr">{say('audit.to')} </span>
              {each.to}
            </ins>
          )}
        </li>
      ))}
    </ul>
  )
}
function What({ id }: { id: string }) {
  const to = goObject(id)
  return <span className="mono">{to ? <Go to={to}>{id}</Go> : id}</span>
}
function Who({ row }: { row: AuditRow }) {
  const say = useSay()
  return row.who ? row.who.email : <span className="dim">{say('audit.itself')}</span>
}
const columns: Column<AuditRow>[] = [
  { id: 'seq', head: 'audit.seq', isNumber: true, phone: 'none', cell: (row) => row.seq },
  { id: 'at', head: 'col.at', phone: 'end', cell: (row) => <Instant at={row.at} /> },
  { id: 'who', head: 'audit.who', phone: 'side', cell: (row) => <Who row={row} /> },
  { id: 'action', head: 'audit.action', phone: 'lead', cell: (row) => row.action },
  { id: 'object', head: 'col.object', cell: (row) => <What id={row.object} /> },
  { id: 'changes', head: 'audit.changes', size: 'grow', cell: (row) => <Changes row={row} /> },
]

export default function AuditPage() {
  const say = useSay()
  const me = useQuery(session.me)
  const { view, set, isFiltered } = useView(spec)
  const query = useInfiniteQuery(audit.list(view))
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  const verify = useMutation({ mutationFn: audit.verify })
  return (
    <Page
      title={say('audit.title')}
      sub={say('audit.text')}
      ready={!query.isPending}
      actions={
        <Act main can={me.data?.can.read_audit} busy={verify.isPending} onClick={() => verify.mutate()}>
          {say('audit.verify')}
        </Act>
      }
    >
      {verify.data ? (
        <Banner live tone={verify.data.ok ? 'ok' : 'critical'} glyph={verify.data.ok ? '✓' : '▲'}>
          {verify.data.ok ? say('audit.whole', { count: verify.data.rows }) : say('audit.broken', { at: verify.data.broken_at ?? 0 })}
        </Banner>
      ) : null}
      {verify.isError ? (
        <Banner live tone="critical" glyph="▲">
          {problemWords(say, verify.error).title}
        </Banner>
      ) : null}
      <Panel title={say('audit.trail')} flush>
        <Filters>
          <SearchBox label={say('audit.find')} value={view.object} onChange={(object) => set({ object }, true)} />
        </Filters>
        <List
          label={say('audit.trail')}
          rows={rows}
          idOf={(row) => String(row.seq)}
          columns={columns}
          query={query}
          isFiltered={isFiltered}
          clear={() => set({ object: '' })}
          none={{ text: say('audit.none') }}
        />
      </Panel>
    </Page>
  )
}

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { summary } from '../../../api/admin'
import type { Notice } from '../../../api/nouns'
import { session } from '../../../api/session'
import { notices } from '../../../api/support'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { Choice } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { ProblemView } from '../../../list/ProblemView'
import { useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { Go, GoRef } from '../../../parts/link/Go'
import { NoticeCard } from '../../../parts/notice/NoticeCard'
import { WordPill } from '../../../parts/words/WordPill'
import { HOLD_REASON, NOTICE_KIND, NOTICE_STATE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { IconButton } from '../../../ui/IconButton'
import { Page, Panel } from '../../../ui/Page'
import { Instant, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import css from '../alarms/alarms.module.css'

const spec = { state: choice(['held', 'draft', 'queued', 'sent', 'failed', 'withdrawn'], ''), open: text() }

function State({ row }: { row: Notice }) {
  const say = useSay()
  return (
    <span title={row.hold_reason ? say(HOLD_REASON[row.hold_reason]) : undefined}>
      <WordPill word={NOTICE_STATE[row.state]} />
    </span>
  )
}
function Kind({ row }: { row: Notice }) {
  const say = useSay()
  return <>{say(NOTICE_KIND[row.kind])}</>
}
const columns: Column<Notice>[] = [
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <State row={row} />, value: (row) => row.state },
  {
    id: 'subject',
    head: 'col.subject',
    size: 'grow',
    phone: 'lead',
    cell: (row) => <Go to={go.notice(row.id)}>{row.subject}</Go>,
    value: (row) => row.subject,
  },
  { id: 'client', head: 'col.client', cell: (row) => <GoRef of={row.client} />, value: (row) => row.client.name },
  { id: 'kind', head: 'col.kind', cell: (row) => <Kind row={row} />, value: (row) => row.kind },
  { id: 'to', head: 'col.to', cell: (row) => <span className="mono">{row.address}</span>, value: (row) => row.address },
  { id: 'at', head: 'col.at', phone: 'end', cell: (row) => <Instant at={row.sent_at ?? row.created_at} />, value: (row) => row.sent_at ?? row.created_at },
]

export default function NoticesPage() {
  const say = useSay()
  const { view, set, isFiltered } = useView(spec)
  const me = useQuery(session.me)
  const counts = useQuery(summary.get)
  const [isAsking, setAsking] = useState(false)
  const { query, rows, origin } = useRows(notices.list({ state: view.state }))
  const held = counts.data?.notices_held ?? 0
  const releaseAll = useAct(notices.releaseHeld, { touches: [notices.key, summary.key], said: say('notices.said.all_released') })
  useKeys([{ code: 'Escape', cap: 'Esc', text: 'keys.close', run: () => set({ open: '' }) }])
  return (
    <div className={css.console}>
      <Page
        title={say('notices.title')}
        ready={!query.isPending}
        actions={
          held > 0 ? (
            <Act main can={me.data?.can.act_on_alarms} icon={<Icon name="send" />} onClick={() => setAsking(true)}>
              {say('notices.release_all', { count: held })}
            </Act>
          ) : undefined
        }
      >
        <Panel title={say('notices.list')} count={rows.length} flush>
          <List
            label={say('notices.list')}
            rows={rows}
            idOf={(row) => row.id}
            columns={columns}
            query={query}
            name="notices"
            origin={origin}
            filters={
              <Choice
                label={say('col.state')}
                value={view.state}
                options={Object.entries(NOTICE_STATE).map(([name, word]) => [name, say(word.text)] as const)}
                onChange={(state) => set({ state, open: '' })}
              />
            }
            isFiltered={isFiltered}
            clear={() => set({ state: '' })}
            none={{ text: say('notices.none') }}
            open={(row) => set({ open: row.id === view.open ? '' : row.id })}
            openId={view.open}
          />
        </Panel>
      </Page>
      {view.open === '' ? null : <NoticePanel id={view.open} close={() => set({ open: '' })} />}
      <Dialog title={say('notices.release_all', { count: held })} opened={isAsking} close={() => setAsking(false)}>
        <div className="stack">
          <p>{say('notices.release_ask', { count: held })}</p>
          <div className="row">
            <span className="end" />
            <Button variant="default" onClick={() => setAsking(false)}>
              {say('ui.cancel')}
            </Button>
            <Button
              loading={releaseAll.isPending}
              onClick={() => {
                releaseAll.mutate(undefined)
                setAsking(false)
              }}
            >
              {say('notices.release')}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}

function NoticePanel({ id, close }: { id: string; close: () => void }) {
  const say = useSay()
  const query = useQuery(notices.one(id))
  return (
    <aside className={css.panel} aria-label={say('notices.one')}>
      <header className={css.panelHead}>
        <h2>{say('notices.one')}</h2>
        <IconButton label={say('ui.close')} onClick={close}>
          <Icon name="close" />
        </IconButton>
      </header>
      <div className={css.panelBody}>
        {query.isPending ? <Waiting /> : query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <NoticeCard notice={query.data} />}
      </div>
    </aside>
  )
}

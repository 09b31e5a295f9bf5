import { useNavigate } from 'react-router'
import { reference } from '../../../api/alarms'
import type { Ticket } from '../../../api/nouns'
import { tickets } from '../../../api/support'
import { useSay } from '../../../i18n/i18n'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { useNow } from '../../../live/clock'
import { Go, GoRef } from '../../../parts/link/Go'
import { WordPill } from '../../../parts/words/WordPill'
import { TICKET_STATE } from '../../../parts/words/words'
import { Page, Panel } from '../../../ui/Page'
import { Age, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'

const spec = { state: choice(['new', 'in_progress', 'resolved'], ''), line: choice(['l1', 'l2', 'l3'], ''), q: text() }

function Opened({ at }: { at: string }) {
  return <Age at={at} now={useNow()} />
}
const columns: Column<Ticket>[] = [
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={TICKET_STATE[row.state]} />, value: (row) => row.state },
  { id: 'title', head: 'col.title', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.ticket(row.id)}>{row.title}</Go>, value: (row) => row.title },
  { id: 'reference', head: 'col.reference', cell: (row) => <span className="mono">{reference(row.incident)}</span>, value: (row) => reference(row.incident) },
  {
    id: 'clients',
    head: 'col.clients',
    value: (row) => row.clients.map((each) => each.name).join(', '),
    cell: (row) =>
      row.clients.length === 0 ? (
        <None />
      ) : (
        row.clients.map((each, at) => (
          <span key={each.id}>
            {at > 0 ? ', ' : ''}
            <GoRef of={each} />
          </span>
        ))
      ),
  },
  { id: 'line', head: 'col.line', cell: (row) => row.line.toUpperCase(), value: (row) => row.line },
  { id: 'holder', head: 'col.holder', cell: (row) => row.holder?.email ?? <None />, value: (row) => row.holder?.email },
  { id: 'age', head: 'col.age', phone: 'end', isNumber: true, cell: (row) => <Opened at={row.opened_at} />, value: (row) => row.opened_at },
]

export default function TicketsPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { view, set, isFiltered } = useView(spec)
  const { query, rows, origin } = useRows(
    tickets.list({ state: view.state, line: view.line }),
    view.q === '' ? undefined : (row) => holds(view.q, [row.title, reference(row.incident), row.holder?.email, ...row.clients.map((each) => each.name)]),
  )
  return (
    <Page title={say('tickets.title')} ready={!query.isPending}>
      <Panel title={say('tickets.queue')} count={rows.length} flush>
        <List
          label={say('tickets.queue')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="tickets"
          origin={origin}
          filters={
            <>
              <SearchBox label={say('tickets.find')} value={view.q} onChange={(q) => set({ q }, true)} />
              <Choice
                label={say('col.state')}
                value={view.state}
                options={Object.entries(TICKET_STATE).map(([name, word]) => [name, say(word.text)] as const)}
                onChange={(state) => set({ state })}
              />
              <Choice
                label={say('col.line')}
                value={view.line}
                options={[
                  ['l1', 'L1'],
                  ['l2', 'L2'],
                  ['l3', 'L3'],
                ]}
                onChange={(line) => set({ line })}
              />
            </>
          }
          isFiltered={isFiltered}
          clear={() => set({ state: '', line: '', q: '' })}
          none={{ text: say('tickets.none') }}
          open={(row) => void navigate(go.ticket(row.id))}
        />
      </Panel>
    </Page>
  )
}

import { collectors } from '../../../api/admin'
import type { Collector } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { useNow } from '../../../live/clock'
import { WordPill } from '../../../parts/words/WordPill'
import { COLLECTOR_STATE } from '../../../parts/words/words'
import { Page, Panel } from '../../../ui/Page'
import { Age, None, Pill } from '../../../ui/Pieces'
import { text, useView } from '../../../url/view'

const spec = { q: text() }

function References({ row }: { row: Collector }) {
  const say = useSay()
  if (row.references.length === 0) return <None />
  return (
    <span className="row">
      {row.references.map((each) => (
        <Pill
          key={each.target}
          tone={each.answers == null ? 'unknown' : each.answers ? 'ok' : 'critical'}
          glyph={each.answers == null ? '◌' : each.answers ? '✓' : '▲'}
        >
          <span className="mono">{each.target}</span>{' '}
          {each.answers == null ? say('collectors.not_asked') : each.answers ? say('collectors.answers') : say('collectors.silent')}
        </Pill>
      ))}
    </span>
  )
}
function Seen({ row }: { row: Collector }) {
  return <Age at={row.seen_at} now={useNow()} />
}
const columns: Column<Collector>[] = [
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={COLLECTOR_STATE[row.state]} />, value: (row) => row.state },
  { id: 'name', head: 'col.name', phone: 'lead', cell: (row) => row.name, value: (row) => row.name },
  {
    id: 'references',
    head: 'collectors.references',
    size: 'grow',
    cell: (row) => <References row={row} />,
    value: (row) => row.references.map((each) => each.target).join(' '),
  },
  { id: 'devices', head: 'nav.devices', isNumber: true, cell: (row) => row.devices, value: (row) => row.devices },
  { id: 'seen', head: 'col.seen', phone: 'end', isNumber: true, cell: (row) => <Seen row={row} />, value: (row) => row.seen_at },
]

export default function CollectorsPage() {
  const say = useSay()
  const { view, set, isFiltered } = useView(spec)
  const { query, rows, origin } = useRows({ ...collectors.list(), refetchInterval: 15_000 }, view.q === '' ? undefined : (row) => holds(view.q, [row.name]))
  return (
    <Page title={say('collectors.title')} sub={say('collectors.text')} ready={!query.isPending}>
      <Panel title={say('collectors.list')} count={rows.length} flush>
        <List
          label={say('collectors.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="collectors"
          origin={origin}
          filters={<SearchBox label={say('collectors.find')} value={view.q} onChange={(q) => set({ q }, true)} />}
          isFiltered={isFiltered}
          clear={() => set({ q: '' })}
          none={{ text: say('collectors.none') }}
        />
      </Panel>
    </Page>
  )
}

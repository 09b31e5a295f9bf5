import { useState } from 'react'
import type { Iface } from '../../../api/nouns'
import { Graph } from '../../../chart/Graph'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { Filters, SearchBox } from '../../../list/Filters'
import { type Column, List, type ListQuery } from '../../../list/List'
import { useNow } from '../../../live/clock'
import { WordPill } from '../../../parts/words/WordPill'
import { ADMIN_DOWN, OPER } from '../../../parts/words/words'
import { Panel } from '../../../ui/Page'
import { Age, None, Pill } from '../../../ui/Pieces'
import { RangePick } from './RangePick'
import { METRICS, RANGES, type Range } from './ranges'

function State({ row }: { row: Iface }) {
  const say = useSay()
  if (!row.is_present)
    return (
      <Pill tone="unknown" glyph="◌">
        {say('interfaces.absent')}
      </Pill>
    )
  if (row.admin === 'down') return <WordPill word={ADMIN_DOWN} />
  // Down is loud only where it matters: a port that nobody watches may well be empty.
  if (row.oper === 'down' && !row.is_watched)
    return (
      <Pill tone="info" glyph="○">
        {say('oper.down')}
      </Pill>
    )
  return row.oper ? <WordPill word={OPER[row.oper]} /> : <None />
}
function Speed({ row }: { row: Iface }) {
  const format = useFormat()
  return row.speed_bps ? <span>{format.quantity(row.speed_bps, 'bps')}</span> : <None />
}
function Since({ at }: { at: string | null | undefined }) {
  return <Age at={at} now={useNow()} />
}
function Watched({ row }: { row: Iface }) {
  const say = useSay()
  return row.is_watched ? (
    <Pill tone="info" glyph="●">
      {say('interfaces.watched')}
    </Pill>
  ) : (
    <None />
  )
}
const columns: Column<Iface>[] = [
  { id: 'oper', head: 'col.state', phone: 'side', cell: (row) => <State row={row} /> },
  { id: 'name', head: 'col.name', phone: 'lead', cell: (row) => <span className="mono">{row.name}</span> },
  {
    id: 'alias',
    head: 'interfaces.alias',
    size: 'grow',
    cell: (row) => row.alias || (row.descr && row.descr !== row.name ? <span className="dim">{row.descr}</span> : <None />),
  },
  {
    id: 'services',
    head: 'col.services',
    cell: (row) => (row.services.length > 0 ? row.services.map((each) => each.name).join(', ') : <None />),
  },
  { id: 'speed', head: 'interfaces.speed', isNumber: true, cell: (row) => <Speed row={row} /> },
  { id: 'mac', head: 'interfaces.mac', phone: 'none', cell: (row) => (row.mac ? <span className="mono">{row.mac}</span> : <None />) },
  { id: 'watched', head: 'interfaces.watch', phone: 'none', cell: (row) => <Watched row={row} /> },
  { id: 'since', head: 'col.since', phone: 'end', isNumber: true, cell: (row) => <Since at={row.oper_since} /> },
]
const matches = (row: Iface, sought: string) => [row.name, row.alias, row.descr, row.mac].some((each) => each?.toLowerCase().includes(sought.toLowerCase()))

export function Interfaces({ query, range, setRange }: { query: ListQuery & { data: Iface[] | undefined }; range: Range; setRange: (range: Range) => void }) {
  const say = useSay()
  const [sought, setSought] = useState('')
  const [openId, setOpenId] = useState('')
  const all = query.data ?? []
  const rows = all.filter((row) => matches(row, sought))
  const open = all.find((row) => row.id === openId)
  return (
    <div className="stack-wide">
      <Panel title={say('devices.tab.interfaces')} count={all.length} flush>
        {all.length > 0 ? (
          <Filters>
            <SearchBox label={say('interfaces.find')} value={sought} onChange={setSought} />
            <span className="dim small">{say('interfaces.open_hint')}</span>
          </Filters>
        ) : null}
        <List
          label={say('devices.tab.interfaces')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          isFiltered={sought !== ''}
          clear={() => setSought('')}
          none={{ text: say('interfaces.none') }}
          open={(row) => setOpenId(row.id === openId ? '' : row.id)}
          openId={openId}
        />
      </Panel>
      {open ? (
        <>
          <RangePick value={range} onChange={setRange} />
          <div className="cols">
            <Panel title={say('graph.traffic_of', { name: open.name })}>
              <Graph key={open.id} object={open.id} title={say('graph.traffic_of', { name: open.name })} metrics={METRICS.traffic} seconds={RANGES[range]} />
            </Panel>
            <Panel title={say('graph.errors_of', { name: open.name })}>
              <Graph key={open.id} object={open.id} title={say('graph.errors_of', { name: open.name })} metrics={METRICS.errors} seconds={RANGES[range]} />
            </Panel>
          </div>
        </>
      ) : null}
    </div>
  )
}

import { useState } from 'react'
import type { Iface } from '../../../api/nouns'
import { from } from '../../../api/pages'
import { Graph } from '../../../chart/Graph'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { SearchBox } from '../../../list/Filters'
import { type Column, List, type ListQuery } from '../../../list/List'
import { holds, whole } from '../../../list/useRows'
import { useNow } from '../../../live/clock'
import { WordPill } from '../../../parts/words/WordPill'
import { ADMIN_DOWN, OPER } from '../../../parts/words/words'
import { Panel } from '../../../ui/Page'
import { Age, None, Pill } from '../../../ui/Pieces'
import { RangePick } from './RangePick'
import { METRICS, type Ranged } from './ranges'

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
  { id: 'oper', head: 'col.state', phone: 'side', cell: (row) => <State row={row} />, value: (row) => row.oper },
  { id: 'name', head: 'col.name', phone: 'lead', cell: (row) => <span className="mono">{row.name}</span>, value: (row) => row.name },
  {
    id: 'alias',
    head: 'interfaces.alias',
    value: (row) => row.alias || row.descr,
    size: 'grow',
    cell: (row) => row.alias || (row.descr && row.descr !== row.name ? <span className="dim">{row.descr}</span> : <None />),
  },
  {
    id: 'services',
    head: 'col.services',
    value: (row) => row.services.map((each) => each.name).join(', '),
    cell: (row) => (row.services.length > 0 ? row.services.map((each) => each.name).join(', ') : <None />),
  },
  { id: 'speed', head: 'interfaces.speed', isNumber: true, cell: (row) => <Speed row={row} />, value: (row) => row.speed_bps },
  { id: 'mac', head: 'interfaces.mac', phone: 'none', cell: (row) => (row.mac ? <span className="mono">{row.mac}</span> : <None />), value: (row) => row.mac },
  { id: 'watched', head: 'interfaces.watch', phone: 'none', cell: (row) => <Watched row={row} />, value: (row) => row.is_watched },
  { id: 'since', head: 'col.since', phone: 'end', isNumber: true, cell: (row) => <Since at={row.oper_since} />, value: (row) => row.oper_since },
]
interface InterfacesProps {
  device: string
  query: ListQuery & { data: Iface[] | undefined }
  sought: string
  setSought: (text: string) => void
  ranged: Ranged
}

export function Interfaces({ device, query, sought, setSought, ranged }: InterfacesProps) {
  const say = useSay()
  const [openId, setOpenId] = useState('')
  const all = query.data ?? []
  const rows = all.filter((row) => holds(sought, [row.name, row.alias, row.descr, row.mac]))
  const open = all.find((row) => row.id === openId)
  return (
    <div className="stack-wide">
      <Panel title={say('devices.tab.interfaces')} count={all.length} flush>
        <List
          label={say('devices.tab.interfaces')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="interfaces"
          origin={whole(from(`devices/${device}/interfaces`), rows)}
          filters={
            <>
              <SearchBox label={say('interfaces.find')} value={sought} onChange={setSought} />
              <span className="dim small">{say('interfaces.open_hint')}</span>
            </>
          }
          isFiltered={sought !== ''}
          clear={() => setSought('')}
          none={{ text: say('interfaces.none') }}
          open={(row) => setOpenId(row.id === openId ? '' : row.id)}
          openId={openId}
        />
      </Panel>
      {open ? (
        <>
          <RangePick ranged={ranged} />
          <div className="cols">
            <Panel title={say('graph.traffic_of', { name: open.name })}>
              <Graph
                key={open.id}
                object={open.id}
                title={say('graph.traffic_of', { name: open.name })}
                metrics={METRICS.traffic}
                span={ranged.span}
                zoom={ranged.zoom}
              />
            </Panel>
            <Panel title={say('graph.errors_of', { name: open.name })}>
              <Graph
                key={open.id}
                object={open.id}
                title={say('graph.errors_of', { name: open.name })}
                metrics={METRICS.errors}
                span={ranged.span}
                zoom={ranged.zoom}
              />
            </Panel>
          </div>
        </>
      ) : null}
    </div>
  )
}

import { useState } from 'react'
import { useNavigate } from 'react-router'
import { configs } from '../../../api/configs'
import type { ConfigView } from '../../../api/contract3'
import { useSay } from '../../../i18n/i18n'
import { type Column, List } from '../../../list/List'
import { useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { Panel } from '../../../ui/Page'
import { Instant, Pill } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { Backup } from './Backup'
import css from './configs.module.css'

export function Signs({ added, removed }: { added: number; removed: number }) {
  const say = useSay()
  return (
    <span className={css.signs}>
      <span className="sr">{say('configs.signs', { added, removed })}</span>
      <span aria-hidden="true">
        <ins>+{added}</ins> <del>−{removed}</del>
      </span>
    </span>
  )
}
function By({ row }: { row: ConfigView }) {
  const say = useSay()
  return <>{row.by ? row.by.name : say(row.source === 'schedule' ? 'configs.by_schedule' : 'configs.by_demand')}</>
}
function Revision({ row }: { row: ConfigView }) {
  const say = useSay()
  return (
    <span className="tight">
      <Go to={go.configDiff(row.id)}>{say('configs.revision', { number: row.number })}</Go>
      {row.is_latest ? <Pill tone="ok">{say('configs.latest')}</Pill> : null}
    </span>
  )
}
const columns: Column<ConfigView>[] = [
  { id: 'number', head: 'configs.number', size: 'grow', phone: 'lead', cell: (row) => <Revision row={row} />, value: (row) => row.number },
  {
    id: 'signs',
    head: 'configs.changed',
    phone: 'side',
    cell: (row) => <Signs added={row.added} removed={row.removed} />,
    value: (row) => `+${row.added} -${row.removed}`,
  },
  { id: 'lines', head: 'configs.lines', isNumber: true, cell: (row) => row.lines, value: (row) => row.lines },
  { id: 'by', head: 'audit.who', cell: (row) => <By row={row} />, value: (row) => row.by?.name ?? row.source },
  { id: 'seen', head: 'configs.seen', phone: 'none', cell: (row) => <Instant at={row.seen_at} />, value: (row) => row.seen_at },
  { id: 'taken', head: 'configs.taken', phone: 'end', cell: (row) => <Instant at={row.taken_at} />, value: (row) => row.taken_at },
]

/** The revisions of a device and the state of its backup; two marked ones can be compared. */
export function Configs({ device }: { device: string }) {
  const say = useSay()
  const navigate = useNavigate()
  const [marked, setMarked] = useState<readonly string[]>([])
  const { query, rows, origin } = useRows(configs.list({ device }))
  const chosen = rows.filter((row) => marked.includes(row.id)).sort((a, b) => a.number - b.number)
  const [base, target] = chosen
  return (
    <div className="main-side">
      <Panel
        title={say('configs.history')}
        count={rows.length > 0 ? rows.length : undefined}
        actions={
          base && target ? (
            <Act small main can onClick={() => void navigate(go.configDiff(target.id, base.id))}>
              {say('configs.compare')}
            </Act>
          ) : rows.length > 1 ? (
            <span className="dim small">{say('configs.compare_hint')}</span>
          ) : undefined
        }
        flush
      >
        <List
          label={say('configs.history')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="configs"
          origin={origin}
          none={{ text: say('configs.none') }}
          marked={{
            ids: new Set(marked),
            toggle: (id) => setMarked((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-2))),
          }}
          open={(row) => void navigate(go.configDiff(row.id))}
        />
      </Panel>
      <Backup device={device} />
    </div>
  )
}

import { type Import, type ImportRow, imports } from '../../../api/imports'
import { fieldWords } from '../../../api/problemText'
import { type Key, type Say, useSay } from '../../../i18n/i18n'
import { type Column, List } from '../../../list/List'
import { useRows } from '../../../list/useRows'
import { GoRef } from '../../../parts/link/Go'
import { IMPORT_OUTCOME, IMPORT_VERDICT, IMPORT_VERDICTS } from '../../../parts/words/besideWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Panel } from '../../../ui/Page'
import { None, Segments } from '../../../ui/Pieces'
import { choice, useView } from '../../../url/view'
import css from './imports.module.css'

const spec = { verdict: choice(IMPORT_VERDICTS, '') }
const FIELD: Record<string, Key> = {
  name: 'col.name',
  address: 'col.address',
  site: 'col.site',
  client: 'col.client',
  snmp_port: 'devices.snmp_port',
  ssh_port: 'devices.ssh_port',
  owner: 'devices.owner',
  credentials: 'devices.credentials',
  parents: 'devices.parents',
  probe_interval_s: 'devices.probe_interval',
  poll_interval_s: 'devices.poll_interval',
  pinned_profile: 'device_more.pinned',
}
const fieldName = (say: Say, field: string) => {
  const key = FIELD[field]
  return key ? say(key) : field
}
const shown = (value: unknown) => (value === null || value === undefined || value === '' ? '—' : typeof value === 'string' ? value : JSON.stringify(value))
function changesOf(row: ImportRow): [string, string, string][] {
  const changes: unknown = row.changes
  if (typeof changes !== 'object' || changes === null) return []
  return Object.entries(changes).map(([field, pair]: [string, unknown]) =>
    Array.isArray(pair) ? [field, shown(pair[0]), shown(pair[1])] : [field, '—', shown(pair)],
  )
}

/** Why the row cannot go in, what it changes, or what became of it. */
function Why({ row }: { row: ImportRow }) {
  const say = useSay()
  const changes = row.verdict === 'add' ? [] : changesOf(row)
  if (row.problems.length === 0 && changes.length === 0 && !row.outcome_detail) return <None />
  return (
    <div className={css.why}>
      {row.problems.map((each) => (
        <p key={each.field + each.code} title={each.detail}>
          {each.field === '' ? '' : `${fieldName(say, each.field)}: `}
          {fieldWords(say, each.code, each.detail)}
        </p>
      ))}
      {changes.map(([field, from, to]) => (
        <p key={field}>
          {fieldName(say, field)}: <del>{from}</del> → <ins>{to}</ins>
        </p>
      ))}
      {row.outcome_detail ? <p className="dim">{row.outcome_detail}</p> : null}
    </div>
  )
}

export function Rows({ plan }: { plan: Import }) {
  const say = useSay()
  const { view, set } = useView(spec)
  const { query, rows, origin } = useRows(imports.rows(plan.id, { verdict: view.verdict }))
  const total = IMPORT_VERDICTS.reduce((sum, each) => sum + plan.counts[each], 0)
  const columns: Column<ImportRow>[] = [
    { id: 'row', head: 'imports.row', isNumber: true, phone: 'end', cell: (row) => row.row, value: (row) => row.row },
    { id: 'verdict', head: 'imports.verdict_name', phone: 'side', cell: (row) => <WordPill word={IMPORT_VERDICT[row.verdict]} />, value: (row) => row.verdict },
    ...(plan.state === 'previewed' || plan.state === 'discarded'
      ? []
      : [
          {
            id: 'outcome',
            head: 'imports.outcome_name',
            cell: (row: ImportRow) => (row.outcome ? <WordPill word={IMPORT_OUTCOME[row.outcome]} /> : <None />),
            value: (row: ImportRow) => row.outcome ?? null,
          } as const,
        ]),
    { id: 'name', head: 'col.name', phone: 'lead', cell: (row) => row.name || <None />, value: (row) => row.name },
    { id: 'address', head: 'col.address', cell: (row) => <span className="mono">{row.address}</span>, value: (row) => row.address },
    { id: 'site', head: 'col.site', cell: (row) => <GoRef of={row.site} />, value: (row) => row.site?.name ?? null },
    {
      id: 'why',
      head: 'imports.about',
      size: 'grow',
      cell: (row) => <Why row={row} />,
      value: (row) => row.problems.map((each) => `${each.field}: ${each.code}`).join(', '),
    },
  ]
  return (
    <Panel title={say('imports.rows')} count={view.verdict === '' ? total : plan.counts[view.verdict]} flush>
      <List
        label={say('imports.rows')}
        rows={rows}
        idOf={(row) => String(row.row)}
        columns={columns}
        query={query}
        name="import-rows"
        origin={origin}
        filters={
          <Segments
            label={say('imports.verdict_name')}
            value={view.verdict}
            options={[
              ['', `${say('imports.all')} ${total}`] as const,
              ...IMPORT_VERDICTS.map((each) => [each, `${say(IMPORT_VERDICT[each].text)} ${plan.counts[each]}`] as const),
            ]}
            onChange={(verdict) => set({ verdict })}
          />
        }
        isFiltered={view.verdict !== ''}
        clear={() => set({ verdict: '' })}
        none={{ text: say('imports.no_rows') }}
      />
    </Panel>
  )
}

import { useMutation, useQuery } from '@tanstack/react-query'
import { audit } from '../../../api/admin'
import type { AuditRow } from '../../../api/nouns'
import { problemWords } from '../../../api/problemText'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { Facts, Page, Panel } from '../../../ui/Page'
import { Banner, Instant } from '../../../ui/Pieces'
import { goObject } from '../../../url/go'
import { text, useView } from '../../../url/view'
import { actWords, shortIds } from './auditWords'
import { Changes } from './Changes'

const FIELDS_IN_ROW = 3
const spec = { object: text(), who: text(), action: text(), open: text() }
/** Ids are 30 characters long: only a whole one is asked of the server. */
const isId = (object: string) => /^[a-z]{3}_[0-9A-Za-z]{26}$/.test(object.trim()) || object.trim() === 'settings'

const nameIn = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const found: unknown = Reflect.get(value, 'name') ?? Reflect.get(value, 'title') ?? Reflect.get(value, 'email')
  return typeof found === 'string' ? found : undefined
}
/** The object by the name it had then, if the row knows it. */
function What({ row, isWhole = false }: { row: AuditRow; isWhole?: boolean }) {
  const id = row.object
  const to = goObject(id)
  const name = isWhole ? undefined : (nameIn(row.to) ?? nameIn(row.from))
  const text = name ?? (isWhole ? id : shortIds(id))
  return (
    <span className={name ? undefined : 'mono'} title={id}>
      {to ? <Go to={to}>{text}</Go> : text}
    </span>
  )
}
function Who({ row }: { row: AuditRow }) {
  const say = useSay()
  return row.who ? row.who.email : <span className="dim">{say('audit.itself')}</span>
}
function Deed({ action }: { action: string }) {
  return <span title={action}>{actWords(useSay(), action)}</span>
}
const columns: Column<AuditRow>[] = [
  { id: 'seq', head: 'audit.seq', isNumber: true, phone: 'none', cell: (row) => row.seq, value: (row) => row.seq },
  { id: 'at', head: 'col.at', phone: 'end', cell: (row) => <Instant at={row.at} />, value: (row) => row.at },
  { id: 'who', head: 'audit.who', phone: 'side', cell: (row) => <Who row={row} />, value: (row) => row.who?.email },
  { id: 'action', head: 'audit.action', phone: 'lead', cell: (row) => <Deed action={row.action} />, value: (row) => row.action },
  { id: 'object', head: 'col.object', phone: 'line', cell: (row) => <What row={row} />, value: (row) => row.object },
  {
    id: 'changes',
    head: 'audit.changes',
    size: 'broad',
    cell: (row) => <Changes row={row} most={FIELDS_IN_ROW} />,
    value: (row) => JSON.stringify({ from: row.from, to: row.to }),
  },
]

export default function AuditPage() {
  const say = useSay()
  const { view, set, isFiltered } = useView(spec)
  const isNarrowed = view.who !== '' || view.action !== '' || (view.object !== '' && !isId(view.object))
  const { query, all, rows, origin } = useRows(
    audit.list(isId(view.object) ? { object: view.object.trim() } : {}),
    isNarrowed
      ? (row) =>
          holds(view.who, [row.who?.email ?? say('audit.itself')]) && (view.action === '' || row.action === view.action) && holds(view.object, [row.object])
      : undefined,
  )
  const open = all.find((row) => String(row.seq) === view.open)
  const actions = [...new Set([...all.map((row) => row.action), ...(view.action === '' ? [] : [view.action])])]
    .map((action) => [action, actWords(say, action)] as const)
    .sort((a, b) => a[1].localeCompare(b[1]))
  return (
    <Page title={say('audit.title')} sub={say('audit.text')} ready={!query.isPending}>
      <Chain />
      <Panel title={say('audit.trail')} flush>
        <List
          label={say('audit.trail')}
          rows={rows}
          idOf={(row) => String(row.seq)}
          columns={columns}
          query={query}
          name="audit"
          origin={origin}
          filters={
            <>
              <SearchBox label={say('audit.find')} value={view.object} onChange={(object) => set({ object }, true)} />
              <SearchBox label={say('audit.who')} value={view.who} onChange={(who) => set({ who }, true)} />
              <Choice label={say('audit.action')} value={view.action} options={actions} onChange={(action) => set({ action })} />
            </>
          }
          isFiltered={isFiltered}
          clear={() => set({ object: '', who: '', action: '' })}
          none={{ text: say('audit.none') }}
          open={(row) => set({ open: String(row.seq) })}
        />
      </Panel>
      <Dialog title={open ? actWords(say, open.action) : ''} opened={open !== undefined} close={() => set({ open: '' })}>
        {open ? <Deeds row={open} /> : null}
      </Dialog>
    </Page>
  )
}

function Deeds({ row }: { row: AuditRow }) {
  const say = useSay()
  return (
    <div className="stack-wide">
      <Changes row={row} />
      <Facts
        rows={[
          [say('audit.who'), <Who key="who" row={row} />],
          [say('col.at'), <Instant key="at" at={row.at} />],
          [say('col.object'), <What key="what" row={row} isWhole />],
          [say('audit.seq'), row.seq],
          [
            say('audit.hash'),
            <span key="hash" className="mono">
              {row.hash}
            </span>,
          ],
        ]}
      />
    </div>
  )
}

/** Whether each row still fits the one before; asked when the page opens, and again by the button. */
function Chain() {
  const say = useSay()
  const me = useQuery(session.me)
  const first = useQuery({ queryKey: [...audit.key, 'chain'], queryFn: audit.verify, staleTime: 60_000 })
  const again = useMutation({ mutationFn: audit.verify })
  const verdict = again.data ?? first.data
  const error = again.error ?? first.error
  return (
    <Banner
      live
      tone={error || verdict?.ok === false ? 'critical' : verdict ? 'ok' : 'info'}
      glyph={error || verdict?.ok === false ? '▲' : verdict ? '✓' : '◌'}
      act={
        <Act small can={me.data?.can.read_audit} busy={again.isPending} onClick={() => again.mutate()}>
          {say('audit.verify')}
        </Act>
      }
    >
      {error
        ? problemWords(say, error).title
        : verdict
          ? verdict.ok
            ? say('audit.whole', { count: verdict.rows })
            : say('audit.broken', { at: verdict.broken_at ?? 0 })
          : say('audit.checking')}
    </Banner>
  )
}

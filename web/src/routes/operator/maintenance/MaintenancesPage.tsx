import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import type { MaintenanceView } from '../../../api/contract3'
import { maintenance } from '../../../api/maintenance'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { MAINTENANCE_STATE } from '../../../parts/words/plannedWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { Instant, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import { MaintenanceForm } from './MaintenanceForm'

const spec = { state: choice(['planned', 'running', 'ended', 'cancelled'], ''), q: text(), add: text() }
const names = (row: MaintenanceView) => row.objects.map((each) => each.name).join(', ')
const columns: Column<MaintenanceView>[] = [
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={MAINTENANCE_STATE[row.state]} />, value: (row) => row.state },
  { id: 'title', head: 'col.title', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.maintenance(row.id)}>{row.title}</Go>, value: (row) => row.title },
  { id: 'objects', head: 'maintenance.objects', cell: (row) => <span title={names(row)}>{names(row)}</span>, value: names },
  {
    id: 'clients',
    head: 'col.clients',
    cell: (row) => (row.clients.length > 0 ? row.clients.map((each) => each.name).join(', ') : <None />),
    value: (row) => row.clients.map((each) => each.name).join(', '),
  },
  { id: 'starts', head: 'maintenance.starts', phone: 'end', cell: (row) => <Instant at={row.starts_at} />, value: (row) => row.starts_at },
  { id: 'ends', head: 'maintenance.ends', cell: (row) => <Instant at={row.ends_at} />, value: (row) => row.ends_at },
  { id: 'muted', head: 'maintenance.muted', isNumber: true, phone: 'none', cell: (row) => row.muted_alarms, value: (row) => row.muted_alarms },
]

export default function MaintenancesPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { view, set, isFiltered } = useView(spec)
  const me = useQuery(session.me)
  const may = me.data?.can.write_maintenance ?? me.data?.can.act_on_alarms
  const { query, rows, origin } = useRows(
    maintenance.list({ state: view.state }),
    view.q === '' ? undefined : (row) => holds(view.q, [row.title, ...row.objects.map((each) => each.name), ...row.clients.map((each) => each.name)]),
  )
  const open = () => set({ add: '1' }, true)
  const close = () => set({ add: '' }, true)
  const add = (
    <Act main can={may} icon={<Icon name="plus" />} onClick={open}>
      {say('maintenance.plan')}
    </Act>
  )
  useKeys([{ code: 'KeyN', cap: 'n', text: 'maintenance.plan', run: () => may === true && open() }])
  return (
    <Page title={say('maintenance.title')} sub={say('maintenance.text')} ready={!query.isPending} actions={rows.length > 0 || isFiltered ? add : undefined}>
      <Panel title={say('maintenance.list')} count={rows.length > 0 ? rows.length : undefined} flush>
        <List
          label={say('maintenance.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="maintenance"
          origin={origin}
          filters={
            <>
              <SearchBox label={say('maintenance.find')} value={view.q} onChange={(q) => set({ q }, true)} />
              <Choice
                label={say('col.state')}
                value={view.state}
                options={Object.entries(MAINTENANCE_STATE).map(([name, word]) => [name, say(word.text)] as const)}
                onChange={(state) => set({ state })}
              />
            </>
          }
          isFiltered={isFiltered}
          clear={() => set({ q: '', state: '' })}
          none={{ text: say('maintenance.none'), act: add }}
          open={(row) => void navigate(go.maintenance(row.id))}
        />
      </Panel>
      <Dialog title={say('maintenance.plan')} opened={view.add !== '' && may === true} close={close}>
        <MaintenanceForm {...(view.add === '1' ? {} : { about: view.add })} close={close} done={(made) => void navigate(go.maintenance(made.id))} />
      </Dialog>
    </Page>
  )
}

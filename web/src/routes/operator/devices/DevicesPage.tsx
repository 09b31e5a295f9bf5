import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { devices } from '../../../api/devices'
import type { Device } from '../../../api/nouns'
import { session } from '../../../api/session'
import { tenants } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { useRows } from '../../../list/useRows'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { SeverityCount } from '../../../parts/alarm/SeverityBadge'
import { Go, GoRef } from '../../../parts/link/Go'
import { WordPill } from '../../../parts/words/WordPill'
import { DEVICE_STATE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { Age, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import { DeviceForm } from './DeviceForm'

const spec = { state: choice(['up', 'down', 'degraded', 'unknown'], ''), client: text(), q: text(), add: choice(['1'], '') }

function Ticking({ at }: { at: string | null | undefined }) {
  return <Age at={at} now={useNow()} />
}
function Alarms({ device }: { device: Device }) {
  const { critical, major, minor, warning } = device.alarms
  const list = (
    [
      ['critical', critical],
      ['major', major],
      ['minor', minor],
      ['warning', warning],
    ] as const
  ).filter(([, count]) => count > 0)
  return list.length === 0 ? (
    <None />
  ) : (
    <span className="tight">
      {list.map(([severity, count]) => (
        <SeverityCount key={severity} severity={severity} count={count} />
      ))}
    </span>
  )
}
const columns: Column<Device>[] = [
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={DEVICE_STATE[row.state]} />, value: (row) => row.state },
  { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.device(row.id)}>{row.name}</Go>, value: (row) => row.name },
  { id: 'address', head: 'col.address', cell: (row) => <span className="mono">{row.address}</span>, value: (row) => row.address },
  { id: 'client', head: 'col.client', cell: (row) => <GoRef of={row.client} />, value: (row) => row.client?.name },
  { id: 'site', head: 'col.site', cell: (row) => <GoRef of={row.site} />, value: (row) => row.site.name },
  {
    id: 'alarms',
    head: 'col.alarms',
    cell: (row) => <Alarms device={row} />,
    value: ({ alarms }) => alarms.critical + alarms.major + alarms.minor + alarms.warning,
  },
  { id: 'since', head: 'col.since', phone: 'end', isNumber: true, cell: (row) => <Ticking at={row.since} />, value: (row) => row.since },
  { id: 'seen', head: 'col.seen', isNumber: true, phone: 'none', cell: (row) => <Ticking at={row.seen_at} />, value: (row) => row.seen_at },
]

export default function DevicesPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { view, set, isFiltered } = useView(spec)
  const me = useQuery(session.me)
  const tree = useQuery(tenants.all)
  const { query, rows, origin } = useRows(devices.list({ state: view.state, client: view.client, q: view.q }))
  const clients = (tree.data ?? []).filter((each) => each.kind === 'client')
  const may = me.data?.can.write_devices
  const isAdding = view.add === '1' && may === true
  const setAdding = (open: boolean) => set({ add: open ? '1' : '' }, true)
  const add = (
    <Act main can={may} icon={<Icon name="plus" />} onClick={() => setAdding(true)}>
      {say('devices.add')}
    </Act>
  )
  useKeys([{ code: 'KeyN', cap: 'n', text: 'devices.add', run: () => may === true && setAdding(true) }])
  return (
    <Page title={say('devices.title')} ready={!query.isPending} actions={rows.length > 0 || isFiltered ? add : undefined}>
      <Panel title={say('devices.list')} count={rows.length > 0 ? rows.length : undefined} flush>
        <List
          label={say('devices.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="devices"
          origin={origin}
          filters={
            <>
              <SearchBox label={say('devices.find')} value={view.q} onChange={(q) => set({ q }, true)} />
              <Choice
                label={say('col.state')}
                value={view.state}
                options={Object.entries(DEVICE_STATE).map(([name, word]) => [name, say(word.text)] as const)}
                onChange={(state) => set({ state })}
              />
              {clients.length > 0 ? (
                <Choice
                  label={say('col.client')}
                  value={view.client}
                  options={clients.map((each) => [each.id, each.name] as const)}
                  onChange={(client) => set({ client })}
                />
              ) : null}
            </>
          }
          isFiltered={isFiltered}
          clear={() => set({ q: '', state: '', client: '' })}
          none={{ text: say('devices.none'), act: add }}
          open={(row) => void navigate(go.device(row.id))}
        />
      </Panel>
      <Dialog title={say('devices.add')} opened={isAdding} close={() => setAdding(false)}>
        <DeviceForm
          close={() => setAdding(false)}
          done={(device) => {
            void navigate(go.device(device.id))
          }}
        />
      </Dialog>
    </Page>
  )
}

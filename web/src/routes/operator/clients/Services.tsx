import { useForm } from '@mantine/form'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MaintenanceView } from '../../../api/contract3'
import { devices } from '../../../api/devices'
import { maintenance } from '../../../api/maintenance'
import type { Service, Tenant } from '../../../api/nouns'
import { session } from '../../../api/session'
import { services } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { SelectField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { type Column, List } from '../../../list/List'
import { Act } from '../../../parts/act/Act'
import { Remove } from '../../../parts/act/Remove'
import { Go, GoRef } from '../../../parts/link/Go'
import { WordPill } from '../../../parts/words/WordPill'
import { SERVICE_STATE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Panel } from '../../../ui/Page'
import { Pill } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import css from './clients.module.css'

function Ends({ row }: { row: Service }) {
  const say = useSay()
  return (
    <span className={css.ends}>
      {row.endpoints.map((end) => (
        <span key={end.device.id + (end.interface?.id ?? '')} className="tight">
          <GoRef of={end.device} />
          {end.interface ? <span className="mono">{end.interface.name}</span> : null}
          {end.mapping === 'stale' ? (
            <Pill tone="major" glyph="◆">
              {say('mapping.stale')}
            </Pill>
          ) : null}
        </span>
      ))}
    </span>
  )
}

/** Maintenance of the service itself is said beside its name. */
function Name({ row, windows }: { row: Service; windows: readonly MaintenanceView[] }) {
  const say = useSay()
  const running = windows.find((each) => each.objects.some(({ id }) => id === row.id))
  return (
    <span className="tight">
      {row.name}
      {running ? (
        <Go to={go.maintenance(running.id)} title={running.title}>
          <Pill tone="warning" glyph="●">
            {say('maintenance.state.running')}
          </Pill>
        </Go>
      ) : null}
    </span>
  )
}

/** What the client buys, and which port of which device realises it. */
export function Services({ client }: { client: Tenant }) {
  const say = useSay()
  const cache = useQueryClient()
  const me = useQuery(session.me)
  const [edited, setEdited] = useState<Service | 'new' | null>(null)
  const [removed, setRemoved] = useState<Service | null>(null)
  const query = useInfiniteQuery(services.of(client.id))
  const running = useInfiniteQuery(maintenance.list({ state: 'running' }))
  const windows = running.data?.pages.flatMap((page) => page.items) ?? []
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  const columns: Column<Service>[] = [
    { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={SERVICE_STATE[row.state]} /> },
    { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => <Name row={row} windows={windows} />, value: (row) => row.name },
    { id: 'ends', head: 'services.ends', cell: (row) => <Ends row={row} /> },
    {
      id: 'acts',
      head: 'col.acts',
      cell: (row) => (
        <span className="tight">
          <Act small can={row.can.edit} onClick={() => setEdited(row)}>
            {say('ui.edit')}
          </Act>
          <Act small can={row.can.remove} onClick={() => setRemoved(row)}>
            {say('ui.remove')}
          </Act>
        </span>
      ),
    },
  ]
  return (
    <Panel
      title={say('services.title')}
      count={rows.length}
      actions={
        <Act small can={me.data?.can.write_services} icon={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
          {say('services.add')}
        </Act>
      }
      flush
    >
      <List label={say('services.title')} rows={rows} idOf={(row) => row.id} columns={columns} query={query} none={{ text: say('services.none') }} />
      <Dialog title={edited === 'new' ? say('services.add') : say('services.edit')} opened={edited !== null} close={() => setEdited(null)}>
        <ServiceForm client={client} service={edited === 'new' || edited === null ? undefined : edited} close={() => setEdited(null)} />
      </Dialog>
      <Remove
        name={removed?.name ?? ''}
        opened={removed !== null}
        close={() => setRemoved(null)}
        remove={async () => {
          if (removed) await services.remove(removed.id)
          await cache.invalidateQueries({ queryKey: services.key })
        }}
      />
    </Panel>
  )
}

function ServiceForm({ client, service, close }: { client: Tenant; service: Service | undefined; close: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(devices.all)
  const [first] = service?.endpoints ?? []
  const form = useForm({
    initialValues: { name: service?.name ?? '', device: first?.device.id ?? '', interface: first?.interface?.id ?? '' },
    validate: { name: (value) => (value.trim() === '' ? say('field.required') : null), device: (value) => (value === '' ? say('field.required') : null) },
  })
  const device = form.getValues().device
  const ports = useQuery({ ...devices.interfaces(device), enabled: device !== '' })
  return (
    <Form
      form={form}
      submit={service ? say('ui.save') : say('ui.add')}
      cancel={close}
      send={async (values, key) => {
        const others = (service?.endpoints ?? []).slice(1).map((end) => ({ device: end.device.id, ...(end.interface ? { interface: end.interface.id } : {}) }))
        const endpoints = [{ device: values.device, ...(values.interface ? { interface: values.interface } : {}) }, ...others]
        await (service
          ? services.change(service.id, service.version, { name: values.name, endpoints })
          : services.create({ client: client.id, name: values.name, endpoints }, key))
        await Promise.all([services.key, devices.key].map((each) => cache.invalidateQueries({ queryKey: each })))
        close()
      }}
    >
      <TextField form={form} name="name" label="col.name" required focus />
      <SelectField
        form={form}
        name="device"
        label="col.device"
        options={(all.data ?? []).map((each): [string, string] => [each.id, `${each.name} · ${each.address}`])}
        empty={say('form.choose')}
        required
      />
      <SelectField
        form={form}
        name="interface"
        label="col.interface"
        hint={say('services.interface_hint')}
        options={(ports.data ?? []).map((each): [string, string] => [each.id, each.alias ? `${each.name} · ${each.alias}` : each.name])}
        empty={say('services.whole_device')}
      />
    </Form>
  )
}

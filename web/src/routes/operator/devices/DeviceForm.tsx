import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { credentials, summary } from '../../../api/admin'
import { devices } from '../../../api/devices'
import type { Device, Owner, Tenant } from '../../../api/nouns'
import { tenants } from '../../../api/tenants'
import { ManyField, SelectField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { CREDENTIAL_KIND, OWNER } from '../../../parts/words/words'
import { Empty, Waiting } from '../../../ui/Pieces'

interface DeviceFormProps {
  device?: Device
  /** The client or site on whose page the form is: only its sites are offered. */
  within?: string
  close: () => void
  done: (device: Device) => void
}
const OWNERS: readonly Owner[] = ['provider', 'partner', 'client', 'vendor_loan']
const trail = (site: Tenant) => [...site.path.filter((each) => each.kind !== 'provider' && each.id !== site.id).map((each) => each.name), site.name].join(' › ')

/** Waits for what can be chosen, then shows the form: what was typed is never overwritten by a late answer. */
export function DeviceForm(props: DeviceFormProps) {
  const say = useSay()
  const tree = useQuery(tenants.all)
  const keys = useQuery(credentials.all)
  const others = useQuery(devices.all)
  const failed = [tree, keys, others].find((each) => each.isError)
  if (failed) return <ProblemView error={failed.error} retry={failed.refetch} />
  if (!tree.data || !keys.data || !others.data) return <Waiting />
  const { within } = props
  const isHere = (site: Tenant) => within === undefined || site.id === within || site.path.some((each) => each.id === within)
  const sites = tree.data.filter((each) => each.kind === 'site' && isHere(each))
  if (sites.length === 0) return <Empty text={say('devices.no_site')} />
  return (
    <Fields
      {...props}
      sites={sites.map((each): [string, string] => [each.id, trail(each)])}
      keys={keys.data.map((each): [string, string] => [each.id, `${each.name} · ${say(CREDENTIAL_KIND[each.kind])}`])}
      profiles={[...new Set(others.data.flatMap((each) => (each.profile ? [each.profile.id] : [])))].sort()}
      others={others.data.filter((each) => each.id !== props.device?.id).map((each): [string, string] => [each.id, `${each.name} · ${each.address}`])}
    />
  )
}

interface FieldsProps extends DeviceFormProps {
  sites: [string, string][]
  keys: [string, string][]
  /** Ids of device profiles that recognised something here. */
  profiles: string[]
  others: [string, string][]
}
function Fields({ device, within, close, done, sites, keys, profiles, others }: FieldsProps) {
  const say = useSay()
  const cache = useQueryClient()
  const required = (value: string) => (value.trim() === '' ? say('field.required') : null)
  const whole = (value: string) => (/^\d+$/.test(value.trim()) ? null : say('field.whole'))
  // A site nobody chose would put the device with the wrong client: only where there is no other is it chosen already.
  const first = device?.site.id ?? (within !== undefined && sites.length === 1 ? sites[0]?.[0] : undefined) ?? ''
  const form = useForm({
    initialValues: {
      site: first,
      name: device?.name ?? '',
      address: device?.address ?? '',
      snmp_port: String(device?.snmp_port ?? 161),
      ssh_port: String(device?.ssh_port ?? 22),
      owner: String(device?.owner ?? 'provider'),
      probe_interval_s: String(device?.probe_interval_s ?? 10),
      poll_interval_s: String(device?.poll_interval_s ?? 60),
      pinned_profile: device?.pinned_profile ?? '',
      credentials: device?.credentials.map((each) => each.id) ?? [],
      parents: device?.parents.map((each) => each.device.id) ?? [],
    },
    validate: { site: required, name: required, address: required, snmp_port: whole, ssh_port: whole, probe_interval_s: whole, poll_interval_s: whole },
  })
  const chosen = form.getValues()
  return (
    <Form
      form={form}
      submit={device ? say('ui.save') : say('devices.add')}
      cancel={close}
      send={async (values, key) => {
        const kept = new Map(device?.parents.map((each) => [each.device.id, each.interface?.id]))
        const body = {
          site: values.site,
          name: values.name,
          address: values.address,
          snmp_port: Number(values.snmp_port),
          ssh_port: Number(values.ssh_port),
          probe_interval_s: Number(values.probe_interval_s),
          poll_interval_s: Number(values.poll_interval_s),
          owner: OWNERS.find((each) => each === values.owner) ?? 'provider',
          pinned_profile: values.pinned_profile.trim() || null,
          credentials: values.credentials,
          parents: values.parents.map((parent) => {
            const via = kept.get(parent)
            return via ? { device: parent, interface: via } : parent
          }),
        }
        const saved = device ? await devices.change(device.id, device.version, body) : await devices.create(body, key)
        await Promise.all([devices.key, summary.key].map((each) => cache.invalidateQueries({ queryKey: each })))
        done(saved)
      }}
    >
      <TextField form={form} name="name" label="col.name" required focus />
      <TextField form={form} name="address" label="col.address" hint={say('devices.address_hint')} required isMono />
      <SelectField form={form} name="site" label="col.site" options={sites} required {...(first === '' ? { empty: say('form.choose') } : {})} />
      <Side>
        <TextField form={form} name="snmp_port" label="devices.snmp_port" type="number" />
        <TextField form={form} name="ssh_port" label="devices.ssh_port" type="number" />
      </Side>
      <ManyField
        form={form}
        name="credentials"
        label="devices.credentials"
        options={keys}
        chosen={chosen.credentials}
        set={(ids) => form.setFieldValue('credentials', ids)}
        none={say('devices.no_credentials')}
      />
      <ManyField
        form={form}
        name="parents"
        label="devices.parents"
        hint={say('devices.parents_hint')}
        options={others}
        chosen={chosen.parents}
        set={(ids) => form.setFieldValue('parents', ids)}
        none={say('devices.no_others')}
      />
      <TextField
        form={form}
        name="pinned_profile"
        label="device_more.pinned"
        hint={say('device_more.pinned_hint', { known: profiles.length > 0 ? profiles.join(', ') : '—' })}
        isMono
      />
      <SelectField form={form} name="owner" label="devices.owner" options={OWNERS.map((each): [string, string] => [each, say(OWNER[each])])} />
      <Side>
        <TextField form={form} name="probe_interval_s" label="devices.probe_interval" type="number" />
        <TextField form={form} name="poll_interval_s" label="devices.poll_interval" type="number" />
      </Side>
    </Form>
  )
}

import { useForm } from '@mantine/form'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { alarms } from '../../../api/alarms'
import { type Signal, signals, sources } from '../../../api/beside'
import { devices } from '../../../api/devices'
import { services } from '../../../api/tenants'
import { SelectField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Waiting } from '../../../ui/Pieces'
import { toast } from '../../../ui/Toast'

/** One choice makes a rule: every signal with the same label is then about the same object. */
export function MapForm({ signal, close }: { signal: Signal; close: () => void }) {
  const say = useSay()
  const boxes = useQuery(devices.all)
  const bought = useInfiniteQuery(services.every)
  const failed = [boxes, bought].find((each) => each.isError)
  if (failed) return <ProblemView error={failed.error} retry={() => void failed.refetch()} />
  if (!boxes.data || !bought.data) return <Waiting />
  const options = [
    ...boxes.data.map((each): [string, string] => [each.id, `${say('devices.one')} · ${each.name} · ${each.address}`]),
    ...bought.data.pages
      .flatMap((page) => page.items)
      .map((each): [string, string] => [each.id, `${say('audit.noun.service')} · ${each.client.name} · ${each.name}`]),
  ]
  return <Fields signal={signal} close={close} options={options} />
}

function Fields({ signal, close, options }: { signal: Signal; close: () => void; options: readonly [string, string][] }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({
    initialValues: { object: signal.device?.id ?? signal.service?.id ?? '', label: '' },
    validate: { object: (value) => (value === '' ? say('field.required') : null) },
  })
  return (
    <Form
      form={form}
      submit={say('signals.map')}
      cancel={close}
      send={async ({ object, label }, key) => {
        const about = object.startsWith('svc_') ? { service: object } : { device: object }
        await signals.map(signal.id, { ...about, ...(label === '' ? {} : { label }) }, key)
        toast('ok', say('signals.mapped'))
        await Promise.all([signals.key, sources.key, alarms.key].map((each) => cache.invalidateQueries({ queryKey: each })))
        close()
      }}
    >
      <p>{signal.title}</p>
      <p className="dim small">{say('signals.map_text')}</p>
      <SelectField form={form} name="object" label="signals.map_to" options={options} empty={say('form.choose')} required />
      <SelectField
        form={form}
        name="label"
        label="signals.map_label"
        options={Object.entries(signal.labels).map(([name, value]): [string, string] => [name, `${name}=${value}`])}
        empty={say('signals.map_auto')}
      />
    </Form>
  )
}

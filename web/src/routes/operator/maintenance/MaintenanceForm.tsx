import { useForm } from '@mantine/form'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { alarms } from '../../../api/alarms'
import { devices } from '../../../api/devices'
import { maintenance } from '../../../api/maintenance'
import type { MaintenanceView, ObjectInput } from '../../../api/shiftNouns'
import { services, tenants } from '../../../api/tenants'
import { LongField, ManyField, MomentField, SwitchField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Waiting } from '../../../ui/Pieces'
import { fromLocal, toLocal } from './localTime'
import { Preview } from './Preview'

interface FormProps {
  /** A planned one is changed; without it a new one is made. */
  window?: MaintenanceView
  /** The object from whose page the form was opened. */
  about?: string
  close: () => void
  done: (made: MaintenanceView) => void
}

/** Waits for what can be chosen. */
export function MaintenanceForm(props: FormProps) {
  const say = useSay()
  const tree = useQuery(tenants.all)
  const boxes = useQuery(devices.all)
  const bought = useInfiniteQuery(services.every)
  const failed = [tree, boxes, bought].find((each) => each.isError)
  if (failed) return <ProblemView error={failed.error} retry={() => void failed.refetch()} />
  if (!tree.data || !boxes.data || !bought.data) return <Waiting />
  const options: [string, string][] = [
    ...tree.data
      .filter((each) => each.kind === 'site')
      .map((each): [string, string] => [each.id, `${say('tenant_kind.site')} · ${each.parent?.name ?? ''} › ${each.name}`]),
    ...boxes.data.map((each): [string, string] => [each.id, `${say('devices.one')} · ${each.name} · ${each.address}`]),
    ...bought.data.pages
      .flatMap((page) => page.items)
      .map((each): [string, string] => [each.id, `${say('audit.noun.service')} · ${each.client.name} · ${each.name}`]),
  ]
  return <Fields {...props} options={options} />
}

const inputOf = (id: string): ObjectInput => (id.startsWith('dev_') ? { device: id } : id.startsWith('svc_') ? { service: id } : { site: id })
const HOUR_MS = 3_600_000

function Fields({ window: old, about, close, done, options }: FormProps & { options: [string, string][] }) {
  const say = useSay()
  const cache = useQueryClient()
  const [openedAt] = useState(() => Math.ceil(Date.now() / 300_000) * 300_000)
  const required = (value: string) => (value.trim() === '' ? say('field.required') : null)
  const form = useForm({
    initialValues: {
      title: old?.title ?? '',
      note: old?.note ?? '',
      starts_at: toLocal(old?.starts_at ?? openedAt),
      ends_at: toLocal(old?.ends_at ?? openedAt + 2 * HOUR_MS),
      objects: old?.objects.map((each) => each.id) ?? (about ? [about] : []),
      announces: old?.announces ?? true,
      mutes_open: old?.mutes_open ?? true,
    },
    validate: {
      title: required,
      starts_at: required,
      ends_at: (value, all) => required(value) ?? (value > all.starts_at ? null : say('maintenance.ends_first')),
      objects: (value) => (value.length === 0 ? say('field.required') : null),
    },
  })
  const values = form.getValues()
  // What was chosen at the opening stands on top, where it is seen; it does not jump about while one ticks.
  const [onTop] = useState(() => new Set(values.objects))
  const ordered = [...options.filter(([id]) => onTop.has(id)), ...options.filter(([id]) => !onTop.has(id))]
  return (
    <Form
      form={form}
      submit={old ? say('ui.save') : say('maintenance.plan')}
      cancel={close}
      send={async ({ title, note, starts_at, ends_at, objects, announces, mutes_open }, key) => {
        const body = {
          title,
          note,
          starts_at: fromLocal(starts_at) ?? '',
          ends_at: fromLocal(ends_at) ?? '',
          objects: objects.map(inputOf),
          announces,
          mutes_open,
        }
        const made = old ? await maintenance.change(old.id, old.version, body) : await maintenance.create(body, key)
        await Promise.all([maintenance.key, alarms.key].map((each) => cache.invalidateQueries({ queryKey: each })))
        done(made)
      }}
    >
      <TextField form={form} name="title" label="maintenance.title_field" hint={say('maintenance.title_hint')} required focus />
      <Side>
        <MomentField form={form} name="starts_at" label="maintenance.starts" required />
        <MomentField form={form} name="ends_at" label="maintenance.ends" required />
      </Side>
      <p className="dim small">{say('maintenance.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
      <ManyField
        form={form}
        name="objects"
        label="maintenance.objects"
        hint={say('maintenance.objects_hint')}
        options={ordered}
        chosen={values.objects}
        set={(ids) => form.setFieldValue('objects', ids)}
        none={say('maintenance.no_objects')}
      />
      <SwitchField form={form} name="announces" label="maintenance.announces" hint={say('maintenance.announces_hint')} />
      <SwitchField form={form} name="mutes_open" label="maintenance.mutes_open" hint={say('maintenance.mutes_open_hint')} />
      <LongField form={form} name="note" label="maintenance.note" hint={say('tickets.note_hint')} rows={2} />
      <Preview
        starts={fromLocal(values.starts_at)}
        ends={fromLocal(values.ends_at)}
        objects={values.objects.map(inputOf)}
        announces={values.announces}
        mutes={values.mutes_open}
      />
    </Form>
  )
}

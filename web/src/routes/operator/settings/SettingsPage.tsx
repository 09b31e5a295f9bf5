import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { settings, summary } from '../../../api/admin'
import type { Settings } from '../../../api/nouns'
import { reasonWords } from '../../../api/problemText'
import { LongField, SwitchField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Page, Panel } from '../../../ui/Page'
import { Banner, Waiting } from '../../../ui/Pieces'
import { toast } from '../../../ui/Toast'

export default function SettingsPage() {
  const say = useSay()
  const query = useQuery(settings.get)
  const reason = query.data ? reasonWords(say, query.data.can.edit) : null
  return (
    <Page title={say('settings.title')} ready={!query.isPending}>
      {query.isError && !query.data ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {query.isPending ? <Waiting /> : null}
      {reason ? (
        <Banner tone="info" glyph="ℹ">
          {reason}
        </Banner>
      ) : null}
      {query.data ? (
        <div style={{ maxWidth: 'var(--measure)' }}>
          <Panel title={say('settings.notices')}>
            <SettingsForm key={query.data.version} now={query.data} />
          </Panel>
        </div>
      ) : null}
    </Page>
  )
}

function SettingsForm({ now }: { now: Settings }) {
  const say = useSay()
  const cache = useQueryClient()
  const whole = (value: string) => (/^\d+$/.test(value.trim()) ? null : say('field.whole'))
  const form = useForm({
    initialValues: {
      shadow: now.shadow,
      brake_clients_per_minute: String(now.brake.clients_per_minute),
      brake_devices_percent: String(now.brake.devices_percent),
      brake_devices_min: String(now.brake.devices_min),
      brake_hold_s: String(now.brake.hold_s),
      reference_targets: now.reference_targets.join('\n'),
    },
    validate: { brake_clients_per_minute: whole, brake_devices_percent: whole, brake_devices_min: whole, brake_hold_s: whole },
  })
  return (
    <Form
      form={form}
      submit={say('ui.save')}
      send={async (values) => {
        await settings.change(now.version, {
          shadow: values.shadow,
          brake: {
            clients_per_minute: Number(values.brake_clients_per_minute),
            devices_percent: Number(values.brake_devices_percent),
            devices_min: Number(values.brake_devices_min),
            hold_s: Number(values.brake_hold_s),
          },
          reference_targets: values.reference_targets.split(/\s+/).filter((each) => each !== ''),
        })
        toast('ok', say('settings.saved'))
        await Promise.all([settings.key, summary.key].map((each) => cache.invalidateQueries({ queryKey: each })))
      }}
    >
      <SwitchField form={form} name="shadow" label="settings.shadow" hint={say('settings.shadow_hint')} />
      <h3>{say('settings.brake')}</h3>
      <p className="dim small">{say('settings.brake_text')}</p>
      <Side>
        <TextField form={form} name="brake_clients_per_minute" label="settings.clients_per_minute" type="number" />
        <TextField form={form} name="brake_hold_s" label="settings.hold_s" type="number" />
      </Side>
      <Side>
        <TextField form={form} name="brake_devices_percent" label="settings.devices_percent" type="number" />
        <TextField form={form} name="brake_devices_min" label="settings.devices_min" type="number" />
      </Side>
      <LongField form={form} name="reference_targets" label="settings.references" hint={say('settings.references_hint')} isMono rows={4} />
    </Form>
  )
}

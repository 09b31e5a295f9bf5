import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type Source, type SourceKind, sources } from '../../../api/beside'
import { tenants } from '../../../api/tenants'
import { SelectField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { SOURCE_KIND } from '../../../parts/words/besideWords'
import { TENANT_KIND } from '../../../parts/words/words'

const KINDS: readonly SourceKind[] = ['alertmanager', 'zabbix']

export function SourceForm({ source, close, tell }: { source: Source | undefined; close: () => void; tell: (made: Source) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(tenants.all)
  const places = (all.data ?? []).map((each): [string, string] => [each.id, `${each.name} · ${say(TENANT_KIND[each.kind])}`])
  const form = useForm({
    initialValues: { name: source?.name ?? '', kind: 'alertmanager', tenant: '' },
    validate: { name: (value) => (value.trim() === '' ? say('field.required') : null) },
  })
  return (
    <Form
      form={form}
      submit={say(source ? 'ui.save' : 'sources.add')}
      cancel={close}
      send={async ({ name, kind, tenant }, key) => {
        if (source) await sources.change(source.id, source.version, { name })
        else {
          const body = { name, kind: KINDS.find((each) => each === kind) ?? 'alertmanager', tenant: tenant || (places[0]?.[0] ?? '') }
          tell(await sources.create(body, key))
        }
        await cache.invalidateQueries({ queryKey: sources.key })
        close()
      }}
    >
      <TextField form={form} name="name" label="col.name" required focus />
      {source ? null : (
        <>
          <SelectField form={form} name="kind" label="col.kind" options={KINDS.map((each): [string, string] => [each, say(SOURCE_KIND[each])])} />
          <SelectField form={form} name="tenant" label="sources.place" hint={say('sources.place_hint')} options={places} />
        </>
      )}
    </Form>
  )
}

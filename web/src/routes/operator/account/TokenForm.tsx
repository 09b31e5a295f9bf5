import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { tenants } from '../../../api/tenants'
import { tokens } from '../../../api/trust'
import { SelectField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { TENANT_KIND } from '../../../parts/words/words'

export function TokenForm({ close, tell }: { close: () => void; tell: (token: string) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(tenants.all)
  const form = useForm({
    initialValues: { name: '', access: 'read', tenant: '', expires_in_days: '90' },
    validate: {
      name: (value) => (value.trim() === '' ? say('field.required') : null),
      expires_in_days: (value) => (/^\d+$/.test(value.trim()) ? null : say('field.whole')),
    },
  })
  const places = (all.data ?? []).map((each): [string, string] => [each.id, `${each.name} · ${say(TENANT_KIND[each.kind])}`])
  return (
    <Form
      form={form}
      submit={say('account.token_add')}
      cancel={close}
      send={async (values, key) => {
        const made = await tokens.create(
          {
            name: values.name,
            access: values.access === 'write' ? 'write' : 'read',
            expires_in_days: Number(values.expires_in_days),
            ...(values.tenant === '' ? {} : { tenant: values.tenant }),
          },
          key,
        )
        await cache.invalidateQueries({ queryKey: tokens.key })
        close()
        if (made.token) tell(made.token)
      }}
    >
      <p className="dim small">{say('account.tokens_text')}</p>
      <TextField form={form} name="name" label="col.name" required focus />
      <Side>
        <SelectField
          form={form}
          name="access"
          label="account.token_access"
          options={[
            ['read', say('account.token_read')],
            ['write', say('account.token_write')],
          ]}
        />
        <TextField form={form} name="expires_in_days" label="account.token_days" hint={say('account.token_days_hint')} type="number" required />
      </Side>
      <SelectField form={form} name="tenant" label="account.token_place" options={places} empty={say('account.token_wide')} />
    </Form>
  )
}

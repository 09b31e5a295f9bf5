import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Tenant, TenantKind } from '../../../api/nouns'
import { tenants } from '../../../api/tenants'
import { SelectField, SwitchField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { timeZones } from '../../../parts/words/timeZones'
import { LANGUAGE } from '../../../parts/words/words'
import { childrenOf } from './tree'

interface TenantFormProps {
  kind: TenantKind
  tenant?: Tenant
  parent?: string | undefined
  close: () => void
  done: (tenant: Tenant) => void
}

const languageOf = (text: string) => (text === 'en' || text === 'ru' ? text : null)

/** Adds or changes a partner, client or site; an empty field means: as the one above it. */
export function TenantForm({ kind, tenant, parent, close, done }: TenantFormProps) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(tenants.all)
  const parents = (all.data ?? []).filter((each) => childrenOf(each.kind).includes(kind))
  const form = useForm({
    initialValues: {
      name: tenant?.name ?? '',
      parent: parent ?? '',
      brand_name: tenant?.brand.name ?? '',
      brand_sender: tenant?.brand.sender ?? '',
      tz: tenant?.tz ?? '',
      language: String(tenant?.language ?? ''),
      shadow: tenant?.shadow ?? false,
    },
    validate: { name: (value) => (value.trim() === '' ? say('field.required') : null) },
  })
  const inherit = say('form.inherit')
  return (
    <Form
      form={form}
      submit={tenant ? say('ui.save') : say('ui.add')}
      cancel={close}
      send={async (values, key) => {
        const language = languageOf(values.language)
        const saved = tenant
          ? await tenants.change(tenant.id, tenant.version, {
              name: values.name,
              brand: { name: values.brand_name || null, sender: values.brand_sender || null },
              tz: values.tz || null,
              language,
              shadow: values.shadow,
            })
          : await tenants.create(
              {
                kind,
                name: values.name,
                ...(values.parent ? { parent: values.parent } : {}),
                ...(values.brand_name || values.brand_sender
                  ? { brand: { ...(values.brand_name ? { name: values.brand_name } : {}), ...(values.brand_sender ? { sender: values.brand_sender } : {}) } }
                  : {}),
                ...(values.tz ? { tz: values.tz } : {}),
                ...(language ? { language } : {}),
              },
              key,
            )
        await cache.invalidateQueries({ queryKey: tenants.key })
        done(saved)
      }}
    >
      <TextField form={form} name="name" label="col.name" required focus />
      {tenant || kind === 'site' ? null : (
        <SelectField form={form} name="parent" label="clients.parent" options={parents.map((each): [string, string] => [each.id, each.name])} />
      )}
      {kind === 'site' ? null : (
        <Side>
          <TextField form={form} name="brand_name" label="clients.brand_name" hint={say('clients.brand_hint')} />
          <TextField form={form} name="brand_sender" label="clients.brand_sender" hint={say('clients.sender_hint')} type="email" />
        </Side>
      )}
      <Side>
        <SelectField
          form={form}
          name="language"
          label="col.language"
          options={[
            ['en', say(LANGUAGE.en)],
            ['ru', say(LANGUAGE.ru)],
          ]}
          empty={inherit}
        />
        <SelectField form={form} name="tz" label="col.tz" options={timeZones()} empty={inherit} />
      </Side>
      {tenant && kind !== 'site' ? <SwitchField form={form} name="shadow" label="clients.shadow" hint={say('clients.shadow_hint')} /> : null}
    </Form>
  )
}

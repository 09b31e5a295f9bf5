import { useForm } from '@mantine/form'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Contact, Tenant } from '../../../api/nouns'
import { session } from '../../../api/session'
import { contacts } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { SelectField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Remove } from '../../../parts/act/Remove'
import { Secret } from '../../../parts/act/Secret'
import { LANGUAGE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Panel } from '../../../ui/Page'
import { Waiting } from '../../../ui/Pieces'
import css from './clients.module.css'

/** Who is told, in which language, by which way. */
export function Contacts({ tenant }: { tenant: Tenant }) {
  const say = useSay()
  const cache = useQueryClient()
  const me = useQuery(session.me)
  const query = useInfiniteQuery(contacts.of(tenant.id))
  const [edited, setEdited] = useState<Contact | 'new' | null>(null)
  const [removed, setRemoved] = useState<Contact | null>(null)
  const [secret, setSecret] = useState('')
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel
      title={say('contacts.title')}
      count={rows.length}
      actions={
        <Act small can={me.data?.can.write_register} icon={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
          {say('contacts.add')}
        </Act>
      }
    >
      {query.isPending ? <Waiting rows={2} /> : null}
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {query.isSuccess && rows.length === 0 ? <p className="dim small">{say('contacts.none')}</p> : null}
      <ul className={css.people}>
        {rows.map((row) => (
          <li key={row.id}>
            <div className="spread">
              <span>
                {row.name} <span className="dim small">{say(LANGUAGE[row.language])}</span>
              </span>
              <span className="tight">
                <Act small can={row.can.edit} onClick={() => setEdited(row)}>
                  {say('ui.edit')}
                </Act>
                <Act small can={row.can.edit} onClick={() => setRemoved(row)}>
                  {say('ui.remove')}
                </Act>
              </span>
            </div>
            {row.email ? <p className={css.way}>{row.email}</p> : null}
            {row.webhook ? <p className={css.way}>{row.webhook}</p> : null}
          </li>
        ))}
      </ul>
      <Dialog title={edited === 'new' ? say('contacts.add') : say('contacts.edit')} opened={edited !== null} close={() => setEdited(null)}>
        <ContactForm tenant={tenant} contact={edited === 'new' || edited === null ? undefined : edited} close={() => setEdited(null)} tell={setSecret} />
      </Dialog>
      <Dialog title={say('contacts.secret_title')} opened={secret !== ''} close={() => setSecret('')}>
        <Secret text={say('contacts.secret_text')} value={secret} close={() => setSecret('')} />
      </Dialog>
      <Remove
        name={removed?.name ?? ''}
        opened={removed !== null}
        close={() => setRemoved(null)}
        remove={async () => {
          if (removed) await contacts.remove(removed.id)
          await cache.invalidateQueries({ queryKey: contacts.key })
        }}
      />
    </Panel>
  )
}

function ContactForm({ tenant, contact, close, tell }: { tenant: Tenant; contact: Contact | undefined; close: () => void; tell: (secret: string) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({
    initialValues: {
      name: contact?.name ?? '',
      email: contact?.email ?? '',
      webhook: contact?.webhook ?? '',
      language: String(contact?.language ?? tenant.effective.language),
    },
    validate: {
      name: (value) => (value.trim() === '' ? say('field.required') : null),
      email: (value, all) => (value.trim() === '' && all.webhook.trim() === '' ? say('contacts.need_way') : null),
    },
  })
  return (
    <Form
      form={form}
      submit={contact ? say('ui.save') : say('ui.add')}
      cancel={close}
      send={async (values, key) => {
        const language = values.language === 'ru' ? 'ru' : 'en'
        const saved = contact
          ? await contacts.change(contact.id, contact.version, { name: values.name, email: values.email || null, webhook: values.webhook || null, language })
          : await contacts.create(
              {
                tenant: tenant.id,
                name: values.name,
                ...(values.email ? { email: values.email } : {}),
                ...(values.webhook ? { webhook: values.webhook } : {}),
                language,
              },
              key,
            )
        await cache.invalidateQueries({ queryKey: contacts.key })
        close()
        if (saved.webhook_secret) tell(saved.webhook_secret)
      }}
    >
      <TextField form={form} name="name" label="contacts.name" required focus />
      <TextField form={form} name="email" label="field_name.email" type="email" />
      <TextField form={form} name="webhook" label="contacts.webhook" hint={say('contacts.webhook_hint')} type="url" isMono />
      <SelectField
        form={form}
        name="language"
        label="contacts.language"
        options={[
          ['en', say(LANGUAGE.en)],
          ['ru', say(LANGUAGE.ru)],
        ]}
      />
    </Form>
  )
}

import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { session } from '../../api/session'
import { SecretField } from '../../form/Fields'
import { Form } from '../../form/Form'
import { useSay } from '../../i18n/i18n'
import { Empty } from '../../ui/Pieces'
import { go } from '../../url/go'
import { EntryFrame } from './EntryFrame'

export default function InvitePage() {
  const say = useSay()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const token = params.get('token') ?? ''
  const form = useForm({
    initialValues: { password: '', again: '' },
    validate: {
      password: (value) => (value === '' ? say('field.required') : null),
      again: (value, all) => (value === all.password ? null : say('field.differs')),
    },
  })
  if (token === '') {
    return (
      <EntryFrame title={say('entry.invite.title')}>
        <Empty text={say('entry.invite.no_token')} />
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={say('entry.invite.title')} text={say('entry.invite.text')}>
      <Form
        form={form}
        submit={say('entry.invite.submit')}
        send={async ({ password }) => {
          await session.accept({ token, password })
          await cache.fetchQuery({ ...session.me, staleTime: 0 })
          await navigate(go.home(), { replace: true })
        }}
      >
        <SecretField form={form} name="password" label="field_name.new_password" hint={say('entry.password_hint')} required />
        <SecretField form={form} name="again" label="field_name.again" required />
      </Form>
    </EntryFrame>
  )
}

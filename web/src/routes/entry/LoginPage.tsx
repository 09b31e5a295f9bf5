import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { isProblem, Problem } from '../../api/client'
import { session } from '../../api/session'
import { SecretField, TextField } from '../../form/Fields'
import { Form } from '../../form/Form'
import { useSay } from '../../i18n/i18n'
import { go } from '../../url/go'
import { EntryFrame } from './EntryFrame'

/** Only a path of our own may follow the login, never another site. */
export const safeNext = (next: string | null) => (next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : go.home())

/** Not logged in is what the page is for: here the same answer means a wrong e-mail or password. */
function sayWrong(error: unknown): never {
  throw isProblem(error) && error.status === 401 ? new Problem(401, { code: 'bad_credentials' }) : error
}

export default function LoginPage() {
  const say = useSay()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const setup = useQuery(session.setup)
  const required = (value: string) => (value.trim() === '' ? say('field.required') : null)
  const form = useForm({ initialValues: { email: '', password: '' }, validate: { email: required, password: required } })
  if (setup.data?.needed) return <Navigate to={go.setup()} replace />
  return (
    <EntryFrame title={say('entry.login.title')}>
      <Form
        form={form}
        submit={say('entry.login.submit')}
        send={async (values) => {
          await session.begin(values).catch(sayWrong)
          await cache.fetchQuery({ ...session.me, staleTime: 0 })
          await navigate(safeNext(params.get('next')), { replace: true })
        }}
      >
        <TextField form={form} name="email" label="field_name.email" type="email" autoComplete="username" required />
        <SecretField form={form} name="password" label="field_name.password" autoComplete="current-password" required />
      </Form>
    </EntryFrame>
  )
}

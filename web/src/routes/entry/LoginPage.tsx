import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { isProblem, Problem } from '../../api/client'
import { session } from '../../api/session'
import { SecretField, TextField } from '../../form/Fields'
import { Form } from '../../form/Form'
import { useSay } from '../../i18n/i18n'
import { Go } from '../../parts/link/Go'
import { go } from '../../url/go'
import { EntryFrame } from './EntryFrame'

/** Only a path of our own may follow the login, never another site. */
export const safeNext = (next: string | null) => (next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : go.home())

/** Not logged in is what the page is for: here the same answer means a wrong e-mail or password, or a wrong code at its field. */
function sayWrong(error: unknown): never {
  if (!isProblem(error) || error.status !== 401) throw error
  const { code, detail } = error
  throw new Problem(401, code === 'second_factor_wrong' ? { code, errors: [{ field: 'code', code, detail }] } : { code: 'bad_credentials' })
}

export default function LoginPage() {
  const say = useSay()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const setup = useQuery(session.setup)
  const [isSecond, setSecond] = useState(false)
  const second = useRef<HTMLDivElement>(null)
  const required = (value: string) => (value.trim() === '' ? say('field.required') : null)
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: { email: required, password: required, code: (value) => (isSecond ? required(value) : null) },
  })
  // Focus is outside React: the code is the only thing left to type.
  useEffect(() => {
    if (isSecond) second.current?.querySelector('input')?.focus()
  }, [isSecond])
  if (setup.data?.needed) return <Navigate to={go.setup()} replace />
  const send = async ({ email, password, code }: { email: string; password: string; code: string }) => {
    try {
      await session.begin({ email, password, ...(isSecond ? { code: code.replaceAll(/\s/g, '') } : {}) })
    } catch (error) {
      if (isProblem(error) && error.code === 'second_factor_required') {
        setSecond(true)
        return
      }
      sayWrong(error)
    }
    await cache.fetchQuery({ ...session.me, staleTime: 0 })
    await navigate(safeNext(params.get('next')), { replace: true })
  }
  const back = () => {
    form.reset()
    setSecond(false)
  }
  return (
    <EntryFrame title={say('entry.login.title')} {...(isSecond ? { text: say('second.text') } : {})}>
      <Form
        form={form}
        submit={say(isSecond ? 'second.submit' : 'entry.login.submit')}
        send={send}
        extra={
          isSecond ? (
            <Button variant="subtle" onClick={back}>
              {say('second.back')}
            </Button>
          ) : (
            <Go to={go.reset()}>{say('reset.forgot')}</Go>
          )
        }
      >
        {isSecond ? (
          <div ref={second}>
            <TextField form={form} name="code" label="account.factor_code_or" autoComplete="one-time-code" isMono required />
          </div>
        ) : (
          <>
            <TextField form={form} name="email" label="field_name.email" type="email" autoComplete="username" required />
            <SecretField form={form} name="password" label="field_name.password" autoComplete="current-password" required />
          </>
        )}
      </Form>
    </EntryFrame>
  )
}

import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { resets } from '../../api/trust'
import { SecretField, TextField } from '../../form/Fields'
import { Form } from '../../form/Form'
import { useSay } from '../../i18n/i18n'
import { Go } from '../../parts/link/Go'
import { go } from '../../url/go'
import { EntryFrame } from './EntryFrame'

/** Without a link it asks for one; the answer is the same whether the address is known or not. */
export default function ResetPage() {
  const say = useSay()
  const [params] = useSearchParams()
  const token = params.get('token') ?? ''
  const [said, setSaid] = useState('')
  if (said !== '') {
    return (
      // A new frame, so that the heading takes the focus and what happened is read aloud.
      <EntryFrame key="said" title={say('reset.title')} text={said}>
        <Go to={go.login()}>{say('reset.to_login')}</Go>
      </EntryFrame>
    )
  }
  return token === '' ? <Ask done={() => setSaid(say('reset.asked'))} /> : <Choose token={token} done={() => setSaid(say('reset.done'))} />
}

function Ask({ done }: { done: () => void }) {
  const say = useSay()
  const form = useForm({ initialValues: { email: '' }, validate: { email: (value) => (value.trim() === '' ? say('field.required') : null) } })
  return (
    <EntryFrame title={say('reset.title')} text={say('reset.text')}>
      <Form
        form={form}
        submit={say('reset.submit')}
        extra={<Go to={go.login()}>{say('reset.to_login')}</Go>}
        send={async ({ email }) => {
          await resets.ask(email.trim())
          done()
        }}
      >
        <TextField form={form} name="email" label="field_name.email" type="email" autoComplete="username" required />
      </Form>
    </EntryFrame>
  )
}

function Choose({ token, done }: { token: string; done: () => void }) {
  const say = useSay()
  const form = useForm({
    initialValues: { password: '', again: '' },
    validate: {
      password: (value) => (value === '' ? say('field.required') : null),
      again: (value, all) => (value === all.password ? null : say('field.differs')),
    },
  })
  return (
    <EntryFrame title={say('reset.title')} text={say('reset.choose')}>
      <Form
        form={form}
        submit={say('reset.save')}
        send={async ({ password }) => {
          await resets.accept({ token, password })
          done()
        }}
      >
        <SecretField form={form} name="password" label="field_name.new_password" hint={say('entry.password_hint')} required />
        <SecretField form={form} name="again" label="field_name.again" required />
      </Form>
    </EntryFrame>
  )
}

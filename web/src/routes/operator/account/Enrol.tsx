import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { type Enrolment, factor } from '../../../api/trust'
import { SecretField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { type Say, useSay } from '../../../i18n/i18n'
import { CopyButton } from '../../../ui/Pieces'
import { toast } from '../../../ui/Toast'
import css from './account.module.css'

const required = (say: Say) => (value: string) => (value.trim() === '' ? say('field.required') : null)
/** In fours, as it is read aloud and typed. */
const spaced = (secret: string) => secret.replaceAll(/(.{4})(?=.)/g, '$1 ')

/** Password, then the device, then the codes for the day it is lost. */
export function Enrol({ close }: { close: () => void }) {
  const [offered, setOffered] = useState<Enrolment | null>(null)
  const [codes, setCodes] = useState<readonly string[]>([])
  if (codes.length > 0) return <Codes codes={codes} close={close} />
  if (offered) return <Device offered={offered} done={setCodes} close={close} />
  return <Begin done={setOffered} close={close} />
}

function Begin({ done, close }: { done: (offered: Enrolment) => void; close: () => void }) {
  const say = useSay()
  const form = useForm({ initialValues: { password: '' }, validate: { password: required(say) } })
  return (
    <Form form={form} submit={say('account.factor_next')} cancel={close} send={async ({ password }) => done(await factor.begin(password))}>
      <p>{say('account.factor_password')}</p>
      <SecretField form={form} name="password" label="field_name.password" autoComplete="current-password" required />
    </Form>
  )
}

function Device({ offered, done, close }: { offered: Enrolment; done: (codes: readonly string[]) => void; close: () => void }) {
  const say = useSay()
  const form = useForm({ initialValues: { code: '' }, validate: { code: required(say) } })
  return (
    <Form
      form={form}
      submit={say('account.factor_turn_on')}
      cancel={close}
      send={async ({ code }) => done((await factor.confirm(code.replaceAll(/\s/g, ''))).recovery_codes)}
    >
      <p>{say('account.factor_scan')}</p>
      <img className={css.qr} alt={say('account.factor_qr')} src={`data:image/svg+xml,${encodeURIComponent(offered.qr_svg)}`} />
      <p className="spread">
        <span>
          <span className="dim small">{say('account.factor_secret')}</span>
          <br />
          <span className={`mono ${css.long}`} data-secret="">
            {spaced(offered.secret)}
          </span>
        </span>
        <CopyButton value={offered.secret} label={say('ui.copy')} />
      </p>
      <p>{say('account.factor_confirm')}</p>
      <TextField form={form} name="code" label="account.factor_code" type="number" autoComplete="one-time-code" isMono required />
    </Form>
  )
}

function Codes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const say = useSay()
  return (
    <div className="stack">
      <h3>{say('account.factor_codes')}</h3>
      <p>{say('account.factor_codes_text')}</p>
      <ul className={`mono ${css.codes}`} data-secret="">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <CopyButton value={codes.join('\n')} label={say('account.factor_copy')} />
        <span className="end" />
        <Button onClick={close}>{say('ui.done')}</Button>
      </div>
    </div>
  )
}

export function TurnOff({ close }: { close: () => void }) {
  const say = useSay()
  const form = useForm({ initialValues: { password: '', code: '' }, validate: { password: required(say), code: required(say) } })
  return (
    <Form
      form={form}
      submit={say('account.factor_remove')}
      cancel={close}
      send={async ({ password, code }) => {
        await factor.remove({ password, code: code.trim() })
        toast('ok', say('account.factor_gone'))
        close()
      }}
    >
      <SecretField form={form} name="password" label="field_name.password" autoComplete="current-password" required />
      <TextField form={form} name="code" label="account.factor_code_or" autoComplete="one-time-code" isMono required />
    </Form>
  )
}

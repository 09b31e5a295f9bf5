import { Checkbox, NativeSelect, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useState } from 'react'
import { type Key, useSay } from '../i18n/i18n'
import css from './form.module.css'

type AnyForm<V extends Record<string, unknown>> = UseFormReturnType<V>
interface FieldProps<V extends Record<string, unknown>> {
  form: AnyForm<V>
  name: keyof V & string
  label: Key
  hint?: string
  required?: boolean
  type?: 'text' | 'email' | 'url' | 'number'
  autoComplete?: string
  isMono?: boolean
  focus?: boolean
}
const shared = <V extends Record<string, unknown>>({ form, name, hint, required }: FieldProps<V>, label: string) => ({
  label,
  name,
  ...(hint === undefined ? {} : { description: hint }),
  withAsterisk: required ?? false,
  'aria-required': required ?? false,
  ...form.getInputProps(name),
})

export function TextField<V extends Record<string, unknown>>(props: FieldProps<V>) {
  const say = useSay()
  return (
    <TextInput
      {...shared(props, say(props.label))}
      type={props.type === 'number' ? 'text' : (props.type ?? 'text')}
      inputMode={props.type === 'number' ? 'numeric' : undefined}
      autoComplete={props.autoComplete ?? 'off'}
      data-autofocus={props.focus ? '' : undefined}
      classNames={props.isMono ? { input: 'mono' } : {}}
    />
  )
}

/** A moment by the clock of this computer. */
export function MomentField<V extends Record<string, unknown>>(props: FieldProps<V>) {
  const say = useSay()
  return <TextInput {...shared(props, say(props.label))} type="datetime-local" />
}

export function SecretField<V extends Record<string, unknown>>(props: FieldProps<V>) {
  const say = useSay()
  return (
    <PasswordInput
      {...shared(props, say(props.label))}
      autoComplete={props.autoComplete ?? 'new-password'}
      visibilityToggleButtonProps={{ 'aria-label': say('form.show_secret') }}
    />
  )
}

export function LongField<V extends Record<string, unknown>>(props: FieldProps<V> & { rows?: number }) {
  const say = useSay()
  return (
    <Textarea
      {...shared(props, say(props.label))}
      rows={props.rows ?? 4}
      data-autofocus={props.focus ? '' : undefined}
      classNames={props.isMono ? { input: 'mono' } : {}}
    />
  )
}

export function SelectField<V extends Record<string, unknown>>(props: FieldProps<V> & { options: readonly (readonly [string, string])[]; empty?: string }) {
  const say = useSay()
  const data = props.options.map(([value, label]) => ({ value, label }))
  return <NativeSelect {...shared(props, say(props.label))} data={props.empty === undefined ? data : [{ value: '', label: props.empty }, ...data]} />
}

export function SwitchField<V extends Record<string, unknown>>({ form, name, label, hint }: FieldProps<V>) {
  const say = useSay()
  return <Switch label={say(label)} {...(hint === undefined ? {} : { description: hint })} {...form.getInputProps(name, { type: 'checkbox' })} />
}

const SHOWN_MAX = 60
/** Several of many: a filter and boxes, usable by keyboard and finger alike. */
export function ManyField<V extends Record<string, unknown>>(
  props: FieldProps<V> & { options: readonly (readonly [string, string])[]; chosen: readonly string[]; set: (ids: string[]) => void; none: string },
) {
  const say = useSay()
  const [sought, setSought] = useState('')
  const matching = props.options.filter(([id, text]) => props.chosen.includes(id) || text.toLowerCase().includes(sought.toLowerCase()))
  const error = props.form.errors[props.name]
  return (
    <fieldset className={css.many} data-name={props.name}>
      <legend>{say(props.label)}</legend>
      {props.hint ? <p className="dim small">{props.hint}</p> : null}
      {props.options.length > 8 ? (
        <TextInput
          size="xs"
          aria-label={say('form.find')}
          placeholder={say('form.find')}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      ) : null}
      {props.options.length === 0 ? <p className="dim small">{props.none}</p> : null}
      <div className={css.boxes}>
        {matching.slice(0, SHOWN_MAX).map(([id, text]) => (
          <Checkbox
            key={id}
            size="xs"
            label={text}
            checked={props.chosen.includes(id)}
            onChange={() => props.set(props.chosen.includes(id) ? props.chosen.filter((each) => each !== id) : [...props.chosen, id])}
          />
        ))}
      </div>
      {error ? <p className={css.bad}>{error}</p> : null}
    </fieldset>
  )
}

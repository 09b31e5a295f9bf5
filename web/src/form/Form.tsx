import { Button } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { freshKey, isProblem } from '../api/client'
import { fieldWords, problemWords } from '../api/problemText'
import { useSay } from '../i18n/i18n'
import css from './form.module.css'

interface FormProps<V extends Record<string, unknown>> {
  form: UseFormReturnType<V>
  /** Sends it; the key makes a repeated send harmless. What it throws lands on the fields or on top. */
  send: (values: V, idempotency: string) => Promise<unknown>
  submit: string
  cancel?: (() => void) | undefined
  children: ReactNode
  extra?: ReactNode
}

/** The only form: problems by field and code, one without a field stands on top, the first bad field gets the focus. */
export function Form<V extends Record<string, unknown>>({ form, send, submit, cancel, children, extra }: FormProps<V>) {
  const say = useSay()
  const element = useRef<HTMLFormElement>(null)
  const [idempotency] = useState(freshKey)
  const [top, setTop] = useState<string[]>([])
  const [isSending, setSending] = useState(false)

  const focusFirstBad = () =>
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(':is(input, textarea, select)[aria-invalid=true]')?.focus())
  /** A problem of a field that is not on the page stands on top, or nobody would see it. */
  const isShown = (name: string) => element.current?.querySelector(`[name="${CSS.escape(name)}"], fieldset[data-name="${CSS.escape(name)}"]`) != null
  const take = (error: unknown) => {
    const words = problemWords(say, error)
    const loose: string[] = []
    const known = form.getValues()
    for (const { field, code, detail } of isProblem(error) ? error.fields : []) {
      const name = field in known ? field : field.replaceAll('.', '_')
      if (name in known && isShown(name)) form.setFieldError(name, fieldWords(say, code, detail))
      else loose.push(`${field}: ${fieldWords(say, code, detail)}`)
    }
    const hasFields = isProblem(error) && error.fields.length > loose.length
    setTop(loose.length > 0 ? loose : hasFields ? [] : [words.title, words.detail].filter((each) => each !== ''))
    focusFirstBad()
  }
  /** Enter writes a line in a long field; with Ctrl it sends, from any field. */
  const sendByKeys = (event: KeyboardEvent) => {
    if (event.code === 'Enter' && (event.ctrlKey || event.metaKey)) element.current?.requestSubmit()
  }
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault()
    setTop([])
    if (form.validate().hasErrors) {
      focusFirstBad()
      return
    }
    setSending(true)
    try {
      await send(form.getValues(), idempotency)
    } catch (error) {
      take(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <form ref={element} onSubmit={onSubmit} onKeyDown={sendByKeys} noValidate className={css.form}>
      {top.length > 0 ? (
        <div role="alert" className={css.top}>
          {top.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      ) : null}
      {children}
      <div className={css.foot}>
        {extra}
        <span className="end" />
        {cancel ? (
          <Button variant="default" onClick={cancel}>
            {say('ui.cancel')}
          </Button>
        ) : null}
        <Button type="submit" loading={isSending}>
          {submit}
        </Button>
      </div>
    </form>
  )
}

/** Two or three fields side by side where there is room. */
export const Side = ({ children }: { children: ReactNode }) => <div className={css.side}>{children}</div>

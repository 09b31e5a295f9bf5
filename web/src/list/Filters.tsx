import { NativeSelect, TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useSay } from '../i18n/i18n'
import { useKeys } from '../keys/registry'
import css from './list.module.css'

export function Filters({ children }: { children: ReactNode }) {
  return <div className={css.filters}>{children}</div>
}

/** The text filter, reached by `/`; the URL follows a moment after the typing. */
export function SearchBox({ value, label, onChange }: { value: string; label: string; onChange: (text: string) => void }) {
  const say = useSay()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value)
  useKeys([{ code: 'Slash', cap: '/', text: 'keys.filter', run: () => input.current?.focus() }])
  const latest = useRef(onChange)
  // The pause while typing is a timer, outside React.
  useEffect(() => {
    latest.current = onChange
  })
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => latest.current(typed), 200)
    return () => clearTimeout(timer)
  }, [typed, value])
  return (
    <TextInput
      ref={input}
      className={css.search}
      size="xs"
      type="search"
      aria-label={label}
      placeholder={say('list.search', { what: label })}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}

export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}) {
  return (
    <NativeSelect
      size="xs"
      className={css.choice}
      aria-label={label}
      value={value}
      data={[{ value: '', label }, ...options.map(([name, text]) => ({ value: name, label: text }))]}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-set={value === '' ? undefined : ''}
    />
  )
}

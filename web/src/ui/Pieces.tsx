import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useFormat } from '../i18n/format'
import { useSay } from '../i18n/i18n'
import { Icon } from './Icon'
import css from './ui.module.css'

/** Nothing to show here; on a phone the whole cell goes. */
export const None = () => <span className="dim none">—</span>

/** How long ago, ticking by `now`; the instant on hover and for the reader. */
export function Age({ at, now }: { at: string | null | undefined; now: number }) {
  const format = useFormat()
  if (!at) return <None />
  return (
    <time dateTime={at} title={format.dateTime(at)} className="nowrap">
      {format.duration(now - Date.parse(at))}
    </time>
  )
}

export function Instant({ at }: { at: string | null | undefined }) {
  const format = useFormat()
  if (!at) return <None />
  return (
    <time dateTime={at} className="nowrap">
      {format.dateTime(at)}
    </time>
  )
}

export function CopyButton({ value, label }: { value: string; label: string }) {
  const say = useSay()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
    } catch {
      // Without TLS there is no clipboard; the text beside it can still be selected by hand.
      return
    }
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <Button variant="default" size="xs" leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} onClick={copy}>
      {copied ? say('ui.copied') : label}
    </Button>
  )
}

const BONES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
/** Drawn only after 150 ms, so that a quick answer does not flash. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  const say = useSay()
  const [shown, setShown] = useState(false)
  // A timer is outside React.
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={css.waiting} aria-busy="true">
      <span className="sr">{say('ui.loading')}</span>
      {shown ? BONES.slice(0, rows).map((bone) => <div key={bone} className={css.bone} />) : null}
    </div>
  )
}

export function Empty({ text, hint, act }: { text: string; hint?: ReactNode; act?: ReactNode }) {
  return (
    <div className={css.empty}>
      <p className={css.emptyText}>{text}</p>
      {hint ? <p className="dim">{hint}</p> : null}
      {act}
    </div>
  )
}

type Tone = 'critical' | 'major' | 'minor' | 'warning' | 'info' | 'ok' | 'unknown'
/** Glyph and word on a tint: for states that are not the loudest thing on the page. */
export function Pill({ tone, glyph, children, title }: { tone: Tone; glyph?: string; children: ReactNode; title?: string | undefined }) {
  return (
    <span className={css.pill} data-tone={tone} title={title}>
      {glyph ? <span aria-hidden="true">{glyph}</span> : null}
      {children}
    </span>
  )
}

/** A bar over the whole width that says one thing and offers one act. */
export function Banner({ tone, glyph, children, act, live = false }: { tone: Tone; glyph: string; children: ReactNode; act?: ReactNode; live?: boolean }) {
  return (
    <div className={css.banner} data-tone={tone} role={live ? 'status' : undefined}>
      <span aria-hidden="true">{glyph}</span>
      <span className={css.bannerText}>{children}</span>
      {act}
    </div>
  )
}

/** One of a few values, all visible. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}) {
  return (
    <div role="radiogroup" aria-label={label} className={css.segments}>
      {options.map(([name, text]) => (
        <label key={name} className={css.segment} data-on={name === value ? '' : undefined}>
          <input type="radio" className="sr" name={label} checked={name === value} onChange={() => onChange(name)} />
          {text}
        </label>
      ))}
    </div>
  )
}

import { type Tongue, useTongue } from './i18n'

const LOCALE = { en: 'en-GB', ru: 'ru-RU' } as const
const made = new Map<string, Intl.NumberFormat>()

function numbers(tongue: Tongue, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = tongue + JSON.stringify(options)
  const kept = made.get(name) ?? new Intl.NumberFormat(LOCALE[tongue], options)
  made.set(name, kept)
  return kept
}

const unit = (tongue: Tongue, value: number, name: string) =>
  numbers(tongue, { style: 'unit', unit: name, unitDisplay: tongue === 'ru' ? 'short' : 'narrow', maximumFractionDigits: 0 }).format(value)

/** "48s", "2m 41s", "5h 12m", "3d 4h": two parts at most, so that a column of ages can be compared by eye. */
export function duration(tongue: Tongue, ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const parts: [number, string][] = [
    [Math.floor(s / 86_400), 'day'],
    [Math.floor(s / 3600) % 24, 'hour'],
    [Math.floor(s / 60) % 60, 'minute'],
    [s % 60, 'second'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  if (first < 0) return unit(tongue, 0, 'second')
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, name]) => unit(tongue, value, name))
    .join(' ')
}

const STEPS = ['', 'k', 'M', 'G', 'T', 'P']
const BITS = { en: 'bit/s', ru: 'бит/с' } as const
const BYTES = { en: 'B', ru: 'Б' } as const
const PACKETS = { en: 'pkt/s', ru: 'пак/с' } as const
const PREFIX_RU: Record<string, string> = { k: 'к', M: 'М', G: 'Г', T: 'Т', P: 'П' }

function scaled(tongue: Tongue, value: number, base: number, suffix: string, binary = ''): string {
  let size = Math.abs(value)
  let step = 0
  while (size >= base && step < STEPS.length - 1) {
    size /= base
    step += 1
  }
  const prefix = STEPS[step] ?? ''
  const shown = numbers(tongue, { maximumSignificantDigits: size >= 100 ? 3 : 2 }).format(Math.sign(value) * size)
  return `${shown} ${tongue === 'ru' ? (PREFIX_RU[prefix] ?? '') : prefix}${step > 0 ? binary : ''}${suffix}`
}

export type Unit = 'percent' | 'bps' | 'pps' | 'ms' | 'bytes' | 'ratio'
export function quantity(tongue: Tongue, value: number, name: Unit): string {
  switch (name) {
    case 'percent':
      return numbers(tongue, { style: 'unit', unit: 'percent', maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
    case 'ratio':
      return numbers(tongue, { style: 'percent', maximumFractionDigits: 0 }).format(value)
    case 'ms':
      return numbers(tongue, { style: 'unit', unit: 'millisecond', maximumFractionDigits: value < 10 ? 2 : 0 }).format(value)
    case 'bps':
      return scaled(tongue, value, 1000, BITS[tongue])
    case 'pps':
      return scaled(tongue, value, 1000, PACKETS[tongue])
    case 'bytes':
      return scaled(tongue, value, 1024, BYTES[tongue], tongue === 'ru' ? 'и' : 'i')
  }
}

const DATE_TIME: Intl.DateTimeFormatOptions = {
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
}
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }
export const dateTime = (tongue: Tongue, at: string | number) => new Date(at).toLocaleString(LOCALE[tongue], DATE_TIME)
/** By the clock of another zone: a client's. */
export const dateTimeIn = (tongue: Tongue, at: string, timeZone: string) => new Date(at).toLocaleString(LOCALE[tongue], { ...DATE_TIME, timeZone })
export const clock = (tongue: Tongue, at: string | number) => new Date(at).toLocaleTimeString(LOCALE[tongue], TIME)
/** Ticks of a time axis: hours and minutes within a day, else day and month. */
export const tick = (tongue: Tongue, seconds: number, span: number) =>
  new Date(seconds * 1000).toLocaleString(
    LOCALE[tongue],
    span <= 2 * 86_400 ? { hour: '2-digit', minute: '2-digit', hour12: false } : { day: '2-digit', month: '2-digit' },
  )

export function useFormat() {
  const tongue = useTongue()
  return {
    tongue,
    duration: (ms: number) => duration(tongue, ms),
    quantity: (value: number, name: Unit) => quantity(tongue, value, name),
    number: (value: number) => numbers(tongue, {}).format(value),
    dateTime: (at: string | number) => dateTime(tongue, at),
    dateTimeIn: (at: string, timeZone: string) => dateTimeIn(tongue, at, timeZone),
    clock: (at: string | number) => clock(tongue, at),
  }
}

const DAY_MS = 86_400_000
const pad = (value: number) => String(value).padStart(2, '0')
const dayOf = (date: Date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`

export type Preset = 'month' | 'last_month' | 'week'
/** Half-open: the last day is not in it. */
export function presetOf(preset: Preset, now: number): { from: string; to: string } {
  const today = new Date(now)
  const [year, month] = [today.getFullYear(), today.getMonth()]
  if (preset === 'last_month') return { from: dayOf(new Date(year, month - 1, 1)), to: dayOf(new Date(year, month, 1)) }
  const tomorrow = new Date(year, month, today.getDate() + 1)
  if (preset === 'week') return { from: dayOf(new Date(year, month, today.getDate() - 6)), to: dayOf(tomorrow) }
  return { from: dayOf(new Date(year, month, 1)), to: dayOf(tomorrow) }
}

/** How far the clocks of a zone are ahead of UTC at an instant. */
function aheadMs(at: number, tz: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const of = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(of.year ?? 0, (of.month ?? 1) - 1, of.day ?? 1, of.hour ?? 0, of.minute ?? 0, of.second ?? 0) - Math.floor(at / 1000) * 1000
}

/** The instant at which a day begins in a zone, for drawing only: what counts is the server's. */
export function dayBegins(day: string, tz: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  const first = utc - aheadMs(utc, tz)
  return utc - aheadMs(first, tz)
}

export interface Piece {
  /** Shares of the period, 0 to 1. */
  from: number
  width: number
}
/** Where a span lies in the period; a short one is still seen. */
export function pieceOf(from: string, to: string | null, start: number, end: number, now: number): Piece | null {
  const [a, b] = [Math.max(Date.parse(from), start), Math.min(to === null ? now : Date.parse(to), end)]
  if (b <= a || end <= start) return null
  const width = Math.max((b - a) / (end - start), 0.002)
  return { from: Math.min((a - start) / (end - start), 1 - width), width }
}
export const daysIn = (start: number, end: number) => Math.round((end - start) / DAY_MS)

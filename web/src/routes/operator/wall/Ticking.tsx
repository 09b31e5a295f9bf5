import { useFormat } from '../../../i18n/format'
import { useNow } from '../../../live/clock'

/** An age that ticks, as large as its surroundings. */
export function Ticking({ at }: { at: number | string }) {
  const now = useNow()
  const format = useFormat()
  const since = typeof at === 'string' ? Date.parse(at) : at
  return (
    <time dateTime={new Date(since).toISOString()} title={format.dateTime(since)} className="nowrap">
      {format.duration(now - since)}
    </time>
  )
}

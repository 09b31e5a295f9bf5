import type { Severity } from '../../api/nouns'
import { useSay } from '../../i18n/i18n'
import { SEVERITY } from '../words/words'
import css from './alarm.module.css'

/** Colour, glyph and word; the only way a severity is shown. */
export function SeverityBadge({ severity, isQuiet = false }: { severity: Severity; isQuiet?: boolean }) {
  const say = useSay()
  const word = SEVERITY[severity]
  return (
    <span className={css.badge} data-tone={word.tone} data-quiet={isQuiet ? '' : undefined}>
      <span aria-hidden="true">{word.glyph}</span>
      {say(word.text)}
    </span>
  )
}

/** How many of a severity; grey when none, `?` when nobody can know. */
export function SeverityCount({ severity, count }: { severity: Severity; count: number | null }) {
  const say = useSay()
  const word = SEVERITY[severity]
  return (
    <span className={css.counter} data-tone={count === null ? 'blind' : count === 0 ? 'none' : word.tone}>
      <span aria-hidden="true">{word.glyph}</span>
      <span className="sr">{say(word.text)}: </span>
      {count === null ? '?' : count}
    </span>
  )
}

import type { Alarm, Summary } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { Go } from '../../../parts/link/Go'
import { SEVERITIES, SEVERITY } from '../../../parts/words/words'
import { go } from '../../../url/go'
import { oldestUnacked } from './reach'
import { Ticking } from './Ticking'
import css from './wall.module.css'

/** How many of each severity and how many wait for somebody; `?` when nobody can know. */
export function Counters({ counts, active }: { counts: Summary | undefined; active: readonly Alarm[] }) {
  const say = useSay()
  const unacked = counts?.unacked
  const oldest = oldestUnacked(active)
  return (
    <ul className={css.counters} aria-label={say('shell.counters')}>
      {SEVERITIES.map((severity) => {
        if (severity === 'cleared') return null
        const count = counts?.alarms[severity]
        const { tone, glyph, text } = SEVERITY[severity]
        return (
          <li key={severity}>
            <Go to={go.alarms(severity)} className={css.counter}>
              <span className={css.number} data-tone={count === undefined ? 'blind' : count === 0 ? 'none' : tone}>
                <span aria-hidden="true">{glyph} </span>
                {count ?? '?'}
              </span>
              <span>{say(text)}</span>
            </Go>
          </li>
        )
      })}
      <li>
        <Go to={go.alarms()} className={css.counter}>
          <span className={css.number} data-tone={unacked === undefined ? 'blind' : unacked === 0 ? 'none' : 'waits'}>
            {unacked ?? '?'}
          </span>
          <span>
            {say('wall.unacked')}
            {unacked !== undefined && unacked > 0 && oldest !== null ? (
              <>
                {' · '}
                {say('wall.oldest')} <Ticking at={oldest} />
              </>
            ) : null}
          </span>
        </Go>
      </li>
    </ul>
  )
}

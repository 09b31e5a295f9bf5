import { useInfiniteQuery } from '@tanstack/react-query'
import { alarms } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { useFeed } from '../../../live/stream'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Go } from '../../../parts/link/Go'
import { ALARM_CLASS, SEVERITY } from '../../../parts/words/words'
import { go } from '../../../url/go'
import { objectName } from '../alarms/columns'
import { causesOf } from './reach'
import { Ticking } from './Ticking'
import css from './wall.module.css'

const SHOWN_MAX = 7

/** Causes with what each of them takes down. */
export function Causes({ active, blind, isReady }: { active: readonly Alarm[]; blind: boolean; isReady: boolean }) {
  const say = useSay()
  const all = causesOf(active)
  return (
    <section className={css.tile} aria-label={say('wall.causes')}>
      <h2>{say('wall.causes')}</h2>
      {all.length === 0 && isReady ? <AllClear blind={blind} /> : null}
      <ol className={css.causes}>
        {all.slice(0, SHOWN_MAX).map(({ alarm, devices }) => (
          <li key={alarm.id} data-tone={alarm.acked_by ? undefined : SEVERITY[alarm.severity].tone}>
            <div className={css.causeLine}>
              <SeverityBadge severity={alarm.severity} isQuiet={alarm.acked_by != null} />
              <Go to={go.alarm(alarm.id)} className={css.causeName}>
                {objectName(alarm)}
              </Go>
              <span className={css.age}>
                <Ticking at={alarm.raised_at ?? alarm.first_miss_at} />
              </span>
            </div>
            <p className={css.reach}>
              <span>{say(ALARM_CLASS[alarm.class])}</span>
              {devices > 0 ? <span>{say('wall.devices', { count: devices })}</span> : null}
              {alarm.impact.services > 0 ? <span>{say('alarms.services', { count: alarm.impact.services })}</span> : null}
              {alarm.impact.clients > 0 ? (
                <strong>{alarm.client?.name ?? say('alarms.clients', { count: alarm.impact.clients })}</strong>
              ) : (
                <span>{say('alarms.no_impact')}</span>
              )}
              {alarm.acked_by ? <span>✓ {alarm.acked_by.email.split('@')[0]}</span> : null}
            </p>
          </li>
        ))}
      </ol>
      {all.length > SHOWN_MAX ? <p>{say('wall.more', { count: all.length - SHOWN_MAX })}</p> : null}
    </section>
  )
}

/** Calm only with its proof: since when, and when the server was last heard. */
function AllClear({ blind }: { blind: boolean }) {
  const say = useSay()
  const format = useFormat()
  const feed = useFeed()
  const cleared = useInfiniteQuery(alarms.list({ state: 'cleared' }))
  const last = Math.max(0, ...(cleared.data?.pages.flatMap((page) => page.items) ?? []).map((each) => Date.parse(each.cleared_at ?? '') || 0))
  if (blind) return <p className={css.calm}>{say('alarms.none_blind')}</p>
  return (
    <div className={css.calm} data-calm="">
      <p>
        <span aria-hidden="true">✓ </span>
        {last > 0 ? say('wall.clear_since', { at: format.dateTime(last) }) : say('alarms.none')}
      </p>
      <p className={css.proof}>{feed.heardAt > 0 ? say('alarms.none_heard', { at: format.clock(feed.heardAt) }) : ''}</p>
    </div>
  )
}

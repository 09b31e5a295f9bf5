import { useQuery } from '@tanstack/react-query'
import { alarms, incidents } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Go, GoRef } from '../../../parts/link/Go'
import { NoticeCard } from '../../../parts/notice/NoticeCard'
import { ALARM_CLASS } from '../../../parts/words/words'
import { Facts } from '../../../ui/Page'
import { Age, Instant, Pill, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import css from './alarms.module.css'
import { objectName } from './columns'

/** Everything known of one alarm: what was seen, what it hits, who was told. */
export function AlarmDetail({ alarm }: { alarm: Alarm }) {
  const say = useSay()
  const now = useNow()
  const unack = useAct(alarms.unack, { touches: [alarms.key, ['summary']], said: say('alarms.said.unacked') })
  return (
    <div className="stack-wide">
      <div className="row">
        <SeverityBadge severity={alarm.severity} isQuiet={alarm.state === 'cleared'} />
        {alarm.state === 'cleared' ? (
          <Pill tone="ok" glyph="✓">
            {say('alarms.cleared_single')}
          </Pill>
        ) : null}
        {alarm.acked_by ? (
          <Pill tone="info" glyph="✓">
            {say('alarms.acked')}
          </Pill>
        ) : null}
        <span className="end" />
        {alarm.acked_by ? (
          <Act small can={alarm.can.unack} busy={unack.isPending} onClick={() => unack.mutate({ id: alarm.id })}>
            {say('alarms.unack')}
          </Act>
        ) : null}
      </div>
      <p className={css.evidence}>{alarm.detail || say(ALARM_CLASS[alarm.class])}</p>
      {alarm.ack_note ? (
        <blockquote className={css.note}>
          <p className="pre">{alarm.ack_note}</p>
          <p className="dim small">
            {alarm.acked_by?.email} · <Instant at={alarm.acked_at} />
          </p>
        </blockquote>
      ) : null}
      <Facts
        rows={[
          [say('col.object'), alarm.device ? <Go to={go.device(alarm.device.id)}>{objectName(alarm)}</Go> : objectName(alarm)],
          [say('col.class'), say(ALARM_CLASS[alarm.class])],
          [say('col.client'), <GoRef key="client" of={alarm.client} />],
          [say('col.site'), <GoRef key="site" of={alarm.site} />],
          [say('alarms.first_miss'), <Instant key="miss" at={alarm.first_miss_at} />],
          [say('alarms.raised'), <Instant key="raised" at={alarm.raised_at} />],
          alarm.cleared_at
            ? [say('alarms.cleared_at'), <Instant key="cleared" at={alarm.cleared_at} />]
            : [say('col.age'), <Age key="age" at={alarm.raised_at ?? alarm.first_miss_at} now={now} />],
          [say('col.acked'), alarm.acked_by ? alarm.acked_by.email : null],
          ...(alarm.muted_by ? [[say('alarms.muted_by'), <GoRef key="muted" of={alarm.muted_by} />] as const] : []),
          [
            say('col.ticket'),
            alarm.ticket ? (
              <Go key="ticket" to={go.ticket(alarm.ticket)}>
                {say('alarms.open_ticket')}
              </Go>
            ) : null,
          ],
        ]}
      />
      {alarm.incident ? <IncidentPart id={alarm.incident} own={alarm.id} /> : null}
    </div>
  )
}

function IncidentPart({ id, own }: { id: string; own: string }) {
  const say = useSay()
  const query = useQuery(incidents.one(id))
  if (query.isPending) return <Waiting rows={3} />
  if (query.isError) return <ProblemView error={query.error} retry={query.refetch} />
  const { alarms: all, impacts, notices } = query.data
  const others = all.filter((each) => each.id !== own)
  return (
    <>
      <section className={css.part}>
        <h3>{say('alarms.impact')}</h3>
        {impacts.length === 0 ? <p className="dim small">{say('alarms.no_impact_text')}</p> : null}
        <ul className={css.lines}>
          {impacts.map((impact) => (
            <li key={impact.service.id + impact.from}>
              <span className="clip">{impact.service.name}</span>
              <GoRef of={impact.client} />
              {impact.mapping === 'stale' ? (
                <Pill tone="major" glyph="◆">
                  {say('mapping.stale')}
                </Pill>
              ) : null}
              <span className="end dim small">{impact.to ? say('alarms.impact_over') : <Instant at={impact.from} />}</span>
            </li>
          ))}
        </ul>
      </section>
      {others.length > 0 ? (
        <section className={css.part}>
          <h3>{say('alarms.same_cause', { count: others.length })}</h3>
          <ul className={css.lines}>
            {others.map((each) => (
              <li key={each.id}>
                <SeverityBadge severity={each.severity} isQuiet />
                <Go to={go.alarm(each.id)} className="clip">
                  {objectName(each)}
                </Go>
                <span className="dim small">{each.is_root ? say('alarms.cause') : say(ALARM_CLASS[each.class])}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <section className={css.part}>
        <h3>{say('nav.notices')}</h3>
        {notices.length === 0 ? <p className="dim small">{say('alarms.no_notices')}</p> : null}
        <div className="stack">
          {notices.map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
        </div>
      </section>
    </>
  )
}

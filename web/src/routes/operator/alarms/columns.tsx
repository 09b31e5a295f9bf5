import type { ReactNode } from 'react'
import type { Alarm } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import type { Column } from '../../../list/List'
import { useNow } from '../../../live/clock'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Go, GoRef } from '../../../parts/link/Go'
import { ALARM_CLASS } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Age, Instant, None, Pill } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import css from './alarms.module.css'
import type { Grouped } from './group'

/** What the alarm is on: an interface or what another system says is named with its device. */
export function objectName(alarm: Alarm): string {
  const isPart = alarm.object.kind === 'interface' || alarm.object.kind === 'signal'
  return isPart && alarm.device ? `${alarm.device.name} · ${alarm.object.name}` : alarm.object.name
}

function Subject({ row, fold, isFolded }: { row: Grouped; fold: (id: string) => void; isFolded: boolean }) {
  const say = useSay()
  const { alarm } = row
  return (
    <div className={css.subject}>
      <span className={css.object} title={objectName(alarm)}>
        {alarm.device ? <Go to={go.device(alarm.device.id)}>{objectName(alarm)}</Go> : objectName(alarm)}
      </span>
      <span className={css.class} title={say(ALARM_CLASS[alarm.class])}>
        {say(ALARM_CLASS[alarm.class])}
      </span>
      {row.symptoms > 0 ? (
        <button type="button" className={css.fold} aria-expanded={!isFolded} onClick={() => fold(alarm.id)}>
          <Icon name={isFolded ? 'right' : 'down'} size={12} />
          {say('alarms.symptoms', { count: row.symptoms })}
        </button>
      ) : null}
      {alarm.suppressed_by && row.depth === 0 ? <Pill tone="info">{say('alarms.suppressed')}</Pill> : null}
      {alarm.muted_by ? (
        <Pill tone="warning" glyph="●" title={alarm.muted_by.name}>
          {say('alarms.muted')}
        </Pill>
      ) : null}
      {alarm.flaps > 0 ? <Pill tone="info">{say('alarms.flaps', { count: alarm.flaps })}</Pill> : null}
    </div>
  )
}

export function Impact({ alarm }: { alarm: Alarm }): ReactNode {
  const say = useSay()
  if (alarm.impact.services === 0) return <span className="dim">{say('alarms.no_impact')}</span>
  return (
    <span>
      {say('alarms.services', { count: alarm.impact.services })}
      {alarm.impact.clients > 0 ? ` · ${say('alarms.clients', { count: alarm.impact.clients })}` : ''}
    </span>
  )
}

/** A cause in the provider's own network belongs to no client, but hits some. */
function Clients({ alarm }: { alarm: Alarm }) {
  const say = useSay()
  return alarm.client || alarm.impact.clients === 0 ? <GoRef of={alarm.client} /> : say('alarms.clients', { count: alarm.impact.clients })
}

function Since({ alarm }: { alarm: Alarm }) {
  const now = useNow()
  return <Age at={alarm.raised_at ?? alarm.first_miss_at} now={now} />
}

function Acked({ alarm }: { alarm: Alarm }) {
  const say = useSay()
  if (!alarm.acked_by) return <None />
  return (
    <span title={alarm.ack_note ?? undefined}>
      <span aria-hidden="true">✓ </span>
      <span className="sr">{say('alarms.acked')} </span>
      {alarm.acked_by.email.split('@')[0]}
    </span>
  )
}

function TicketLink({ id }: { id: string | null | undefined }) {
  const say = useSay()
  return id ? <Go to={go.ticket(id)}>{say('alarms.ticket')}</Go> : <None />
}

export function alarmColumns(fold: (id: string) => void, folded: ReadonlySet<string>, isHistory: boolean): Column<Grouped>[] {
  return [
    {
      id: 'severity',
      head: 'col.severity',
      phone: 'side',
      cell: ({ alarm, depth }) => <SeverityBadge severity={alarm.severity} isQuiet={depth === 1 || alarm.acked_by != null || alarm.state === 'cleared'} />,
      value: ({ alarm }) => alarm.severity,
    },
    {
      id: 'object',
      head: 'col.object',
      size: 'broad',
      phone: 'lead',
      cell: (row) => <Subject row={row} fold={fold} isFolded={folded.has(row.alarm.id)} />,
      value: ({ alarm }) => objectName(alarm),
    },
    { id: 'client', head: 'col.client', cell: ({ alarm }) => <Clients alarm={alarm} />, value: ({ alarm }) => alarm.client?.name },
    { id: 'impact', head: 'col.impact', cell: ({ alarm }) => <Impact alarm={alarm} />, value: ({ alarm }) => alarm.impact.services },
    isHistory
      ? { id: 'cleared', head: 'col.cleared', phone: 'end', cell: ({ alarm }) => <Instant at={alarm.cleared_at} />, value: ({ alarm }) => alarm.cleared_at }
      : {
          id: 'age',
          head: 'col.age',
          phone: 'end',
          isNumber: true,
          cell: ({ alarm }) => <Since alarm={alarm} />,
          value: ({ alarm }) => alarm.raised_at ?? alarm.first_miss_at,
        },
    { id: 'acked', head: 'col.acked', cell: ({ alarm }) => <Acked alarm={alarm} />, value: ({ alarm }) => alarm.acked_by?.email },
    { id: 'ticket', head: 'col.ticket', cell: ({ alarm }) => <TicketLink id={alarm.ticket} />, value: ({ alarm }) => alarm.ticket },
  ]
}

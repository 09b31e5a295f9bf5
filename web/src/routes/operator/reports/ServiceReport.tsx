import { reference } from '../../../api/alarms'
import type { AvailabilityReport, Evidence, ServiceAvailability } from '../../../api/shiftNouns'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { Go } from '../../../parts/link/Go'
import { Panel } from '../../../ui/Page'
import { Pill } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { dayBegins, pieceOf } from './period'
import css from './reports.module.css'

const KIND = {
  down: { text: 'reports.kind.down', tone: 'critical', glyph: '▲' },
  degraded: { text: 'reports.kind.degraded', tone: 'major', glyph: '◆' },
  maintenance: { text: 'reports.kind.maintenance', tone: 'info', glyph: '●' },
  unknown: { text: 'reports.kind.unknown', tone: 'unknown', glyph: '◌' },
} as const

interface ServiceReportProps {
  of: ServiceAvailability
  report: AvailabilityReport
  now: number
}

/** One service: the number, the bar of the period, and below it what the number is made of. */
export function ServiceReport({ of, report, now }: ServiceReportProps) {
  const say = useSay()
  const format = useFormat()
  const lasts = (seconds: number) => format.duration(seconds * 1000)
  return (
    <Panel title={of.service.name}>
      <div className="stack">
        <dl className={css.figures}>
          <div data-main="">
            <dt>{say('reports.availability')}</dt>
            <dd title={of.availability_pct_6dp ?? undefined}>{of.availability_pct === null ? say('reports.not_known') : `${of.availability_pct} %`}</dd>
          </div>
          <div>
            <dt>{say('reports.kind.down')}</dt>
            <dd>{lasts(of.downtime_s)}</dd>
          </div>
          <div>
            <dt>{say('reports.kind.degraded')}</dt>
            <dd>{lasts(of.degraded_s)}</dd>
          </div>
          <div>
            <dt>{say('reports.excluded')}</dt>
            <dd>{lasts(of.excluded_s)}</dd>
          </div>
          <div>
            <dt>{say('reports.agreed')}</dt>
            <dd>{lasts(of.ast_s)}</dd>
          </div>
        </dl>
        <Bar of={of} report={report} now={now} />
        {of.evidence.length === 0 ? <p className="dim small">{say('reports.no_evidence')}</p> : <Rows of={of} tz={report.tz} />}
      </div>
    </Panel>
  )
}

function Bar({ of, report, now }: ServiceReportProps) {
  const say = useSay()
  const start = dayBegins(report.from, report.tz)
  const end = dayBegins(report.to, report.tz)
  const rest = pieceOf(new Date(now).toISOString(), new Date(end).toISOString(), start, end, now)
  // Before the service was there nothing was promised and nothing is green.
  const before = Date.parse(of.counted_from) > start ? pieceOf(new Date(start).toISOString(), of.counted_from, start, end, now) : null
  return (
    <div className={css.bar} role="img" aria-label={say('reports.bar', { count: of.evidence.length })}>
      {before ? <span data-kind="ahead" style={{ insetInlineStart: `${before.from * 100}%`, width: `${before.width * 100}%` }} /> : null}
      {now < end && rest ? <span data-kind="ahead" style={{ insetInlineStart: `${rest.from * 100}%`, width: `${rest.width * 100}%` }} /> : null}
      {of.evidence.map((each) => {
        const piece = pieceOf(each.from, each.to, start, end, now)
        return piece ? (
          <span
            key={each.kind + each.from + (each.alarm?.id ?? each.maintenance?.id ?? '')}
            data-kind={each.kind}
            style={{ insetInlineStart: `${piece.from * 100}%`, width: `${piece.width * 100}%` }}
          />
        ) : null
      })}
    </div>
  )
}

function Rows({ of, tz }: { of: ServiceAvailability; tz: string }) {
  const say = useSay()
  const format = useFormat()
  return (
    <ol className={css.rows} aria-label={say('reports.evidence')}>
      {of.evidence.map((each) => {
        const { text, tone, glyph } = KIND[each.kind]
        return (
          <li key={each.kind + each.from + (each.alarm?.id ?? each.maintenance?.id ?? '')}>
            <Pill tone={tone} glyph={glyph}>
              {say(text)}
            </Pill>
            <span className={css.span}>
              {format.dateTimeIn(each.from, tz)} — {each.to ? format.dateTimeIn(each.to, tz) : say('reports.lasts')}
            </span>
            <span className={css.counted}>
              {say('reports.counted', { time: format.duration(each.counted_s * 1000) })}
              {each.excluded_s > 0 ? ` · ${say('reports.left_out', { time: format.duration(each.excluded_s * 1000) })}` : ''}
            </span>
            <Why of={each} tz={tz} />
          </li>
        )
      })}
    </ol>
  )
}

/** The chain behind the minutes: which object, which alarm, from the first missed answer to the end. */
function Why({ of, tz }: { of: Evidence; tz: string }) {
  const say = useSay()
  const format = useFormat()
  return (
    <span className={css.why}>
      {of.maintenance ? <Go to={go.maintenance(of.maintenance.id)}>{of.maintenance.name}</Go> : null}
      {of.device ? <Go to={go.device(of.device.id)}>{of.device.name}</Go> : null}
      {of.interface ? <span className="mono">{of.interface}</span> : null}
      {of.alarm ? <Go to={go.alarm(of.alarm.id)}>{of.alarm.name || say('alarms.one')}</Go> : null}
      {of.incident ? <span className="mono">{of.incident.startsWith('inc_') ? reference(of.incident) : of.incident}</span> : null}
      {of.first_missed_at ? <span>{say('reports.missed', { at: format.dateTimeIn(of.first_missed_at, tz) })}</span> : null}
      {of.confirmed_at ? <span>{say('reports.confirmed', { at: format.dateTimeIn(of.confirmed_at, tz) })}</span> : null}
      {of.cleared_at ? <span>{say('reports.cleared', { at: format.dateTimeIn(of.cleared_at, tz) })}</span> : null}
      {of.detail ? <span>{of.detail}</span> : null}
    </span>
  )
}

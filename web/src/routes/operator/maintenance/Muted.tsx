import { useInfiniteQuery } from '@tanstack/react-query'
import { alarms } from '../../../api/alarms'
import type { MaintenanceView } from '../../../api/contract3'
import { useSay } from '../../../i18n/i18n'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Go } from '../../../parts/link/Go'
import { ALARM_CLASS } from '../../../parts/words/words'
import { Panel } from '../../../ui/Page'
import { go } from '../../../url/go'
import { objectName } from '../alarms/columns'
import css from './maintenance.module.css'

/** The alarms that are silent because of this window. */
export function Muted({ window }: { window: MaintenanceView }) {
  const say = useSay()
  const query = useInfiniteQuery({ ...alarms.list({ state: 'active', muted: true }), enabled: window.state === 'running' })
  const rows = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((each) => each.muted_by?.id === window.id)
  if (window.state !== 'running') return null
  return (
    <Panel title={say('maintenance.muted')} count={rows.length}>
      {rows.length === 0 ? <p className="dim small">{say('maintenance.none_muted')}</p> : null}
      <ul className={css.objects}>
        {rows.map((each) => (
          <li key={each.id}>
            <SeverityBadge severity={each.severity} isQuiet />
            <Go to={go.alarm(each.id)}>{objectName(each)}</Go>
            <span className="dim small">{say(ALARM_CLASS[each.class])}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

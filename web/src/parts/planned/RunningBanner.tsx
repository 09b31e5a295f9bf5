import type { MaintenanceView } from '../../api/contract3'
import { useFormat } from '../../i18n/format'
import { useSay } from '../../i18n/i18n'
import { Banner } from '../../ui/Pieces'
import { go } from '../../url/go'
import { Go } from '../link/Go'

/** Maintenance runs here: alarms are muted, and nobody should wonder why. */
export function RunningBanner({ windows }: { windows: readonly MaintenanceView[] }) {
  const say = useSay()
  const format = useFormat()
  return windows.map((each) => (
    <Banner key={each.id} tone="warning" glyph="●">
      {say('maintenance.runs_here', { until: format.dateTime(each.ends_at) })} <Go to={go.maintenance(each.id)}>{each.title}</Go>
    </Banner>
  ))
}

import { useQuery } from '@tanstack/react-query'
import { alarms } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { Icon } from '../../../ui/Icon'
import { IconButton } from '../../../ui/IconButton'
import { Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { AlarmDetail } from './AlarmDetail'
import css from './alarms.module.css'
import { objectName } from './columns'

/** Beside the list, not over it; over it on a phone. */
export function AlarmPanel({ id, close, ack }: { id: string; close: () => void; ack: (alarm: Alarm) => void }) {
  const say = useSay()
  const query = useQuery(alarms.one(id))
  const title = query.data ? objectName(query.data) : say('alarms.one')
  return (
    <aside className={css.panel} aria-label={title}>
      <header className={css.panelHead}>
        <h2 className="clip">
          <Go to={go.alarm(id)}>{title}</Go>
        </h2>
        <IconButton label={say('ui.close')} onClick={close}>
          <Icon name="close" />
        </IconButton>
      </header>
      <div className={css.panelBody}>
        {query.isPending ? <Waiting /> : query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <AlarmDetail alarm={query.data} />}
      </div>
      {query.data && query.data.state === 'active' && !query.data.acked_by ? (
        <footer className={css.panelFoot}>
          <Act main can={query.data.can.ack} onClick={() => ack(query.data)}>
            {say('alarms.ack')}
          </Act>
        </footer>
      ) : null}
    </aside>
  )
}

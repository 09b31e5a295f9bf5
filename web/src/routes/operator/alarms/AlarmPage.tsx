import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { alarms } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Crumbs } from '../../../parts/link/Go'
import { ALARM_CLASS } from '../../../parts/words/words'
import { Page, Panel } from '../../../ui/Page'
import { go } from '../../../url/go'
import { AckDialog } from './AckDialog'
import { AlarmDetail } from './AlarmDetail'
import { objectName } from './columns'

export default function AlarmPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { id = '' } = useParams()
  const query = useQuery(alarms.one(id))
  const [acking, setAcking] = useState<readonly Alarm[]>([])
  const alarm = query.data
  useKeys([
    { code: 'KeyA', cap: 'a', text: 'alarms.ack', run: () => alarm?.can.ack === true && setAcking([alarm]) },
    { code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.alarms()) },
  ])
  return (
    <Page
      title={alarm ? objectName(alarm) : say('alarms.one')}
      sub={alarm ? say(ALARM_CLASS[alarm.class]) : undefined}
      crumbs={<Crumbs path={[[go.alarms(), say('alarms.title')]]} />}
      ready={!query.isPending}
      isThumb
      actions={
        alarm && alarm.state === 'active' && !alarm.acked_by ? (
          <Act main can={alarm.can.ack} onClick={() => setAcking([alarm])}>
            {say('alarms.ack')}
          </Act>
        ) : undefined
      }
    >
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {alarm ? (
        <div style={{ maxWidth: 'var(--measure)' }}>
          <Panel title={say('alarms.one')}>
            <AlarmDetail alarm={alarm} />
          </Panel>
        </div>
      ) : null}
      <AckDialog alarms={acking} close={() => setAcking([])} done={() => setAcking([])} />
    </Page>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { devices } from '../../../api/devices'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { Crumbs } from '../../../parts/link/Go'
import { Page } from '../../../ui/Page'
import { go } from '../../../url/go'
import { Configs } from './Configs'

export default function DeviceConfigsPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { id = '' } = useParams()
  const query = useQuery(devices.one(id))
  useKeys([{ code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.device(id)) }])
  return (
    <Page
      title={say('configs.of', { name: query.data?.name ?? '' })}
      crumbs={
        <Crumbs
          path={[
            [go.devices(), say('nav.devices')],
            [go.device(id), query.data?.name ?? say('devices.one')],
          ]}
        />
      }
      ready={!query.isPending}
    >
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Configs device={id} />}
    </Page>
  )
}

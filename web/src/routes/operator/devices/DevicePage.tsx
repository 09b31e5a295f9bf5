import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { alarms } from '../../../api/alarms'
import { devices } from '../../../api/devices'
import { maintenance } from '../../../api/maintenance'
import type { Device } from '../../../api/nouns'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { Remove } from '../../../parts/act/Remove'
import { Crumbs } from '../../../parts/link/Go'
import { RunningBanner } from '../../../parts/planned/RunningBanner'
import { WordPill } from '../../../parts/words/WordPill'
import { DEVICE_STATE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Page } from '../../../ui/Page'
import { Age, Banner, Waiting } from '../../../ui/Pieces'
import { Tabs } from '../../../ui/Tabs'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import { Configs } from '../configs/Configs'
import { DeviceForm } from './DeviceForm'
import { Graphs } from './Graphs'
import { Interfaces } from './Interfaces'
import { Overview } from './Overview'
import { rangedBy } from './ranges'

const TABS = ['overview', 'interfaces', 'graphs', 'config'] as const
const spec = { tab: choice(TABS, 'overview'), range: choice(['1h', '6h', '24h', '7d'], '1h'), from: text(), to: text(), q: text() }

export default function DevicePage() {
  const say = useSay()
  const { id = '' } = useParams()
  const query = useQuery(devices.one(id))
  if (query.data) return <Known key={id} device={query.data} />
  return (
    <Page title={say('devices.one')} ready={!query.isPending}>
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Waiting rows={10} />}
    </Page>
  )
}

function Known({ device }: { device: Device }) {
  const say = useSay()
  const cache = useQueryClient()
  const me = useQuery(session.me)
  const navigate = useNavigate()
  const { view, set } = useView(spec)
  const [open, setOpen] = useState<'' | 'edit' | 'remove'>('')
  const close = () => setOpen('')
  const interfaces = useQuery(devices.interfaces(device.id))
  const active = useInfiniteQuery(alarms.list({ device: device.id, state: 'active' }))
  const activeRows = active.data?.pages.flatMap((page) => page.items) ?? []
  const running = useInfiniteQuery(maintenance.list({ device: device.id, state: 'running' }))
  const ranged = rangedBy(view, set)
  const turn = (tab: string) => set({ tab: tab === 'overview' ? '' : tab })
  useKeys([
    ...TABS.map((tab, at) => ({ code: `Digit${at + 1}`, cap: String(at + 1), text: TAB_TEXT[tab], run: () => turn(tab) })),
    { code: 'KeyE', cap: 'e', text: 'ui.edit', run: () => device.can.edit === true && setOpen('edit') },
    { code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.devices()) },
  ])
  const crumbs: [string, string][] = [[go.clients(), say('nav.clients')]]
  if (device.client) crumbs.push([go.tenant(device.client.id), device.client.name])
  crumbs.push([go.tenant(device.site.id), device.site.name])
  return (
    <Page
      title={device.name}
      crumbs={<Crumbs path={crumbs} />}
      ready={!interfaces.isPending && !active.isPending}
      badge={<WordPill word={DEVICE_STATE[device.state]} />}
      sub={
        <span className="row">
          <span className="mono">{device.address}</span>
          <span>
            {say('devices.since')} <Ticking at={device.since} />
          </span>
          <span>
            {say('devices.seen')} <Ticking at={device.seen_at} />
          </span>
        </span>
      }
      actions={
        <>
          <Act
            small
            can={me.data?.can.write_maintenance ?? me.data?.can.act_on_alarms}
            icon={<Icon name="window" size={14} />}
            onClick={() => void navigate(go.planMaintenance(device.id))}
          >
            {say('maintenance.one')}
          </Act>
          <Act small can={device.can.edit} icon={<Icon name="edit" size={14} />} onClick={() => setOpen('edit')}>
            {say('ui.edit')}
          </Act>
          <Act small danger can={device.can.remove} icon={<Icon name="trash" size={14} />} onClick={() => setOpen('remove')}>
            {say('ui.remove')}
          </Act>
        </>
      }
    >
      <RunningBanner windows={running.data?.pages.flatMap((page) => page.items) ?? []} />
      {device.state === 'unknown' ? (
        <Banner tone="unknown" glyph="◌">
          {device.seen_at ? say('devices.unknown_since') : say('devices.never_seen')}
        </Banner>
      ) : null}
      <Tabs
        label={device.name}
        value={view.tab}
        tabs={[
          ['overview', say(TAB_TEXT.overview)],
          ['interfaces', say(TAB_TEXT.interfaces), interfaces.data?.length ?? 0],
          ['graphs', say(TAB_TEXT.graphs)],
          ['config', say(TAB_TEXT.config)],
        ]}
        onChange={turn}
      />
      {view.tab === 'overview' ? <Overview device={device} alarms={activeRows} ranged={ranged} /> : null}
      {view.tab === 'interfaces' ? (
        <Interfaces device={device.id} query={interfaces} sought={view.q} setSought={(q) => set({ q }, true)} ranged={ranged} />
      ) : null}
      {view.tab === 'graphs' ? <Graphs device={device} ranged={ranged} /> : null}
      {view.tab === 'config' ? <Configs device={device.id} /> : null}
      <Dialog title={say('devices.edit')} opened={open === 'edit'} close={close}>
        <DeviceForm device={device} close={close} done={close} />
      </Dialog>
      <Remove
        name={device.name}
        opened={open === 'remove'}
        close={close}
        remove={async () => {
          await devices.remove(device.id)
          void navigate(go.devices())
          await cache.invalidateQueries({ queryKey: [...devices.key, 'list'] })
        }}
      />
    </Page>
  )
}

const TAB_TEXT = { overview: 'devices.tab.overview', interfaces: 'devices.tab.interfaces', graphs: 'devices.tab.graphs', config: 'devices.tab.config' } as const

function Ticking({ at }: { at: string | null | undefined }) {
  return <Age at={at} now={useNow()} />
}

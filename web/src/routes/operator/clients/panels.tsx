import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useNavigate } from 'react-router'
import { devices } from '../../../api/devices'
import type { Tenant } from '../../../api/nouns'
import { session } from '../../../api/session'
import { notices } from '../../../api/support'
import { tenants } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { List } from '../../../list/List'
import { Act } from '../../../parts/act/Act'
import { Go, GoRef } from '../../../parts/link/Go'
import { WordPill } from '../../../parts/words/WordPill'
import { DEVICE_STATE, NOTICE_KIND, NOTICE_STATE, TENANT_KIND } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Panel } from '../../../ui/Page'
import { Instant } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { DeviceForm } from '../devices/DeviceForm'

/** What stands right below: sites of a client, clients and partners of a partner. */
export function Children({ tenant, actions }: { tenant: Tenant; actions: ReactNode }) {
  const say = useSay()
  const navigate = useNavigate()
  const query = useQuery(tenants.all)
  const rows = (query.data ?? []).filter((each) => each.parent?.id === tenant.id)
  const title = tenant.kind === 'client' ? say('clients.sites') : say('clients.below')
  return (
    <Panel title={title} count={rows.length} actions={<span className="row">{actions}</span>} flush>
      <List
        label={title}
        rows={rows}
        idOf={(row) => row.id}
        columns={[
          { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.tenant(row.id)}>{row.name}</Go> },
          { id: 'kind', head: 'col.kind', phone: 'side', cell: (row) => <span className="dim">{say(TENANT_KIND[row.kind])}</span> },
        ]}
        query={query}
        none={{ text: tenant.kind === 'client' ? say('clients.no_sites') : say('clients.none') }}
        open={(row) => void navigate(go.tenant(row.id))}
      />
    </Panel>
  )
}

export function Devices({ tenant }: { tenant: Tenant }) {
  const say = useSay()
  const navigate = useNavigate()
  const me = useQuery(session.me)
  const [isAdding, setAdding] = useState(false)
  const query = useInfiniteQuery(devices.list(tenant.kind === 'site' ? { site: tenant.id } : { client: tenant.id }))
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel
      title={say('devices.title')}
      count={rows.length}
      actions={
        <Act small can={me.data?.can.write_devices} icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
          {say('devices.add')}
        </Act>
      }
      flush
    >
      <List
        label={say('devices.title')}
        rows={rows}
        idOf={(row) => row.id}
        columns={[
          { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={DEVICE_STATE[row.state]} /> },
          { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.device(row.id)}>{row.name}</Go> },
          { id: 'address', head: 'col.address', cell: (row) => <span className="mono">{row.address}</span> },
          { id: 'site', head: 'col.site', cell: (row) => <GoRef of={row.site} /> },
        ]}
        query={query}
        none={{ text: say('clients.no_devices') }}
        open={(row) => void navigate(go.device(row.id))}
      />
      <Dialog title={say('devices.add')} opened={isAdding} close={() => setAdding(false)}>
        <DeviceForm within={tenant.id} close={() => setAdding(false)} done={() => setAdding(false)} />
      </Dialog>
    </Panel>
  )
}

export function Notices({ client }: { client: string }) {
  const say = useSay()
  const navigate = useNavigate()
  const query = useInfiniteQuery(notices.list({ client }))
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel title={say('nav.notices')} count={rows.length} flush>
      <List
        label={say('nav.notices')}
        rows={rows}
        idOf={(row) => row.id}
        columns={[
          { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={NOTICE_STATE[row.state]} /> },
          { id: 'subject', head: 'col.subject', size: 'grow', phone: 'lead', cell: (row) => <Go to={go.notice(row.id)}>{row.subject}</Go> },
          { id: 'kind', head: 'col.kind', cell: (row) => say(NOTICE_KIND[row.kind]) },
          { id: 'at', head: 'col.at', phone: 'end', cell: (row) => <Instant at={row.sent_at ?? row.created_at} /> },
        ]}
        query={query}
        none={{ text: say('clients.no_notices') }}
        open={(row) => void navigate(go.notice(row.id))}
      />
    </Panel>
  )
}

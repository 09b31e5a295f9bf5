import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import type { MaintenanceView } from '../../../api/contract3'
import { maintenance } from '../../../api/maintenance'
import type { Tenant, TenantKind } from '../../../api/nouns'
import { session } from '../../../api/session'
import { tenants } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { type Key, useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Crumbs } from '../../../parts/link/Go'
import { RunningBanner } from '../../../parts/planned/RunningBanner'
import { LANGUAGE, TENANT_KIND } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Facts, Page, Panel } from '../../../ui/Page'
import { Pill, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { Contacts } from './Contacts'
import { Children, Devices, Notices } from './panels'
import { Services } from './Services'
import { TenantForm } from './TenantForm'
import { childrenOf } from './tree'

const ADD: Record<TenantKind, Key> = { provider: 'clients.add_client', partner: 'clients.add_partner', client: 'clients.add_client', site: 'clients.add_site' }

export default function TenantPage() {
  const say = useSay()
  const { id = '' } = useParams()
  const query = useQuery(tenants.one(id))
  if (query.data) return <Known key={id} tenant={query.data} />
  return (
    <Page title={say('clients.title')} ready={!query.isPending}>
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Waiting rows={10} />}
    </Page>
  )
}

function Known({ tenant }: { tenant: Tenant }) {
  const say = useSay()
  const navigate = useNavigate()
  const me = useQuery(session.me)
  const [isEditing, setEditing] = useState(false)
  const [adding, setAdding] = useState<TenantKind | ''>('')
  const above = tenant.path.filter((each) => each.id !== tenant.id).map((each): [string, string] => [go.tenant(each.id), each.name])
  const isClient = tenant.kind === 'client'
  const isSite = tenant.kind === 'site'
  const running = useInfiniteQuery(maintenance.list({ state: 'running' }))
  const windows = running.data?.pages.flatMap((page) => page.items) ?? []
  const hitsHere = (each: MaintenanceView) => each.objects.some(({ id }) => id === tenant.id) || each.clients.some(({ id }) => id === tenant.id)
  useKeys([
    { code: 'KeyE', cap: 'e', text: 'ui.edit', run: () => tenant.can.edit === true && setEditing(true) },
    { code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.clients()) },
  ])
  return (
    <Page
      title={tenant.name}
      crumbs={<Crumbs path={[[go.clients(), say('clients.title')], ...above]} />}
      badge={
        tenant.shadow ? (
          <Pill tone="info" glyph="◌">
            {say('clients.shadow_on')}
          </Pill>
        ) : undefined
      }
      sub={say(TENANT_KIND[tenant.kind])}
      actions={
        <Act small can={tenant.can.edit} icon={<Icon name="edit" size={14} />} onClick={() => setEditing(true)}>
          {say('ui.edit')}
        </Act>
      }
    >
      <RunningBanner windows={windows.filter(hitsHere)} />
      <div className="main-side">
        <div className="stack-wide">
          {childrenOf(tenant.kind).length > 0 ? (
            <Children
              tenant={tenant}
              actions={childrenOf(tenant.kind).map((kind) => (
                <Act key={kind} small can={me.data?.can.write_register} icon={<Icon name="plus" size={14} />} onClick={() => setAdding(kind)}>
                  {say(ADD[kind])}
                </Act>
              ))}
            />
          ) : null}
          {isClient ? <Services client={tenant} /> : null}
          {isClient || isSite ? <Devices tenant={tenant} /> : null}
          {isClient ? <Notices client={tenant.id} /> : null}
        </div>
        <div className="stack-wide">
          <Panel title={say('clients.about')}>
            <Facts
              rows={[
                [say('col.brand'), tenant.effective.brand.name],
                [say('clients.brand_sender'), tenant.effective.brand.sender],
                [say('col.language'), say(LANGUAGE[tenant.effective.language])],
                [say('col.tz'), tenant.effective.tz],
                [say('col.notices'), tenant.shadow ? say('clients.shadow_text') : say('clients.live_text')],
              ]}
            />
          </Panel>
          {isSite ? null : <Contacts tenant={tenant} />}
        </div>
      </div>
      <Dialog title={say('clients.edit')} opened={isEditing} close={() => setEditing(false)}>
        <TenantForm kind={tenant.kind} tenant={tenant} close={() => setEditing(false)} done={() => setEditing(false)} />
      </Dialog>
      <Dialog title={adding === '' ? '' : say(ADD[adding])} opened={adding !== ''} close={() => setAdding('')}>
        {adding === '' ? null : (
          <TenantForm
            kind={adding}
            parent={tenant.id}
            close={() => setAdding('')}
            done={(made) => {
              setAdding('')
              if (made.kind !== 'site') void navigate(go.tenant(made.id))
            }}
          />
        )}
      </Dialog>
    </Page>
  )
}

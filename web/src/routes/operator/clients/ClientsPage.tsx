import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Tenant } from '../../../api/nouns'
import { from } from '../../../api/pages'
import { session } from '../../../api/session'
import { tenants } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { whole } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { LANGUAGE, TENANT_KIND } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { None, Pill } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import css from './clients.module.css'
import { TenantForm } from './TenantForm'
import { childrenOf, type Leaf, treeOf } from './tree'

const spec = { kind: choice(['partner', 'client', 'site'], ''), q: text() }

function Kind({ kind }: { kind: Tenant['kind'] }) {
  const say = useSay()
  return <span className="dim">{say(TENANT_KIND[kind])}</span>
}
function Talk({ row }: { row: Tenant }) {
  const say = useSay()
  return <span>{say(LANGUAGE[row.effective.language])}</span>
}
function Mode({ row }: { row: Tenant }) {
  const say = useSay()
  return row.shadow ? (
    <Pill tone="info" glyph="◌">
      {say('clients.shadow_on')}
    </Pill>
  ) : (
    <None />
  )
}
const columns: Column<Leaf>[] = [
  {
    id: 'name',
    head: 'col.name',
    size: 'grow',
    phone: 'lead',
    value: ({ tenant }) => tenant.name,
    cell: ({ tenant, depth }) => (
      <span className={css.leaf} data-depth={Math.min(depth, 5)}>
        <Go to={go.tenant(tenant.id)}>{tenant.name}</Go>
      </span>
    ),
  },
  { id: 'kind', head: 'col.kind', phone: 'side', cell: ({ tenant }) => <Kind kind={tenant.kind} />, value: ({ tenant }) => tenant.kind },
  {
    id: 'brand',
    head: 'col.brand',
    cell: ({ tenant }) => <span className={tenant.brand.name ? undefined : 'dim'}>{tenant.effective.brand.name}</span>,
    value: ({ tenant }) => tenant.effective.brand.name,
  },
  { id: 'language', head: 'col.language', phone: 'none', cell: ({ tenant }) => <Talk row={tenant} />, value: ({ tenant }) => tenant.effective.language },
  {
    id: 'tz',
    head: 'col.tz',
    phone: 'none',
    cell: ({ tenant }) => <span className="dim">{tenant.effective.tz}</span>,
    value: ({ tenant }) => tenant.effective.tz,
  },
  { id: 'shadow', head: 'col.notices', phone: 'none', cell: ({ tenant }) => <Mode row={tenant} />, value: ({ tenant }) => (tenant.shadow ? 'shadow' : 'sent') },
]

export default function ClientsPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { view, set, isFiltered } = useView(spec)
  const [adding, setAdding] = useState<Tenant['kind'] | ''>('')
  const me = useQuery(session.me)
  const query = useQuery(tenants.all)
  const rows = treeOf(query.data ?? [], (tenant) => (view.kind === '' || tenant.kind === view.kind) && tenant.name.toLowerCase().includes(view.q.toLowerCase()))
  const may = me.data?.can.write_register
  useKeys([{ code: 'KeyN', cap: 'n', text: 'clients.add_client', run: () => may === true && setAdding('client') }])
  const root = (query.data ?? []).find((each) => childrenOf(each.kind).includes('client'))
  const add = (
    <>
      <Act can={may} icon={<Icon name="plus" />} onClick={() => setAdding('partner')}>
        {say('clients.add_partner')}
      </Act>
      <Act main can={may} icon={<Icon name="plus" />} onClick={() => setAdding('client')}>
        {say('clients.add_client')}
      </Act>
    </>
  )
  const hasClients = (query.data ?? []).some((each) => each.kind !== 'provider')
  return (
    <Page title={say('clients.title')} ready={!query.isPending} actions={add}>
      <Panel title={say('clients.tree')} count={query.data?.length} flush>
        <List
          label={say('clients.tree')}
          rows={rows}
          idOf={({ tenant }) => tenant.id}
          columns={columns}
          query={query}
          name="clients"
          origin={whole(from('tenants', { kind: view.kind, q: view.q }), rows, ({ tenant }) => tenant)}
          filters={
            <>
              <SearchBox label={say('clients.find')} value={view.q} onChange={(q) => set({ q }, true)} />
              <Choice
                label={say('col.kind')}
                value={view.kind}
                options={(['partner', 'client', 'site'] as const).map((kind) => [kind, say(TENANT_KIND[kind])] as const)}
                onChange={(kind) => set({ kind })}
              />
            </>
          }
          isFiltered={isFiltered}
          clear={() => set({ q: '', kind: '' })}
          none={{ text: say('clients.none') }}
          open={({ tenant }) => void navigate(go.tenant(tenant.id))}
        />
        {hasClients || query.isPending ? null : <p className={css.hint}>{say('clients.first_hint')}</p>}
      </Panel>
      <Dialog title={adding === 'partner' ? say('clients.add_partner') : say('clients.add_client')} opened={adding !== ''} close={() => setAdding('')}>
        {adding === '' ? null : (
          <TenantForm
            kind={adding}
            parent={root?.id}
            close={() => setAdding('')}
            done={(tenant) => {
              setAdding('')
              void navigate(go.tenant(tenant.id))
            }}
          />
        )}
      </Dialog>
    </Page>
  )
}

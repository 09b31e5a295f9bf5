import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { credentials } from '../../../api/admin'
import type { Credential } from '../../../api/nouns'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Remove } from '../../../parts/act/Remove'
import { GoRef } from '../../../parts/link/Go'
import { CREDENTIAL_KIND } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { Instant } from '../../../ui/Pieces'
import { text, useView } from '../../../url/view'
import { CredentialForm } from './CredentialForm'

const spec = { q: text() }

export default function CredentialsPage() {
  const say = useSay()
  const cache = useQueryClient()
  const me = useQuery(session.me)
  const { view, set, isFiltered } = useView(spec)
  const { query, rows, origin } = useRows(credentials.list(), view.q === '' ? undefined : (row) => holds(view.q, [row.name, row.tenant.name]))
  const [edited, setEdited] = useState<Credential | 'new' | null>(null)
  const [removed, setRemoved] = useState<Credential | null>(null)
  const may = me.data?.can.write_credentials
  useKeys([{ code: 'KeyN', cap: 'n', text: 'credentials.add', run: () => may === true && setEdited('new') }])
  const columns: Column<Credential>[] = [
    { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => row.name, value: (row) => row.name },
    { id: 'kind', head: 'col.kind', phone: 'side', cell: (row) => say(CREDENTIAL_KIND[row.kind]), value: (row) => row.kind },
    { id: 'tenant', head: 'credentials.place', cell: (row) => <GoRef of={row.tenant} />, value: (row) => row.tenant.name },
    { id: 'created', head: 'col.created', cell: (row) => <Instant at={row.created_at} />, value: (row) => row.created_at },
    {
      id: 'acts',
      head: 'col.acts',
      cell: (row) => (
        <span className="tight">
          <Act small can={row.can.edit} onClick={() => setEdited(row)}>
            {say('credentials.rotate')}
          </Act>
          <Act small can={row.can.remove ?? row.can.edit} onClick={() => setRemoved(row)}>
            {say('ui.remove')}
          </Act>
        </span>
      ),
    },
  ]
  const add = (
    <Act main can={may} icon={<Icon name="plus" />} onClick={() => setEdited('new')}>
      {say('credentials.add')}
    </Act>
  )
  return (
    <Page title={say('credentials.title')} sub={say('credentials.text')} ready={!query.isPending} actions={rows.length > 0 || isFiltered ? add : undefined}>
      <Panel title={say('credentials.list')} count={rows.length} flush>
        <List
          label={say('credentials.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="credentials"
          origin={origin}
          filters={<SearchBox label={say('credentials.find')} value={view.q} onChange={(q) => set({ q }, true)} />}
          isFiltered={isFiltered}
          clear={() => set({ q: '' })}
          none={{ text: say('credentials.none'), act: add }}
        />
      </Panel>
      <Dialog title={edited === 'new' ? say('credentials.add') : say('credentials.rotate')} opened={edited !== null} close={() => setEdited(null)}>
        <CredentialForm credential={edited === 'new' || edited === null ? undefined : edited} close={() => setEdited(null)} />
      </Dialog>
      <Remove
        name={removed?.name ?? ''}
        opened={removed !== null}
        close={() => setRemoved(null)}
        remove={async () => {
          if (removed) await credentials.remove(removed.id)
          await cache.invalidateQueries({ queryKey: credentials.key })
        }}
      />
    </Page>
  )
}

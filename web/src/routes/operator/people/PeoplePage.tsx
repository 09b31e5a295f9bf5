import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { people } from '../../../api/admin'
import type { Person, Role, TenantKind } from '../../../api/nouns'
import { session } from '../../../api/session'
import { tenants } from '../../../api/tenants'
import { Dialog } from '../../../form/Dialog'
import { SelectField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Secret } from '../../../parts/act/Secret'
import { ROLE } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { Instant, Pill } from '../../../ui/Pieces'
import { text, useView } from '../../../url/view'
import { useRecovery } from './useRecovery'

const spec = { q: text() }

function Grants({ row }: { row: Person }) {
  const say = useSay()
  return <>{row.grants.map((grant) => `${say(ROLE[grant.role])} · ${grant.tenant.name}`).join(', ')}</>
}
function Active({ row }: { row: Person }) {
  const say = useSay()
  return row.is_active ? (
    <Pill tone="ok" glyph="✓">
      {say('people.active')}
    </Pill>
  ) : (
    <Pill tone="info" glyph="◌">
      {say('people.invited')}
    </Pill>
  )
}
const known: Column<Person>[] = [
  { id: 'email', head: 'field_name.email', size: 'grow', phone: 'lead', cell: (row) => row.email, value: (row) => row.email },
  {
    id: 'grants',
    head: 'people.role',
    cell: (row) => <Grants row={row} />,
    value: (row) => row.grants.map((grant) => `${grant.role} ${grant.tenant.name}`).join(', '),
  },
  { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <Active row={row} />, value: (row) => (row.is_active ? 'active' : 'invited') },
  { id: 'created', head: 'col.created', phone: 'end', cell: (row) => <Instant at={row.created_at} />, value: (row) => row.created_at },
]

export default function PeoplePage() {
  const say = useSay()
  const me = useQuery(session.me)
  const { view, set, isFiltered } = useView(spec)
  const { query, rows, origin } = useRows(people.list(), view.q === '' ? undefined : (row) => holds(view.q, [row.email]))
  const [isInviting, setInviting] = useState(false)
  const [link, setLink] = useState('')
  const { column, dialogs } = useRecovery()
  const may = me.data?.can.write_people
  useKeys([{ code: 'KeyN', cap: 'n', text: 'people.invite', run: () => may === true && setInviting(true) }])
  return (
    <Page
      title={say('people.title')}
      ready={!query.isPending}
      actions={
        <Act main can={may} icon={<Icon name="plus" />} onClick={() => setInviting(true)}>
          {say('people.invite')}
        </Act>
      }
    >
      <Panel title={say('people.list')} count={rows.length} flush>
        <List
          label={say('people.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={[...known, column]}
          query={query}
          name="people"
          origin={origin}
          filters={<SearchBox label={say('people.find')} value={view.q} onChange={(q) => set({ q }, true)} />}
          isFiltered={isFiltered}
          clear={() => set({ q: '' })}
          none={{ text: say('people.none') }}
        />
      </Panel>
      <Dialog title={say('people.invite')} opened={isInviting} close={() => setInviting(false)}>
        <InviteForm close={() => setInviting(false)} tell={setLink} />
      </Dialog>
      {dialogs}
      <Dialog title={say('people.link_title')} opened={link !== ''} close={() => setLink('')}>
        <Secret text={say('people.link_text')} value={link} close={() => setLink('')} />
      </Dialog>
    </Page>
  )
}

const ROLES: Record<TenantKind, readonly Role[]> = {
  provider: ['provider_admin', 'provider_l1', 'provider_l2', 'provider_l3', 'shift_lead', 'provider_billing', 'auditor'],
  partner: ['partner_admin', 'partner_l1', 'partner_sales', 'partner_finance', 'auditor'],
  client: ['client_admin', 'client_user', 'client_finance', 'auditor'],
  site: ['auditor'],
}

function InviteForm({ close, tell }: { close: () => void; tell: (link: string) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(tenants.all)
  const places = (all.data ?? []).filter((each) => each.kind !== 'site')
  const form = useForm({
    initialValues: { email: '', tenant: '', role: '' },
    validate: { email: (value) => (value.trim() === '' ? say('field.required') : null) },
  })
  const values = form.getValues()
  const place = places.find((each) => each.id === values.tenant) ?? places[0]
  const roles = ROLES[place?.kind ?? 'provider']
  const role = roles.find((each) => each === values.role) ?? roles[0]
  return (
    <Form
      form={form}
      submit={say('people.invite')}
      cancel={close}
      send={async ({ email }, key) => {
        if (!place || !role) return
        const made = await people.invite({ email, grants: [{ tenant: place.id, role }] }, key)
        await cache.invalidateQueries({ queryKey: people.key })
        close()
        if (made.invite_url) tell(made.invite_url)
      }}
    >
      <TextField form={form} name="email" label="field_name.email" type="email" required focus />
      <SelectField form={form} name="tenant" label="people.place" options={places.map((each): [string, string] => [each.id, each.name])} />
      <SelectField form={form} name="role" label="people.role" options={roles.map((each): [string, string] => [each, say(ROLE[each])])} />
    </Form>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Source, sources } from '../../../api/beside'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Confirm } from '../../../parts/act/Confirm'
import { Remove } from '../../../parts/act/Remove'
import { Go, GoRef } from '../../../parts/link/Go'
import { SOURCE_KIND } from '../../../parts/words/besideWords'
import { Icon } from '../../../ui/Icon'
import { Panel } from '../../../ui/Page'
import { Instant, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { Connect } from './Connect'
import { SourceForm } from './SourceForm'

type Open = { what: 'add' } | { what: 'edit' | 'connect' | 'renew' | 'remove'; source: Source }

export function Sources({ q, set }: { q: string; set: (change: { q: string }, replace: boolean) => void }) {
  const say = useSay()
  const me = useQuery(session.me)
  const { query, rows, origin } = useRows(sources.list(), q === '' ? undefined : (row) => holds(q, [row.name, row.tenant.name]))
  const [open, setOpen] = useState<Open | null>(null)
  const may = me.data?.can.write_register
  useKeys([{ code: 'KeyN', cap: 'n', text: 'sources.add', run: () => may === true && setOpen({ what: 'add' }) }])
  const verb = (source: Source, what: 'connect' | 'remove') => () => setOpen({ what, source })
  const columns: Column<Source>[] = [
    { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => row.name, value: (row) => row.name },
    { id: 'kind', head: 'col.kind', cell: (row) => say(SOURCE_KIND[row.kind]), value: (row) => row.kind },
    { id: 'place', head: 'sources.place', cell: (row) => <GoRef of={row.tenant} />, value: (row) => row.tenant.name },
    {
      id: 'heard',
      head: 'sources.heard',
      phone: 'end',
      cell: (row) => (row.heard_at ? <Instant at={row.heard_at} /> : <span className="dim">{say('sources.never')}</span>),
      value: (row) => row.heard_at ?? null,
    },
    { id: 'received', head: 'sources.received', isNumber: true, phone: 'none', cell: (row) => row.received, value: (row) => row.received },
    {
      id: 'unmapped',
      head: 'sources.unmapped',
      cell: (row) => (row.unmapped > 0 ? <Go to={`${go.signals(row.id)}&unmapped=1`}>{say('sources.unmapped_count', { count: row.unmapped })}</Go> : <None />),
      value: (row) => row.unmapped,
    },
    {
      id: 'acts',
      head: 'col.acts',
      cell: (row) => (
        <span className="tight">
          <Act small can={true} onClick={verb(row, 'connect')}>
            {say('sources.connect')}
          </Act>
          <Act small can={row.can.edit} onClick={verb(row, 'remove')}>
            {say('ui.remove')}
          </Act>
        </span>
      ),
    },
  ]
  const add = (
    <Act main={rows.length === 0} small={rows.length > 0} can={may} icon={<Icon name="plus" size={14} />} onClick={() => setOpen({ what: 'add' })}>
      {say('sources.add')}
    </Act>
  )
  return (
    <Panel title={say('sources.list')} count={rows.length} actions={rows.length > 0 || q !== '' ? add : undefined} flush>
      <List
        label={say('sources.list')}
        rows={rows}
        idOf={(row) => row.id}
        columns={columns}
        query={query}
        name="sources"
        origin={origin}
        filters={<SearchBox label={say('sources.find')} value={q} onChange={(typed) => set({ q: typed }, true)} />}
        isFiltered={q !== ''}
        clear={() => set({ q: '' }, true)}
        none={{ text: say('sources.none'), act: add }}
      />
      <Dialogs open={open} setOpen={setOpen} />
    </Panel>
  )
}

function Dialogs({ open, setOpen }: { open: Open | null; setOpen: (open: Open | null) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: sources.key })
  const [made, setMade] = useState<Source | null>(null)
  const close = () => setOpen(null)
  const source = open && open.what !== 'add' ? open.source : undefined
  const shown = made ?? (open?.what === 'connect' ? source : undefined)
  const closeShown = () => {
    setMade(null)
    close()
  }
  return (
    <>
      <Dialog title={say(source ? 'sources.edit' : 'sources.add')} opened={open?.what === 'add' || open?.what === 'edit'} close={close}>
        <SourceForm source={source} close={close} tell={setMade} />
      </Dialog>
      <Dialog title={say('sources.connect_title', { name: shown?.name ?? '' })} opened={shown !== undefined} close={closeShown}>
        {shown ? (
          <Connect
            source={shown}
            close={closeShown}
            edit={() => {
              setMade(null)
              setOpen({ what: 'edit', source: shown })
            }}
            renew={() => {
              setMade(null)
              setOpen({ what: 'renew', source: shown })
            }}
          />
        ) : null}
      </Dialog>
      <Confirm
        title={say('sources.renew_ask', { name: source?.name ?? '' })}
        text={say('sources.renew_text')}
        submit={say('sources.renew')}
        opened={open?.what === 'renew'}
        close={close}
        run={async () => {
          if (source) setMade(await sources.renew(source.id))
          await refresh()
        }}
      />
      <Remove
        name={source?.name ?? ''}
        opened={open?.what === 'remove'}
        close={close}
        remove={async () => {
          if (source) await sources.remove(source.id)
          await refresh()
        }}
      />
    </>
  )
}

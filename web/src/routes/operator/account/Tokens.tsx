import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Token, tokens } from '../../../api/trust'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { type Column, List } from '../../../list/List'
import { useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Remove } from '../../../parts/act/Remove'
import { Secret } from '../../../parts/act/Secret'
import { Icon } from '../../../ui/Icon'
import { Panel } from '../../../ui/Page'
import { Instant, Pill } from '../../../ui/Pieces'
import { TokenForm } from './TokenForm'

function Valid({ row }: { row: Token }) {
  const say = useSay()
  return row.is_expired ? (
    <Pill tone="unknown" glyph="×">
      {say('account.token_expired')}
    </Pill>
  ) : (
    <Pill tone="ok" glyph="✓">
      {say('account.token_valid')}
    </Pill>
  )
}
function Used({ row }: { row: Token }) {
  const say = useSay()
  if (!row.last_used_at) return <span className="dim">{say('account.token_never')}</span>
  return (
    <span title={row.last_used_from ? say('account.session_from', { from: row.last_used_from }) : undefined}>
      <Instant at={row.last_used_at} />
    </span>
  )
}

export function Tokens() {
  const say = useSay()
  const cache = useQueryClient()
  const { query, rows, origin } = useRows(tokens.list())
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState('')
  const [revoked, setRevoked] = useState<Token | null>(null)
  useKeys([{ code: 'KeyN', cap: 'n', text: 'account.token_add', run: () => setMaking(true) }])
  const columns: Column<Token>[] = [
    { id: 'name', head: 'col.name', size: 'grow', phone: 'lead', cell: (row) => row.name, value: (row) => row.name },
    { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <Valid row={row} />, value: (row) => (row.is_expired ? 'expired' : 'valid') },
    {
      id: 'access',
      head: 'account.token_access',
      cell: (row) => say(row.access === 'write' ? 'account.token_write' : 'account.token_read'),
      value: (row) => row.access,
    },
    { id: 'place', head: 'account.token_place', cell: (row) => row.tenant?.name ?? say('account.token_wide'), value: (row) => row.tenant?.name ?? null },
    { id: 'expires', head: 'account.token_expires', cell: (row) => <Instant at={row.expires_at} />, value: (row) => row.expires_at },
    { id: 'used', head: 'account.token_used', cell: (row) => <Used row={row} />, value: (row) => row.last_used_at ?? null },
    {
      id: 'acts',
      head: 'col.acts',
      cell: (row) => (
        <Act small can={row.can.revoke} onClick={() => setRevoked(row)}>
          {say('account.token_revoke')}
        </Act>
      ),
    },
  ]
  const add = (
    <Act small can={true} icon={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
      {say('account.token_add')}
    </Act>
  )
  return (
    <Panel title={say('account.tokens')} count={rows.length} actions={rows.length > 0 ? add : undefined} flush>
      <List
        label={say('account.tokens')}
        rows={rows}
        idOf={(row) => row.id}
        columns={columns}
        query={query}
        {...(rows.length > 0 ? { name: 'tokens', origin } : {})}
        none={{ text: say('account.tokens_none'), hint: say('account.tokens_text'), act: add }}
      />
      <Dialog title={say('account.token_add')} opened={isMaking} close={() => setMaking(false)}>
        <TokenForm close={() => setMaking(false)} tell={setMade} />
      </Dialog>
      <Dialog title={say('account.token_title')} opened={made !== ''} close={() => setMade('')}>
        <Secret text={say('account.token_text')} value={made} close={() => setMade('')} />
      </Dialog>
      <Remove
        name={revoked?.name ?? ''}
        opened={revoked !== null}
        close={() => setRevoked(null)}
        remove={async () => {
          if (revoked) await tokens.revoke(revoked.id)
          await cache.invalidateQueries({ queryKey: tokens.key })
        }}
      />
    </Panel>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { factor } from '../../../api/trust'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Facts, Panel } from '../../../ui/Page'
import { Instant, Pill, Waiting } from '../../../ui/Pieces'
import { Enrol, TurnOff } from './Enrol'

const FEW_CODES = 3

export function Factor() {
  const say = useSay()
  const cache = useQueryClient()
  const query = useQuery(factor.get)
  const [isOpen, setOpen] = useState(false)
  const now = query.data
  const close = () => {
    setOpen(false)
    void cache.invalidateQueries({ queryKey: factor.key })
  }
  return (
    <Panel
      title={say('account.factor')}
      actions={
        now?.is_on ? (
          <Pill tone="ok" glyph="✓">
            {say('account.factor_on')}
          </Pill>
        ) : undefined
      }
    >
      {query.isPending ? <Waiting rows={2} /> : null}
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {now?.is_on ? (
        <div className="stack">
          <Facts
            rows={[
              [say('account.factor_since'), <Instant key="since" at={now.since} />],
              [say('account.factor_left'), now.recovery_codes_left],
            ]}
          />
          {now.recovery_codes_left < FEW_CODES ? <p className="small">{say('account.factor_low')}</p> : null}
          <div className="row">
            <Act small can={true} onClick={() => setOpen(true)}>
              {say('account.factor_remove')}
            </Act>
          </div>
        </div>
      ) : null}
      {now && !now.is_on ? (
        <div className="stack">
          <p className="small">{say('account.factor_off')}</p>
          <div className="row">
            <Act main small can={true} onClick={() => setOpen(true)}>
              {say('account.factor_turn_on')}
            </Act>
          </div>
        </div>
      ) : null}
      <Dialog title={say('account.factor')} opened={isOpen} close={close}>
        {now?.is_on ? <TurnOff close={close} /> : <Enrol close={close} />}
      </Dialog>
    </Panel>
  )
}

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type System, system } from '../../api/system'
import { type Key, useSay } from '../../i18n/i18n'
import { Confirm } from '../../parts/act/Confirm'
import { Banner } from '../../ui/Pieces'
import { toast } from '../../ui/Toast'

const WHY: Record<string, Key> = {
  restored: 'cold.why.restored',
  moved: 'cold.why.moved',
  other_machine: 'cold.why.other_machine',
  no_fingerprint: 'cold.why.no_fingerprint',
  other_database: 'cold.why.other_database',
}

/** Nothing on the pages is true of now: this installation watches nothing until somebody says that it is the one. */
export default function ColdBar({ now }: { now: System }) {
  const say = useSay()
  const cache = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Banner
        tone="critical"
        glyph="▲"
        act={
          now.can.warm === true ? (
            <button type="button" onClick={() => setAsking(true)}>
              {say('cold.warm')}
            </button>
          ) : undefined
        }
      >
        <strong>{say('cold.title')}</strong> {say(WHY[now.cold_reason ?? ''] ?? 'cold.why.other')}
      </Banner>
      <Confirm
        title={say('cold.ask')}
        text={say('cold.ask_text')}
        submit={say('cold.warm')}
        opened={isAsking}
        close={() => setAsking(false)}
        run={async () => {
          await system.warm()
          toast('ok', say('cold.warmed'))
          await cache.invalidateQueries()
        }}
      />
    </>
  )
}

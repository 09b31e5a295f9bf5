import { useQuery } from '@tanstack/react-query'
import { openSessions } from '../../../api/trust'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { Panel } from '../../../ui/Page'
import { Age, Instant, Pill, Waiting } from '../../../ui/Pieces'
import css from './account.module.css'
import { agentName } from './agent'

export function Sessions() {
  const say = useSay()
  const now = useNow()
  const query = useQuery(openSessions.list)
  const rows = query.data?.items ?? []
  const end = useAct(openSessions.end, { touches: [openSessions.key], said: say('account.session_ended') })
  const endOthers = useAct(openSessions.endOthers, { touches: [openSessions.key], said: say('account.sessions_ended') })
  return (
    <Panel
      title={say('account.sessions')}
      count={rows.length}
      actions={
        rows.length > 1 ? (
          <Act small can={true} busy={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>
            {say('account.session_end_others')}
          </Act>
        ) : undefined
      }
    >
      {query.isPending ? <Waiting rows={2} /> : null}
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      <ul className={css.rows}>
        {rows.map((row) => (
          <li key={row.id}>
            <div className={css.who}>
              <p className="row">
                <span title={row.agent}>{agentName(row.agent) || say('account.session_unknown')}</span>
                {row.is_current ? (
                  <Pill tone="ok" glyph="✓">
                    {say('account.session_here')}
                  </Pill>
                ) : null}
              </p>
              <p className="dim small">
                {say('account.session_from', { from: row.from })} · {say('account.session_seen')} <Age at={row.seen_at} now={now} /> ·{' '}
                {say('account.session_opened')} <Instant at={row.created_at} />
              </p>
            </div>
            {row.is_current ? null : (
              <Act small can={true} onClick={() => end.mutate(row)}>
                {say('account.session_end')}
              </Act>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { backup, configs } from '../../../api/configs'
import type { BackupView } from '../../../api/contract3'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { BACKUP_PROBLEM, BACKUP_STATE } from '../../../parts/words/plannedWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Facts, Panel } from '../../../ui/Page'
import { Age, Instant, Pill, Waiting } from '../../../ui/Pieces'
import css from './configs.module.css'

const BUSY_MS = 2_000

/** Where the copying of a device's configuration stands, what stopped it, and what a person must decide. */
export function Backup({ device }: { device: string }) {
  const say = useSay()
  const query = useQuery({
    ...backup.of(device),
    // Events tell it too; a running session is watched closer.
    refetchInterval: ({ state }) => (state.data?.state === 'queued' || state.data?.state === 'running' ? BUSY_MS : false),
  })
  const start = useAct(backup.now, { touches: [backup.key, configs.key], said: say('configs.said.queued') })
  const run = () => query.data?.can.back_up === true && start.mutate({ device })
  useKeys([{ code: 'KeyB', cap: 'b', text: 'configs.back_up', run: () => void run() }])
  return (
    <Panel
      title={say('configs.backup')}
      actions={
        <Act small main can={query.data?.can.back_up} busy={start.isPending} onClick={() => start.mutate({ device })}>
          {say('configs.back_up')}
        </Act>
      }
    >
      {query.isPending ? <Waiting rows={3} /> : query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <State of={query.data} />}
    </Panel>
  )
}

function State({ of }: { of: BackupView }) {
  const say = useSay()
  const now = useNow()
  return (
    <div className="stack-wide">
      {of.host_key.state === 'changed' ? <HostKey of={of} /> : null}
      <div className="row">
        <WordPill word={BACKUP_STATE[of.state]} />
        {of.ssh && of.ssh.level !== 'modern' ? (
          <Pill tone="major" glyph="◆" title={of.ssh.algorithms}>
            {say(of.ssh.level === 'ancient' ? 'configs.ssh_ancient' : 'configs.ssh_legacy')}
          </Pill>
        ) : null}
      </div>
      {of.problem ? (
        <div className="stack">
          <p>{say(BACKUP_PROBLEM[of.problem.code])}</p>
          {of.problem.detail ? <p className="mono">{of.problem.detail}</p> : null}
          {of.tail ? (
            <>
              <h3>{say('configs.tail')}</h3>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
              <pre className={css.tail} tabIndex={0}>
                {of.tail}
              </pre>
            </>
          ) : null}
        </div>
      ) : null}
      <Facts
        rows={[
          [say('configs.succeeded'), of.succeeded_at ? <Age key="ok" at={of.succeeded_at} now={now} /> : null],
          [say('configs.tried'), of.tried_at ? <Instant key="tried" at={of.tried_at} /> : null],
          [say('configs.next'), of.next_at ? <Instant key="next" at={of.next_at} /> : null],
          [
            say('configs.host_key'),
            of.host_key.fingerprint ? (
              <span key="key" className="mono">
                {of.host_key.fingerprint}
              </span>
            ) : (
              say('configs.no_key')
            ),
          ],
          [
            say('configs.ssh'),
            of.ssh ? (
              <span key="ssh" className="mono">
                {of.ssh.algorithms}
              </span>
            ) : null,
          ],
        ]}
      />
    </div>
  )
}

/** Another key than the one we know: either the device was replaced, or somebody stands between. A person decides; until then nothing is sent. */
function HostKey({ of }: { of: BackupView }) {
  const say = useSay()
  const [isAsking, setAsking] = useState(false)
  const accept = useAct(backup.accept, { touches: [backup.key], said: say('configs.said.accepted') })
  const offered = of.host_key.offered ?? ''
  return (
    <section className={css.warning} aria-label={say('configs.key_changed')}>
      <p>
        <span aria-hidden="true">▲ </span>
        <strong>{say('configs.key_changed')}</strong> {say('configs.key_why')}
      </p>
      <dl className={css.keys}>
        <div>
          <dt>{say('configs.key_known')}</dt>
          <dd>{of.host_key.fingerprint}</dd>
        </div>
        <div>
          <dt>{say('configs.key_offered')}</dt>
          <dd>{offered}</dd>
        </div>
      </dl>
      <div className="row">
        <Act small can={of.can.decide} busy={accept.isPending} onClick={() => setAsking(true)}>
          {say('configs.key_accept')}
        </Act>
      </div>
      <Dialog title={say('configs.key_accept')} opened={isAsking} close={() => setAsking(false)}>
        <div className="stack">
          <p>{say('configs.key_ask', { name: of.device.name })}</p>
          <p className="mono" style={{ overflowWrap: 'anywhere' }}>
            {offered}
          </p>
          <div className="row">
            <span className="end" />
            <Button variant="default" onClick={() => setAsking(false)}>
              {say('configs.key_refuse')}
            </Button>
            <Button
              color="danger"
              onClick={() => {
                setAsking(false)
                accept.mutate({ device: of.device.id, fingerprint: offered })
              }}
            >
              {say('configs.key_accept')}
            </Button>
          </div>
        </div>
      </Dialog>
    </section>
  )
}

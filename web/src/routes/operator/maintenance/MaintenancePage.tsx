import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { alarms } from '../../../api/alarms'
import type { MaintenanceView } from '../../../api/contract3'
import { maintenance } from '../../../api/maintenance'
import { Dialog } from '../../../form/Dialog'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { Crumbs, GoRef } from '../../../parts/link/Go'
import { MAINTENANCE_STATE } from '../../../parts/words/plannedWords'
import { WordPill } from '../../../parts/words/WordPill'
import { TENANT_KIND } from '../../../parts/words/words'
import { Icon } from '../../../ui/Icon'
import { Facts, Page, Panel } from '../../../ui/Page'
import { Instant, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { MaintenanceForm } from './MaintenanceForm'
import { Muted } from './Muted'
import css from './maintenance.module.css'

export default function MaintenancePage() {
  const say = useSay()
  const { id = '' } = useParams()
  const query = useQuery(maintenance.one(id))
  if (query.data) return <Known key={id} window={query.data} />
  return (
    <Page title={say('maintenance.one')} ready={!query.isPending}>
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Waiting rows={8} />}
    </Page>
  )
}

const KIND = { device: 'devices.one', site: TENANT_KIND.site, service: 'audit.noun.service' } as const

function Known({ window }: { window: MaintenanceView }) {
  const say = useSay()
  const navigate = useNavigate()
  const [isEditing, setEditing] = useState(false)
  const touches = [maintenance.key, alarms.key]
  const cancel = useAct(maintenance.cancel, { touches, said: say('maintenance.said.cancelled') })
  const end = useAct(maintenance.end, { touches, said: say('maintenance.said.ended') })
  useKeys([
    { code: 'KeyE', cap: 'e', text: 'ui.edit', run: () => window.can.edit === true && setEditing(true) },
    { code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.maintenances()) },
  ])
  return (
    <Page
      title={window.title}
      crumbs={<Crumbs path={[[go.maintenances(), say('maintenance.title')]]} />}
      badge={<WordPill word={MAINTENANCE_STATE[window.state]} />}
      sub={<Left window={window} />}
      actions={
        <>
          {window.state === 'planned' ? (
            <>
              <Act small can={window.can.edit} icon={<Icon name="edit" size={14} />} onClick={() => setEditing(true)}>
                {say('ui.edit')}
              </Act>
              <Act small danger can={window.can.cancel} busy={cancel.isPending} onClick={() => cancel.mutate({ id: window.id })}>
                {say('maintenance.cancel')}
              </Act>
            </>
          ) : null}
          {window.state === 'running' ? (
            <Act main can={window.can.end} busy={end.isPending} onClick={() => end.mutate({ id: window.id })}>
              {say('maintenance.end')}
            </Act>
          ) : null}
        </>
      }
    >
      <div className="main-side">
        <div className="stack-wide">
          <Panel title={say('maintenance.objects')} count={window.objects.length}>
            <ul className={css.objects}>
              {window.objects.map((each) => (
                <li key={each.id}>
                  <span className="dim small">{say(KIND[each.kind])}</span>
                  <GoRef of={each} />
                </li>
              ))}
            </ul>
          </Panel>
          <Muted window={window} />
        </div>
        <Panel title={say('clients.about')}>
          <Facts
            rows={[
              [say('maintenance.starts'), <Instant key="starts" at={window.starts_at} />],
              [say('maintenance.ends'), <Instant key="ends" at={window.ends_at} />],
              [say('maintenance.announces'), say(window.announces ? 'audit.yes' : 'audit.no')],
              [
                say('col.clients'),
                window.clients.length > 0
                  ? window.clients.map((each, at) => (
                      <span key={each.id}>
                        {at > 0 ? ', ' : ''}
                        <GoRef of={each} />
                      </span>
                    ))
                  : null,
              ],
              [say('maintenance.muted'), window.muted_alarms],
              [say('maintenance.by'), window.created_by?.name],
              [
                say('maintenance.note'),
                window.note ? (
                  <span key="note" className="pre">
                    {window.note}
                  </span>
                ) : null,
              ],
            ]}
          />
        </Panel>
      </div>
      <Dialog title={say('maintenance.edit')} opened={isEditing} close={() => setEditing(false)}>
        <MaintenanceForm window={window} close={() => setEditing(false)} done={() => setEditing(false)} />
      </Dialog>
    </Page>
  )
}

/** How long until it begins, or how long it still runs. */
function Left({ window }: { window: MaintenanceView }) {
  const say = useSay()
  const format = useFormat()
  const now = useNow()
  if (window.state === 'planned') return <>{say('maintenance.begins_in', { time: format.duration(Date.parse(window.starts_at) - now) })}</>
  if (window.state === 'running') return <>{say('maintenance.ends_in', { time: format.duration(Date.parse(window.ends_at) - now) })}</>
  return null
}

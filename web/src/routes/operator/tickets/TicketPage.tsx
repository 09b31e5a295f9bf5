import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { summary } from '../../../api/admin'
import { reference } from '../../../api/alarms'
import type { TicketDetail } from '../../../api/nouns'
import { tickets } from '../../../api/support'
import { Dialog } from '../../../form/Dialog'
import { LongField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Act } from '../../../parts/act/Act'
import { useAct } from '../../../parts/act/useAct'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { Crumbs, Go, GoRef } from '../../../parts/link/Go'
import { NoticeCard } from '../../../parts/notice/NoticeCard'
import { WordPill } from '../../../parts/words/WordPill'
import { ALARM_CLASS, TICKET_STATE } from '../../../parts/words/words'
import { Facts, Page, Panel, PHONE } from '../../../ui/Page'
import { Age, Instant, Waiting } from '../../../ui/Pieces'
import { useMedia } from '../../../ui/useMedia'
import { go } from '../../../url/go'
import css from './tickets.module.css'

export default function TicketPage() {
  const say = useSay()
  const { id = '' } = useParams()
  const query = useQuery(tickets.one(id))
  if (query.data) return <Known key={id} ticket={query.data} />
  return (
    <Page title={say('tickets.one')} ready={!query.isPending}>
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Waiting rows={10} />}
    </Page>
  )
}

function Known({ ticket }: { ticket: TicketDetail }) {
  const say = useSay()
  const now = useNow()
  const navigate = useNavigate()
  const isPhone = useMedia(PHONE)
  const toNote = () => {
    const field = document.querySelector<HTMLTextAreaElement>('main textarea[name=text]')
    field?.scrollIntoView({ block: 'center' })
    field?.focus({ preventScroll: true })
  }
  const [isResolving, setResolving] = useState(false)
  const take = useAct(tickets.ack, { touches: [tickets.key, summary.key], said: say('tickets.said.taken') })
  useKeys([
    { code: 'KeyA', cap: 'a', text: 'tickets.take', run: () => ticket.can.ack === true && take.mutate({ id: ticket.id }) },
    { code: 'KeyN', cap: 'n', text: 'tickets.to_note', run: toNote },
    { code: 'KeyR', cap: 'r', text: 'tickets.resolve', run: () => ticket.can.resolve === true && setResolving(true) },
    { code: 'Escape', cap: 'Esc', text: 'keys.back', run: () => void navigate(go.tickets()) },
  ])
  return (
    <Page
      title={ticket.title}
      crumbs={<Crumbs path={[[go.tickets(), say('tickets.title')]]} />}
      badge={<WordPill word={TICKET_STATE[ticket.state]} />}
      sub={
        <span className="row">
          <span className="mono">{reference(ticket.incident)}</span>
          <span>{say('tickets.line', { line: ticket.line.toUpperCase() })}</span>
          <span>
            {say('tickets.open_for')} <Age at={ticket.opened_at} now={ticket.resolved_at ? Date.parse(ticket.resolved_at) : now} />
          </span>
          <span>{ticket.holder ? say('tickets.held_by', { who: ticket.holder.email }) : say('tickets.held_by_nobody')}</span>
        </span>
      }
      isThumb
      actions={
        <>
          {isPhone && ticket.can.note === true ? (
            <Act can onClick={toNote}>
              {say('tickets.to_note')}
            </Act>
          ) : null}
          {ticket.holder || ticket.state === 'resolved' ? null : (
            <Act main can={ticket.can.ack} busy={take.isPending} onClick={() => take.mutate({ id: ticket.id })}>
              {say('tickets.take')}
            </Act>
          )}
          {ticket.state === 'resolved' ? null : (
            <Act can={ticket.can.resolve} onClick={() => setResolving(true)}>
              {say('tickets.resolve')}
            </Act>
          )}
        </>
      }
    >
      <div className="main-side">
        <div className="stack-wide">
          <Panel title={say('tickets.notes')} count={ticket.notes.length}>
            <div className="stack-wide">
              {ticket.notes.length === 0 ? null : (
                <ol className={css.notes}>
                  {ticket.notes.map((note) => (
                    <li key={note.at + note.text} data-machine={note.author ? undefined : ''}>
                      <p className="small dim">
                        {note.author?.email ?? say('tickets.by_itself')} · <Instant at={note.at} />
                      </p>
                      <p className="pre">{note.text}</p>
                    </li>
                  ))}
                </ol>
              )}
              {ticket.can.note === true ? <NoteForm key={ticket.notes.length} ticket={ticket} /> : null}
            </div>
          </Panel>
          <Panel title={say('nav.notices')} count={ticket.notices.length}>
            {ticket.notices.length === 0 ? <p className="dim small">{say('alarms.no_notices')}</p> : null}
            <div className="stack">
              {ticket.notices.map((notice) => (
                <NoticeCard key={notice.id} notice={notice} />
              ))}
            </div>
          </Panel>
        </div>
        <div className="stack-wide">
          <Panel title={say('tickets.about')}>
            <Facts
              rows={[
                [say('col.device'), ticket.device ? <GoRef key="device" of={ticket.device} /> : null],
                [
                  say('col.clients'),
                  ticket.clients.length > 0
                    ? ticket.clients.map((each, at) => (
                        <span key={each.id}>
                          {at > 0 ? ', ' : ''}
                          <GoRef of={each} />
                        </span>
                      ))
                    : null,
                ],
                [say('tickets.opened'), <Instant key="opened" at={ticket.opened_at} />],
                [say('tickets.resolved'), <Instant key="resolved" at={ticket.resolved_at} />],
              ]}
            />
          </Panel>
          <Panel title={say('tickets.alarms')} count={ticket.alarms.length}>
            <ul className={css.alarms}>
              {ticket.alarms.map((alarm) => (
                <li key={alarm.id}>
                  <SeverityBadge severity={alarm.severity} isQuiet={alarm.state === 'cleared' || alarm.acked_by != null} />
                  <Go to={go.alarm(alarm.id)} className="clip">
                    {alarm.object.name}
                  </Go>
                  <span className="dim small">{alarm.state === 'cleared' ? say('alarms.cleared_single') : say(ALARM_CLASS[alarm.class])}</span>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
      <Dialog title={say('tickets.resolve')} opened={isResolving} close={() => setResolving(false)}>
        <ResolveForm ticket={ticket} close={() => setResolving(false)} />
      </Dialog>
    </Page>
  )
}

function NoteForm({ ticket }: { ticket: TicketDetail }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({ initialValues: { text: '' }, validate: { text: (text) => (text.trim() === '' ? say('field.required') : null) } })
  return (
    <Form
      form={form}
      submit={say('tickets.add_note')}
      send={async ({ text }, key) => {
        await tickets.note({ id: ticket.id, text }, key)
        await cache.invalidateQueries({ queryKey: tickets.key })
      }}
    >
      <LongField form={form} name="text" label="tickets.note" hint={say('tickets.note_hint')} rows={3} />
    </Form>
  )
}

function ResolveForm({ ticket, close }: { ticket: TicketDetail; close: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({ initialValues: { note: '' } })
  const active = ticket.alarms.filter((alarm) => alarm.state === 'active').length
  return (
    <Form
      form={form}
      submit={say('tickets.resolve')}
      cancel={close}
      send={async ({ note }, key) => {
        await tickets.resolve({ id: ticket.id, note }, key)
        await Promise.all([tickets.key, summary.key].map((each) => cache.invalidateQueries({ queryKey: each })))
        close()
      }}
    >
      {active > 0 ? <p>{say('tickets.still_active', { count: active })}</p> : null}
      <LongField form={form} name="note" label="tickets.resolution" focus rows={4} />
    </Form>
  )
}

import { useState } from 'react'
import type { Notice } from '../../api/nouns'
import { notices, tickets } from '../../api/support'
import { Dialog } from '../../form/Dialog'
import { useFormat } from '../../i18n/format'
import { useSay } from '../../i18n/i18n'
import { useNow } from '../../live/clock'
import { Instant } from '../../ui/Pieces'
import { Act } from '../act/Act'
import { useAct } from '../act/useAct'
import { GoRef } from '../link/Go'
import { WordPill } from '../words/WordPill'
import { HOLD_REASON, LANGUAGE, NOTICE_KIND, NOTICE_STATE } from '../words/words'
import { CorrectionForm } from './CorrectionForm'
import css from './notice.module.css'

/** One message to a client as he reads it: text, where it stands, why it waits, the proof that it went. */
export function NoticeCard({ notice }: { notice: Notice }) {
  const say = useSay()
  const format = useFormat()
  const now = useNow()
  const [isCorrecting, setCorrecting] = useState(false)
  const touches = [notices.key, tickets.key, ['summary'], ['incidents']]
  const release = useAct(notices.release, { touches, said: say('notices.said.released') })
  const withdraw = useAct(notices.withdraw, { touches, said: say('notices.said.withdrawn') })
  const left = notice.release_at ? Date.parse(notice.release_at) - now : 0
  return (
    <article className={css.card} data-state={notice.state}>
      <header className={css.head}>
        <WordPill word={NOTICE_STATE[notice.state]} />
        <span className="small">{say(NOTICE_KIND[notice.kind])}</span>
        <span className="small dim">{say(LANGUAGE[notice.language])}</span>
        <span className="end small dim">
          <Instant at={notice.sent_at ?? notice.created_at} />
        </span>
      </header>
      <div className={css.to}>
        <GoRef of={notice.client} />
        <span className="dim">
          {notice.contact ? `${notice.contact.name} · ` : ''}
          <span className="mono">{notice.address}</span>
        </span>
      </div>
      {notice.hold_reason ? (
        <p className={notice.state === 'held' || notice.state === 'draft' ? css.why : 'dim small'}>
          {say(HOLD_REASON[notice.hold_reason])}
          {notice.state === 'held' && left > 0 ? ` ${say('notices.goes_in', { time: format.duration(left) })}` : ''}
        </p>
      ) : null}
      <div className={css.letter} lang={notice.language}>
        <p className={css.subject}>{notice.subject}</p>
        <p className="pre">{notice.body}</p>
        <p className="dim small">{notice.brand}</p>
      </div>
      {notice.proof ? (
        <p className="small">
          <span className="dim">{say('notices.proof')} </span>
          <span className="mono">{notice.proof}</span>
        </p>
      ) : null}
      {notice.last_error ? (
        <p className={css.why}>
          {say('notices.attempts', { count: notice.attempts })} <span className="mono">{notice.last_error}</span>
        </p>
      ) : null}
      <div className="row">
        {notice.can.release === true ? (
          <Act main small can={notice.can.release} busy={release.isPending} onClick={() => release.mutate({ id: notice.id })}>
            {say('notices.release')}
          </Act>
        ) : null}
        {notice.can.withdraw === true ? (
          <Act small can={notice.can.withdraw} busy={withdraw.isPending} onClick={() => withdraw.mutate({ id: notice.id })}>
            {say('notices.withdraw')}
          </Act>
        ) : null}
        {notice.can.correct === true ? (
          <Act small can={notice.can.correct} onClick={() => setCorrecting(true)}>
            {say('notices.correct')}
          </Act>
        ) : null}
      </div>
      <Dialog title={say('notices.correct')} opened={isCorrecting} close={() => setCorrecting(false)}>
        <CorrectionForm notice={notice} close={() => setCorrecting(false)} />
      </Dialog>
    </article>
  )
}

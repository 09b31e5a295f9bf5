import { type ReactNode, useEffect, useRef } from 'react'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { useNow } from '../../../live/clock'
import { titlePage } from '../../../ui/title'
import css from './wall.module.css'

/** Name, clock and the proof of life; when the feed is lost, since when. */
export function WallHead({ blind, heardAt, children }: { blind: boolean; heardAt: number; children: ReactNode }) {
  const say = useSay()
  const format = useFormat()
  const now = useNow()
  const heading = useRef<HTMLHeadingElement>(null)
  const title = say('nav.wall')
  // Focus and the tab's title are outside React.
  useEffect(() => {
    titlePage(title)
    if (document.activeElement === document.body || document.activeElement?.closest('nav')) heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <header className={css.head}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className={css.life} data-blind={blind ? '' : undefined} role={blind ? 'alert' : undefined}>
        {blind ? (
          <>
            <span aria-hidden="true">◆ </span>
            {say('wall.blind')}
            <span aria-hidden="true">{heardAt > 0 ? ` ${format.duration(now - heardAt)}` : ''}</span>
          </>
        ) : heardAt > 0 ? (
          say('wall.heard', { at: format.clock(heardAt) })
        ) : (
          say('shell.feed_connecting')
        )}
      </p>
      <time className={css.clock} aria-hidden="true">
        {format.clock(now)}
      </time>
      {children}
    </header>
  )
}

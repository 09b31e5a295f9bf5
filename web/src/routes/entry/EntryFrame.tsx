import { type ReactNode, useEffect, useRef } from 'react'
import { speak, useSay, useTongue } from '../../i18n/i18n'
import { Mark } from '../../ui/Icon'
import { titlePage } from '../../ui/title'
import css from './entry.module.css'

/** The quiet frame of the pages before the login. */
export function EntryFrame({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const say = useSay()
  const tongue = useTongue()
  const other = tongue === 'ru' ? 'en' : 'ru'
  const heading = useRef<HTMLHeadingElement>(null)
  // Focus is outside React; the heading is announced, the first field is one Tab away.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  useEffect(() => titlePage(title), [title])
  return (
    <main className={css.frame} data-ready="">
      <div className={css.card}>
        <div className="spread">
          <span className={css.brand}>
            <Mark size={28} />
            Polyot
          </span>
          <button type="button" className={css.tongue} lang={other} onClick={() => void speak(other)}>
            {other === 'ru' ? 'Русский' : 'English'}
          </button>
        </div>
        <div className={css.words}>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {text ? <p className="dim">{text}</p> : null}
        </div>
        {children}
      </div>
      <p className="dim small">{say('entry.tagline')}</p>
    </main>
  )
}

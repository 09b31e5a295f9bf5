import { type ReactNode, useEffect, useRef } from 'react'
import { None } from './Pieces'
import { titlePage } from './title'
import css from './ui.module.css'
import { useMedia } from './useMedia'

interface PageProps {
  title: string
  /** Above the heading: where this record belongs. */
  crumbs?: ReactNode
  badge?: ReactNode
  sub?: ReactNode
  actions?: ReactNode
  /** On a phone the actions stand at the lower edge, under the thumb. */
  isThumb?: boolean
  /** False while the first data are missing; the sweep waits for it. */
  ready?: boolean
  children: ReactNode
}

/** As in ui.module.css. */
export const PHONE = '(max-width: 640px)'

/** The frame of a page. The heading takes the focus after a navigation, so that the page is announced. */
export function Page({ title, crumbs, badge, sub, actions, isThumb = false, ready = true, children }: PageProps) {
  const isLow = useMedia(PHONE) && isThumb
  const heading = useRef<HTMLHeadingElement>(null)
  // Focus is outside React; a dialog or field that asked for it first keeps it.
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body || document.activeElement.closest('nav') !== null) {
      heading.current?.focus({ preventScroll: true })
    }
  }, [])
  useEffect(() => titlePage(title), [title])
  return (
    <div className={css.page} data-ready={ready ? '' : undefined}>
      <div className={css.pageHead}>
        <div className={css.pageTitle}>
          {crumbs ? <div className={css.crumbs}>{crumbs}</div> : null}
          <div className="row">
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {badge}
          </div>
          {sub ? <div className="dim small">{sub}</div> : null}
        </div>
        {actions && !isLow ? <div className="row">{actions}</div> : null}
      </div>
      {children}
      {actions && isLow ? <div className={css.thumb}>{actions}</div> : null}
    </div>
  )
}

export function Panel({
  title,
  count,
  actions,
  children,
  flush = false,
}: {
  title: string
  count?: number | undefined
  actions?: ReactNode
  children: ReactNode
  flush?: boolean
}) {
  return (
    <section className={css.panel} aria-label={title}>
      <div className={css.panelHead}>
        <h2>
          {title}
          {count === undefined ? null : <span className={css.count}>{count}</span>}
        </h2>
        {actions}
      </div>
      <div className={flush ? undefined : css.panelBody}>{children}</div>
    </section>
  )
}

/** Name and value, one under the other; a missing value is a dash that is read as such. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === undefined || value === '' ? <None /> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

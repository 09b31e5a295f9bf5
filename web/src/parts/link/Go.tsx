import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { None } from '../../ui/Pieces'
import { goObject } from '../../url/go'
import { warm } from '../../url/warm'

/** A link that starts loading its page when it is pointed at or focused. */
export function Go({ to, children, className, title }: { to: string; children: ReactNode; className?: string | undefined; title?: string }) {
  return (
    <Link to={to} className={className} title={title} onPointerEnter={() => warm(to)} onFocus={() => warm(to)}>
      {children}
    </Link>
  )
}

/** An object's name, linked to its page when it has one. */
export function GoRef({ of }: { of: { id: string; name: string } | null | undefined }) {
  if (!of) return <None />
  const to = goObject(of.id)
  return to ? (
    <Go to={to} title={of.name}>
      {of.name}
    </Go>
  ) : (
    of.name
  )
}

/** Where a record belongs: partner › client › site. */
export function Crumbs({ path }: { path: readonly (readonly [string, string])[] }) {
  return (
    <>
      {path.map(([to, text], at) => (
        <span key={to} className="tight">
          {at > 0 ? <span aria-hidden="true">›</span> : null}
          <Go to={to}>{text}</Go>
        </span>
      ))}
    </>
  )
}

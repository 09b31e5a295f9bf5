import type { AuditRow } from '../../../api/nouns'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import { Go } from '../../../parts/link/Go'
import { None } from '../../../ui/Pieces'
import { goObject } from '../../../url/go'
import css from './audit.module.css'
import { fieldName, shortIds } from './auditWords'
import { changes, type Scalar } from './changes'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
/** A value as a person reads it: a yes, a time of his clock, an object's page. */
function Value({ of }: { of: Scalar }) {
  const say = useSay()
  const format = useFormat()
  if (typeof of === 'boolean') return <>{say(of ? 'audit.yes' : 'audit.no')}</>
  if (typeof of === 'number') return <>{format.number(of)}</>
  if (of === '') return <>{say('audit.empty')}</>
  if (INSTANT.test(of)) return <>{format.dateTime(of)}</>
  const short = shortIds(of)
  const to = goObject(of)
  return to ? (
    <Go to={to} title={of}>
      {short}
    </Go>
  ) : (
    <span title={short === of ? undefined : of}>{short}</span>
  )
}

/** What an act changed; `most` fields of it in a row of the list, all of them when it is open. */
export function Changes({ row, most }: { row: AuditRow; most?: number }) {
  const say = useSay()
  const all = changes(row.from, row.to)
  if (all.length === 0) return <None />
  const shown = all.slice(0, most ?? all.length)
  return (
    <ul className={css.changes} data-whole={most === undefined ? '' : undefined}>
      {shown.map(({ field, removed, added }) => (
        <li key={field}>
          {field === '' ? null : <span className={css.field}>{fieldName(say, field)}</span>}
          {removed.map((each) => (
            <del key={String(each)}>
              <span aria-hidden="true">− </span>
              <span className="sr">{say('audit.from')} </span>
              <Value of={each} />
            </del>
          ))}
          {added.map((each) => (
            <ins key={String(each)}>
              <span aria-hidden="true">+ </span>
              <span className="sr">{say('audit.to')} </span>
              <Value of={each} />
            </ins>
          ))}
        </li>
      ))}
      {all.length > shown.length ? <li className="dim">{say('wall.more', { count: all.length - shown.length })}</li> : null}
    </ul>
  )
}

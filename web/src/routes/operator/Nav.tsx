import { NavLink } from 'react-router'
import type { Me, Summary } from '../../api/nouns'
import { type Key, useSay } from '../../i18n/i18n'
import { routes } from '../../routes'
import { Icon } from '../../ui/Icon'
import { warm } from '../../url/warm'
import css from './shell.module.css'

const countOf = (text: Key, counts: Summary | undefined): number => {
  if (!counts) return 0
  if (text === 'nav.tickets') return counts.tickets_open
  if (text === 'nav.notices') return counts.notices_held + counts.notices_draft
  if (text === 'nav.alarms') return counts.unacked
  return 0
}

export function Nav({ me, counts, isOpen, close }: { me: Me; counts: Summary | undefined; isOpen: boolean; close: () => void }) {
  const say = useSay()
  const rows = routes.flatMap(({ path, nav, who }) => (nav && (who === undefined || me.can[who] === true) ? [{ path, ...nav }] : []))
  const groups = [...new Set(rows.map((each) => each.group))]
  return (
    <>
      {isOpen ? <button type="button" className={css.veil} aria-label={say('shell.close_menu')} onClick={close} /> : null}
      <nav id="nav" className={css.nav} data-open={isOpen ? '' : undefined} aria-label={say('shell.menu')}>
        {groups.map((group) => (
          <div key={group} className={css.group}>
            <p className={css.groupName}>{say(group)}</p>
            <ul>
              {rows
                .filter((each) => each.group === group)
                .map((each) => {
                  const count = countOf(each.text, counts)
                  return (
                    <li key={each.path}>
                      <NavLink to={each.path} className={css.place ?? ''} onPointerEnter={() => warm(each.path)} onFocus={() => warm(each.path)}>
                        <Icon name={each.icon} />
                        <span className="clip">{say(each.text)}</span>
                        {count > 0 ? <span className={css.placeCount}>{count}</span> : null}
                      </NavLink>
                    </li>
                  )
                })}
            </ul>
          </div>
        ))}
      </nav>
    </>
  )
}

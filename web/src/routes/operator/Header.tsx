import { Button } from '@mantine/core'
import type { Me, Summary } from '../../api/nouns'
import { session } from '../../api/session'
import { useFormat } from '../../i18n/format'
import { type Key, speak, useSay, useTongue } from '../../i18n/i18n'
import { isBlind, useFeed } from '../../live/stream'
import { SeverityCount } from '../../parts/alarm/SeverityBadge'
import { Go } from '../../parts/link/Go'
import { ROLE, SEVERITIES, SEVERITY } from '../../parts/words/words'
import type { Scheme } from '../../theme/scheme'
import { Icon, type IconName, Mark } from '../../ui/Icon'
import { IconButton } from '../../ui/IconButton'
import { toast } from '../../ui/Toast'
import { go } from '../../url/go'
import css from './shell.module.css'

const SCHEME_ICON: Record<Scheme, IconName> = { light: 'sun', dark: 'moon', auto: 'auto' }
const SCHEME_TEXT: Record<Scheme, Key> = { light: 'shell.theme_light', dark: 'shell.theme_dark', auto: 'shell.theme_auto' }

interface HeaderProps {
  me: Me
  counts: Summary | undefined
  isNavOpen: boolean
  toggleNav: () => void
  help: () => void
  find: () => void
  scheme: { scheme: Scheme; next: () => void }
}

export function Header({ me, counts, isNavOpen, toggleNav, help, find, scheme }: HeaderProps) {
  const say = useSay()
  const tongue = useTongue()
  const other = tongue === 'ru' ? 'en' : 'ru'
  return (
    <header className={css.header}>
      <IconButton
        className={css.burger}
        label={say(isNavOpen ? 'shell.close_menu' : 'shell.open_menu')}
        expanded={isNavOpen}
        controls="nav"
        onClick={toggleNav}
      >
        <Icon name={isNavOpen ? 'close' : 'menu'} />
      </IconButton>
      <Go to={go.home()} className={css.brand}>
        <Mark />
        <span className={css.brandName}>Polyot</span>
      </Go>
      <AlarmCounters counts={counts} />
      <FeedState />
      <span className="end" />
      <IconButton label={say('palette.title')} onClick={find}>
        <Icon name="search" />
      </IconButton>
      <IconButton label={say(SCHEME_TEXT[scheme.scheme])} onClick={scheme.next}>
        <Icon name={SCHEME_ICON[scheme.scheme]} />
      </IconButton>
      <button type="button" className={css.tongue} lang={other} onClick={() => void speak(other)} aria-label={other === 'ru' ? 'RU, Русский' : 'EN, English'}>
        {other.toUpperCase()}
      </button>
      <IconButton label={say('keys.help')} onClick={help} className={css.wide}>
        <Icon name="help" />
      </IconButton>
      <UserMenu me={me} />
    </header>
  )
}

function AlarmCounters({ counts }: { counts: Summary | undefined }) {
  const say = useSay()
  const blind = isBlind(useFeed().state)
  return (
    <ul className={css.counters} aria-label={say('shell.counters')}>
      {SEVERITIES.map((severity) => {
        if (severity === 'cleared') return null
        const count = blind || !counts ? null : counts.alarms[severity]
        return (
          <li key={severity} data-severity={severity} data-quiet={count === 0 ? '' : undefined}>
            <Go to={go.alarms(severity)} className={css.counterLink} title={say(SEVERITY[severity].text)}>
              <SeverityCount severity={severity} count={count} />
            </Go>
          </li>
        )
      })}
    </ul>
  )
}

/** Says by itself that it is alive, and since when it is not. */
function FeedState() {
  const say = useSay()
  const format = useFormat()
  const feed = useFeed()
  const at = feed.heardAt > 0 ? format.clock(feed.heardAt) : ''
  const text = feed.state === 'live' ? say('shell.feed_live') : feed.state === 'lost' ? say('shell.feed_lost') : say('shell.feed_connecting')
  return (
    <span className={css.feed} data-state={feed.state} title={at === '' ? undefined : say('shell.feed_heard', { at })}>
      <span className={css.dot} aria-hidden="true" />
      <span className={css.feedText}>{text}</span>
    </span>
  )
}

function UserMenu({ me }: { me: Me }) {
  const say = useSay()
  const leave = async () => {
    try {
      await session.end()
    } catch {
      toast('critical', say('shell.logout_failed'))
      return
    }
    // A new load leaves nothing of this person in the memory of the page.
    location.assign(go.login())
  }
  return (
    <>
      <IconButton label={say('shell.user_menu')} popover="user-menu">
        <Icon name="user" />
      </IconButton>
      <div id="user-menu" popover="auto" className={css.menu}>
        <p className="clip">{me.email}</p>
        {me.grants.map((grant) => (
          <p key={grant.tenant.id + grant.role} className="small dim">
            {say(ROLE[grant.role])} · {grant.tenant.name}
          </p>
        ))}
        <p>
          <Go to={go.account()}>{say('shell.account')}</Go>
        </p>
        <Button variant="default" size="xs" onClick={() => void leave()}>
          {say('shell.logout')}
        </Button>
      </div>
    </>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Outlet, useLocation, useNavigate } from 'react-router'
import { summary } from '../../api/admin'
import type { Me } from '../../api/nouns'
import { useSay, wantPages } from '../../i18n/i18n'
import { listenKeys, useKeys } from '../../keys/registry'
import { isBlind, startStream, useFeed } from '../../live/stream'
import { routes } from '../../routes'
import { Waiting } from '../../ui/Pieces'
import { titleBadge } from '../../ui/title'
import { Banners } from './Banners'
import { Header } from './Header'
import { KeysHelp } from './KeysHelp'
import { Nav } from './Nav'
import css from './shell.module.css'
import { useScheme } from './useScheme'

const Palette = lazy(async () => {
  const [palette] = await Promise.all([import('./palette/Palette'), wantPages()])
  return palette
})

/** The operator's frame: nav, header, banners, and the one stream that keeps all of it true. */
export default function Shell({ me }: { me: Me }) {
  const say = useSay()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const feed = useFeed()
  const counts = useQuery({ ...summary.get, refetchInterval: feed.state === 'rest' ? 30_000 : false, refetchIntervalInBackground: true })
  const [isNavOpen, setNavOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const [isFinding, setFinding] = useState(false)
  const scheme = useScheme()

  // The stream and the key listener live as long as the shell does.
  useEffect(() => startStream(cache), [cache])
  useEffect(listenKeys, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the page changes
  useEffect(() => setNavOpen(false), [pathname])

  const blind = isBlind(feed.state)
  // A hidden tab has no stream, only the question every half minute: unanswered, its count is as unknown.
  const isUnknown = blind || counts.isError
  const unacked = counts.data?.unacked ?? 0
  // The tab's title is outside React; without the shell there is nothing to count.
  useEffect(() => {
    titleBadge(isUnknown ? '?' : unacked > 0 ? String(unacked) : '')
    return () => titleBadge('')
  }, [isUnknown, unacked])

  useKeys([
    { code: 'mod+KeyK', cap: 'Ctrl K', text: 'palette.title', run: () => setFinding(true) },
    { code: 'shift+Slash', cap: '?', text: 'keys.help', run: () => setHelpOpen(true) },
    { code: 'shift+KeyD', cap: 'Shift D', text: 'keys.theme', run: scheme.next },
    ...routes.flatMap(({ nav, path }) => (nav ? [{ code: `KeyG ${nav.code}`, cap: `g ${nav.cap}`, text: nav.text, run: () => void navigate(path) }] : [])),
  ])

  return (
    <div className={css.shell} data-blind={blind ? '' : undefined}>
      <a className={css.skip} href="#main">
        {say('shell.skip')}
      </a>
      <Header
        me={me}
        counts={counts.data}
        isNavOpen={isNavOpen}
        toggleNav={() => setNavOpen(!isNavOpen)}
        help={() => setHelpOpen(true)}
        find={() => setFinding(true)}
        scheme={scheme}
      />
      <Nav me={me} counts={counts.data} isOpen={isNavOpen} close={() => setNavOpen(false)} />
      <div className={css.body}>
        <Banners counts={counts.data} me={me} />
        <main id="main" className={css.main} tabIndex={-1}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {isFinding ? (
        <Suspense fallback={null}>
          <Palette me={me} close={() => setFinding(false)} help={() => setHelpOpen(true)} nextTheme={scheme.next} />
        </Suspense>
      ) : null}
      <KeysHelp opened={isHelpOpen} close={() => setHelpOpen(false)} />
    </div>
  )
}

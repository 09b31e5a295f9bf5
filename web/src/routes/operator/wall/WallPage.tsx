import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { summary } from '../../../api/admin'
import { alarms } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { useRows } from '../../../list/useRows'
import { isBlind, keepAwake, useFeed } from '../../../live/stream'
import { Icon } from '../../../ui/Icon'
import { IconButton } from '../../../ui/IconButton'
import { choice, useView } from '../../../url/view'
import { Causes } from './Causes'
import { Counters } from './Counters'
import { Changes, Collectors, Tickets, Windows } from './Sides'
import { WallHead } from './WallHead'
import css from './wall.module.css'

const spec = { kiosk: choice(['1'], '') }
/** The filter that keeps all: with it every page is read, so that the counts of the wall are of all alarms. */
const every = (_alarm: Alarm) => true

/** What hangs in the room: read at four metres, touched by nobody, and never calm when it is blind. */
export default function WallPage() {
  const say = useSay()
  const { view, set } = useView(spec)
  const feed = useFeed()
  const isKiosk = view.kiosk === '1'
  const counts = useQuery(summary.get)
  const active = useRows(alarms.list({ state: 'active' }), every)
  // What planned work has muted is in no counter, so it is no cause either.
  const live = active.rows.filter((alarm) => !alarm.is_muted)
  // The tab of a wall keeps its stream even when the system takes it for hidden.
  useEffect(keepAwake, [])
  const toggle = () => {
    set({ kiosk: isKiosk ? '' : '1' }, true)
    // Refused without a key press or a touch: the page alone covers its window then.
    if (isKiosk) void (document.fullscreenElement ? document.exitFullscreen() : Promise.resolve()).catch(() => {})
    else void document.documentElement.requestFullscreen?.().catch(() => {})
  }
  useKeys([
    { code: 'KeyF', cap: 'f', text: 'wall.kiosk', run: toggle },
    ...(isKiosk ? [{ code: 'Escape', cap: 'Esc', text: 'wall.kiosk_end' as const, run: toggle }] : []),
  ])
  const blind = isBlind(feed.state) || counts.isError || active.query.isError
  const isReady = !counts.isPending && !active.query.isPending
  return (
    <div className={css.wall} data-kiosk={isKiosk ? '' : undefined} data-blind={blind ? '' : undefined} data-ready={isReady ? '' : undefined}>
      <WallHead blind={blind} heardAt={feed.heardAt}>
        <IconButton label={say(isKiosk ? 'wall.kiosk_end' : 'wall.kiosk')} onClick={toggle}>
          <Icon name={isKiosk ? 'close' : 'wall'} size={20} />
        </IconButton>
      </WallHead>
      <Counters counts={blind ? undefined : counts.data} active={live} />
      <div className={css.columns}>
        <Causes active={live} blind={blind} isReady={isReady} />
        <div className={css.sides}>
          <Tickets />
          <Windows />
          <Collectors />
          <Changes />
        </div>
      </div>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import type { Me, Summary } from '../../api/nouns'
import { system } from '../../api/system'
import { useFormat } from '../../i18n/format'
import { useSay, wantPages } from '../../i18n/i18n'
import { useNow } from '../../live/clock'
import { isBlind, useFeed } from '../../live/stream'
import { Go } from '../../parts/link/Go'
import { Banner } from '../../ui/Pieces'
import { go } from '../../url/go'

/** Rare, so it and its words come only when they are needed. */
const ColdBar = lazy(async () => {
  const [bar] = await Promise.all([import('./ColdBar'), wantPages()])
  return bar
})

/** What everybody must know on every page: we are blind, cut off, holding notices, or sending none. */
export function Banners({ counts, me }: { counts: Summary | undefined; me: Me }) {
  const say = useSay()
  const feed = useFeed()
  const here = useQuery(system.get)
  return (
    <>
      <BlindBar />
      {here.data?.is_cold ? (
        <Suspense fallback={null}>
          <ColdBar now={here.data} />
        </Suspense>
      ) : null}
      {feed.isOld ? (
        <Banner
          tone="info"
          glyph="ℹ"
          live
          act={
            <button type="button" onClick={() => location.reload()}>
              {say('ui.reload')}
            </button>
          }
        >
          {say('banner.new_version')}
        </Banner>
      ) : null}
      {counts?.is_cut_off ? (
        <Banner tone="critical" glyph="▲">
          {say('banner.cut_off')} <Go to={go.collectors()}>{say('nav.collectors')}</Go>
        </Banner>
      ) : null}
      {counts && counts.notices_held > 0 ? (
        <Banner tone="major" glyph="◆" act={<Go to={go.notices('held')}>{say('banner.held_look')}</Go>}>
          {say('banner.held', { count: counts.notices_held })}
        </Banner>
      ) : null}
      {counts?.shadow ? (
        <Banner tone="info" glyph="◌" act={me.can.write_settings === true ? <Go to={go.settings()}>{say('nav.settings')}</Go> : undefined}>
          {say('banner.shadow')}
        </Banner>
      ) : null}
    </>
  )
}

function BlindBar() {
  const say = useSay()
  const feed = useFeed()
  return isBlind(feed.state) ? (
    <div role="alert">
      <span className="sr">{say('banner.blind_short')}</span>
      <Since heardAt={feed.heardAt} />
    </div>
  ) : null
}

/** Ticks beside the alert, not in it: it would be read aloud each second. */
function Since({ heardAt }: { heardAt: number }) {
  const say = useSay()
  const format = useFormat()
  const now = useNow()
  return (
    <div aria-hidden="true">
      <Banner tone="major" glyph="◆">
        {heardAt > 0 ? say('banner.blind', { time: format.duration(now - heardAt) }) : say('banner.blind_short')}
      </Banner>
    </div>
  )
}

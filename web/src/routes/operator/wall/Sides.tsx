import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { collectors } from '../../../api/admin'
import { configs } from '../../../api/configs'
import { maintenance } from '../../../api/maintenance'
import { tickets } from '../../../api/support'
import { useFormat } from '../../../i18n/format'
import { type Key, useSay } from '../../../i18n/i18n'
import { Go } from '../../../parts/link/Go'
import { COLLECTOR_STATE } from '../../../parts/words/words'
import { go } from '../../../url/go'
import { Ticking } from './Ticking'
import css from './wall.module.css'

const SHOWN_MAX = 5
type Asked = { isPending: boolean; isError: boolean }

/** One tile: its rows, or why there are none; a failed question never looks like calm. */
function Tile({ title, asked, none, count, children }: { title: Key; asked: Asked; none: Key; count: number; children: ReactNode }) {
  const say = useSay()
  return (
    <section className={css.tile} aria-label={say(title)}>
      <h2>
        {say(title)} {asked.isError || count > 0 ? <span className={css.count}>{asked.isError ? '?' : count}</span> : null}
      </h2>
      {asked.isError ? <p className={css.unknown}>{say('wall.unknown')}</p> : null}
      {!asked.isError && !asked.isPending && count === 0 ? <p className="dim">{say(none)}</p> : null}
      <ul className={css.lines}>{children}</ul>
    </section>
  )
}
const rowsOf = <T,>(query: { data?: { pages: { items: T[] }[] } | undefined }): T[] => query.data?.pages.flatMap((page) => page.items) ?? []

export function Tickets() {
  const say = useSay()
  const fresh = useInfiniteQuery(tickets.list({ line: 'l1', state: 'new' }))
  const taken = useInfiniteQuery(tickets.list({ line: 'l1', state: 'in_progress' }))
  const rows = [...rowsOf(fresh), ...rowsOf(taken)].sort((a, b) => Date.parse(a.opened_at) - Date.parse(b.opened_at))
  return (
    <Tile
      title="wall.tickets"
      none="wall.no_tickets"
      count={rows.length}
      asked={{ isPending: fresh.isPending || taken.isPending, isError: fresh.isError || taken.isError }}
    >
      {rows.slice(0, SHOWN_MAX).map((each) => (
        <li key={each.id}>
          <Go to={go.ticket(each.id)} className="clip">
            {each.title}
          </Go>
          <span className={css.who}>{each.holder ? each.holder.email.split('@')[0] : say('tickets.held_by_nobody')}</span>
          <Ticking at={each.opened_at} />
        </li>
      ))}
    </Tile>
  )
}

export function Windows() {
  const say = useSay()
  const format = useFormat()
  const running = useInfiniteQuery(maintenance.list({ state: 'running' }))
  const planned = useInfiniteQuery(maintenance.list({ state: 'planned' }))
  const next = rowsOf(planned).sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at))
  const now = rowsOf(running)
  return (
    <Tile
      title="nav.maintenance"
      none="wall.no_windows"
      count={now.length}
      asked={{ isPending: running.isPending || planned.isPending, isError: running.isError || planned.isError }}
    >
      {now.slice(0, SHOWN_MAX).map((each) => (
        <li key={each.id}>
          <Go to={go.maintenance(each.id)} className="clip">
            {each.title}
          </Go>
          <span>{say('wall.until', { at: format.dateTime(each.ends_at).slice(0, -3) })}</span>
        </li>
      ))}
      {next.slice(0, now.length > 2 ? 1 : 2).map((each) => (
        <li key={each.id} className="dim">
          <Go to={go.maintenance(each.id)} className="clip">
            {each.title}
          </Go>
          <span>{say('wall.from', { at: format.dateTime(each.starts_at).slice(0, -3) })}</span>
        </li>
      ))}
    </Tile>
  )
}

export function Collectors() {
  const say = useSay()
  const query = useInfiniteQuery({ ...collectors.list(), refetchInterval: 15_000 })
  const rows = rowsOf(query)
  return (
    <Tile title="nav.collectors" none="collectors.none" count={rows.length} asked={query}>
      {rows.slice(0, SHOWN_MAX).map((each) => {
        const word = COLLECTOR_STATE[each.state]
        return (
          <li key={each.id}>
            <span className={css.state} data-tone={word.tone}>
              <span aria-hidden="true">{word.glyph} </span>
              {say(word.text)}
            </span>
            <Go to={go.collectors()} className="clip">
              {each.name}
            </Go>
            {each.seen_at ? <Ticking at={each.seen_at} /> : null}
          </li>
        )
      })}
    </Tile>
  )
}

export function Changes() {
  const query = useQuery(configs.latest)
  // The first revision of a device is no change.
  const rows = (query.data?.items ?? []).filter((each) => each.number > 1)
  return (
    <Tile title="wall.changes" none="wall.no_changes" count={rows.length} asked={query}>
      {rows.slice(0, SHOWN_MAX).map((each) => (
        <li key={each.id}>
          <Go to={go.configDiff(each.id)} className="clip">
            {each.device.name}
          </Go>
          <span className={css.signs}>
            +{each.added} −{each.removed}
          </span>
          <Ticking at={each.taken_at} />
        </li>
      ))}
    </Tile>
  )
}

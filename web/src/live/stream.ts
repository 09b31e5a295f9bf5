import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { readEvents } from '../api/events'
import { session } from '../api/session'
import { isNewer } from '../api/version'
import { makeAsker, takeFrame } from './patches'

/** The server beats every 5 s; a line silent for longer is taken for dead, so that the bar is up within 10 s. */
export const SILENCE_MS = 8_000
const RETRY_MS = [500, 1_000, 2_000, 4_000]
const HIDDEN_MS = 60_000

export interface Feed {
  /** connecting: the first contact of this page; rest: the tab is hidden and gave its stream back. */
  state: 'connecting' | 'live' | 'lost' | 'rest'
  /** When the last byte came (ms since 1970), 0 before the first. */
  heardAt: number
  /** The server came back with another build of these pages. */
  isOld: boolean
}

let feed: Feed = { state: 'connecting', heardAt: 0, isOld: false }
const listeners = new Set<() => void>()
const set = (next: Partial<Feed>) => {
  feed = { ...feed, ...next }
  for (const each of listeners) each()
}
export function useFeed(): Feed {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => feed,
  )
}
let isWatched = false
/** The wall hangs where nobody touches it: its tab never gives the stream back. */
export function keepAwake(): () => void {
  isWatched = true
  return () => {
    isWatched = false
  }
}
export const isBlind = (state: Feed['state']) => state === 'lost'

/** Opens the one stream of this page and keeps it; returns how to end it. */
export function startStream(cache: QueryClient): () => void {
  let after = ''
  let ended = false
  let line = new AbortController()
  const asker = makeAsker(cache)
  const heard = () => {
    if (feed.state !== 'live' || Date.now() - feed.heardAt > 1_000) set({ state: 'live', heardAt: Date.now() })
  }

  const run = async () => {
    for (let tries = 0; !ended; tries += 1) {
      line = new AbortController()
      const wasLost = feed.state === 'lost'
      try {
        const status = await readEvents(after, line.signal, heard, (frame) => {
          if (frame.event === 'hello' && (wasLost || after !== '')) {
            asker.everything()
            void isNewer().then((isOld) => isOld && set({ isOld }))
          }
          if (frame.id !== '') after = frame.id
          takeFrame(frame, asker)
          tries = 0
        })
        if (status === 401) {
          cache.setQueryData(session.me.queryKey, null)
          return
        }
      } catch {
        // A broken line: the silence clock or the next try says so.
      }
      if (ended) return
      if (tries > 0 || feed.heardAt === 0) set({ state: 'lost' })
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]))
      while (feed.state === 'rest' && !ended) await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }

  let openedAt = Date.now()
  const silence = setInterval(() => {
    if (feed.state === 'rest') return
    if (Date.now() - Math.max(feed.heardAt, openedAt) > SILENCE_MS) {
      set({ state: 'lost' })
      openedAt = Date.now()
      line.abort()
    }
  }, 1_000)

  let hide: ReturnType<typeof setTimeout> | undefined
  const onVisible = () => {
    clearTimeout(hide)
    if (document.hidden && !isWatched) {
      // Browsers allow about six HTTP/1.1 connections to one origin: a hidden tab gives its own back.
      hide = setTimeout(() => {
        set({ state: 'rest' })
        line.abort()
      }, HIDDEN_MS)
    } else if (feed.state === 'rest') {
      openedAt = Date.now()
      set({ state: 'connecting' })
      asker.everything()
    }
  }
  document.addEventListener('visibilitychange', onVisible)
  void run()

  return () => {
    ended = true
    clearInterval(silence)
    clearTimeout(hide)
    asker.stop()
    document.removeEventListener('visibilitychange', onVisible)
    line.abort()
    set({ state: 'connecting', heardAt: 0 })
  }
}

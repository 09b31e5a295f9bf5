import { useSyncExternalStore } from 'react'

/** One tick a second for every age on the page. */
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** While nobody listens the clock stands: the first to ask sets it right, to the second, so that two asks in a row agree. */
function read(): number {
  if (timer === undefined) now = Math.floor(Date.now() / 1000) * 1000
  return now
}

export const useNow = () => useSyncExternalStore(subscribe, read)

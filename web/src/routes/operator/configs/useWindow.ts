import { type RefObject, useLayoutEffect, useState } from 'react'

/** Rows drawn above and below what is seen, so that a quick scroll finds them there. */
const SPARE = 24

/** Which rows of equal height are to be drawn now. */
export function useWindow(box: RefObject<HTMLElement | null>, count: number, rowPx: number) {
  const [seen, setSeen] = useState({ from: 0, to: SPARE * 3 })
  // The place of the scroll is outside React.
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => {
      const first = Math.floor(element.scrollTop / rowPx)
      const from = Math.max(0, first - SPARE)
      const to = first + Math.ceil(element.clientHeight / rowPx) + SPARE
      setSeen((before) => (Math.abs(before.from - from) < SPARE / 2 && Math.abs(before.to - to) < SPARE / 2 ? before : { from, to }))
    }
    look()
    element.addEventListener('scroll', look, { passive: true })
    const watch = new ResizeObserver(look)
    watch.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      watch.disconnect()
    }
  }, [box, rowPx])
  return { from: Math.min(seen.from, Math.max(0, count - 1)), to: Math.min(seen.to, count) }
}

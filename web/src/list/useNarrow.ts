import { type RefObject, useLayoutEffect, useState } from 'react'

/** Less than this for each column, and the rows are laid as cards. */
const COLUMN_PX = 115

/** Whether the list has too little room for its columns: on a phone, beside a panel, in half a page. */
export function useNarrow(box: RefObject<HTMLElement | null>, columns: number): boolean {
  const [isNarrow, setNarrow] = useState(false)
  // Measured before the paint, so that nothing jumps; the size is outside React.
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const look = () => setNarrow(element.clientWidth < columns * COLUMN_PX)
    look()
    const watch = new ResizeObserver(look)
    watch.observe(element)
    return () => watch.disconnect()
  }, [box, columns])
  return isNarrow
}

import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** Less than this for each column, and the rows are laid as cards. */
const COLUMN_PX = 115

/** Whether the list has too little room for its columns: on a phone, beside a panel, in half a page. */
export function useNarrow(box: RefObject<HTMLElement | null>, columns: number, roomPx: number): boolean {
  const overflowed = useRef(0)
  const [isNarrow, setNarrow] = useState(false)
  // Measured before the paint, so that nothing jumps; the size is outside React.
  useLayoutEffect(() => {
    const element = box.current
    const table = element?.querySelector('table')
    if (!element || !table) return
    const look = () => {
      // Words may be longer than reckoned: what did not fit once is remembered, or the two layouts would chase each other.
      if (table.offsetWidth > element.clientWidth) overflowed.current = table.offsetWidth
      setNarrow(element.clientWidth < Math.max(columns * COLUMN_PX, roomPx, overflowed.current))
    }
    look()
    const watch = new ResizeObserver(look)
    watch.observe(element)
    watch.observe(table)
    return () => watch.disconnect()
  }, [box, columns, roomPx])
  return isNarrow
}

import { useState } from 'react'

/** While `isHeld`, rows keep their places: known ones are refreshed in place, new ones wait and are counted. */
export function useCalm<T>(rows: readonly T[], idOf: (row: T) => string, isHeld: boolean) {
  const [shown, setShown] = useState<readonly string[]>([])
  const ids = rows.map(idOf)
  const isSame = ids.length === shown.length && ids.every((id, at) => id === shown[at])
  const isFree = !isHeld || shown.length === 0
  // Derived state: set while rendering, as React asks for what follows from props.
  if (isFree && !isSame) setShown(ids)
  if (isFree) return { rows, waiting: 0, release: () => {} }
  const known = new Map(rows.map((row) => [idOf(row), row]))
  const held = shown.flatMap((id) => known.get(id) ?? [])
  const waiting = ids.filter((id) => !shown.includes(id)).length
  return { rows: held, waiting, release: () => setShown(ids) }
}

import { useState } from 'react'

const KEPT = 'polyot.columns.'
function kept(name: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEPT + name) ?? '[]')
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/** Which columns of a list this person has put away. Kept in this browser: the server has no place for it yet. */
export function useColumns(name: string) {
  const [hidden, setHidden] = useState(() => kept(name))
  const toggle = (id: string) => {
    const next = hidden.includes(id) ? hidden.filter((each) => each !== id) : [...hidden, id]
    setHidden(next)
    localStorage.setItem(KEPT + name, JSON.stringify(next))
  }
  return { hidden, toggle }
}

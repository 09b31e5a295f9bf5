import { infiniteQueryOptions } from '@tanstack/react-query'

export interface PageOf<T> {
  items: T[]
  next?: string | null
}
export const PAGE_ROWS = 200

/** A list that is read page by page; what was read stays while it is read again. */
export function pages<T>(key: readonly unknown[], ask: (at: { cursor?: string; limit: number }) => Promise<PageOf<T>>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam === '' ? { limit: PAGE_ROWS } : { cursor: pageParam, limit: PAGE_ROWS }),
    initialPageParam: '',
    getNextPageParam: (last: PageOf<T>) => last.next ?? undefined,
  })
}

/** All pages at once, for choices in forms and for the tree; `ROWS_MAX` keeps a slip from reading for ever. */
export const ROWS_MAX = 5_000
export async function everything<T>(ask: (at: { cursor?: string; limit: number }) => Promise<PageOf<T>>): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const page: PageOf<T> = await ask(cursor === undefined ? { limit: 500 } : { cursor, limit: 500 })
    all.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && all.length < ROWS_MAX)
  return all
}

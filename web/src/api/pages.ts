import { infiniteQueryOptions } from '@tanstack/react-query'
import { some } from './client'

export interface PageOf<T> {
  items: T[]
  next?: string | null
}
export const PAGE_ROWS = 200

/** Where a list comes from: what an export reads again and what "copy as" writes down. */
export interface Source {
  path: string
  query: Record<string, string | number | boolean>
}
type Ask<T> = (at: { cursor?: string; limit: number }) => Promise<PageOf<T>>

/** A list that is read page by page; what was read stays while it is read again. */
export function pages<T>(key: readonly unknown[], source: Source, ask: Ask<T>) {
  const options = infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => ask(pageParam === '' ? { limit: PAGE_ROWS } : { cursor: pageParam, limit: PAGE_ROWS }),
    initialPageParam: '',
    getNextPageParam: (last: PageOf<T>) => last.next ?? undefined,
  })
  return { ...options, source, ask }
}
export type Paged<T> = ReturnType<typeof pages<T>>
export const from = (path: string, filter: object = {}): Source => ({ path: `/api/v1/${path}`, query: { ...some(filter) } })

/** All pages at once, for choices in forms and for the tree; `ROWS_MAX` keeps a slip from reading for ever. */
export const ROWS_MAX = 5_000
export async function everything<T>(ask: Ask<T>): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const page: PageOf<T> = await ask(cursor === undefined ? { limit: 500 } : { cursor, limit: 500 })
    all.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && all.length < ROWS_MAX)
  return all
}

/** Every page of an export, 500 rows at a time, up to `EXPORT_ROWS_MAX`; `told` hears how many there are so far. */
export const EXPORT_ROWS_MAX = 20_000
export async function readAll<T>(ask: Ask<T>, signal: AbortSignal, told: (rows: number) => void): Promise<{ rows: T[]; isWhole: boolean }> {
  const rows: T[] = []
  let cursor: string | undefined
  do {
    const page: PageOf<T> = await ask(cursor === undefined ? { limit: 500 } : { cursor, limit: 500 })
    signal.throwIfAborted()
    rows.push(...page.items)
    cursor = page.next ?? undefined
    told(rows.length)
  } while (cursor !== undefined && rows.length < EXPORT_ROWS_MAX)
  return { rows: rows.slice(0, EXPORT_ROWS_MAX), isWhole: cursor === undefined && rows.length <= EXPORT_ROWS_MAX }
}

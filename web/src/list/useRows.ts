import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type Paged, ROWS_MAX, readAll, type Source } from '../api/pages'

/** Where the rows of a list come from, for an export of all that match and for the command that asks the same. */
export interface Origin<T> {
  source: Source
  read: (signal: AbortSignal, told: (rows: number) => void) => Promise<{ rows: readonly T[]; isWhole: boolean }>
  /** The API's own object of a row; the row itself when not given. */
  raw?: (row: T) => unknown
}

/**
 * The rows of a paged list. `keep` is a filter that the API does not know: while it is set the pages go on being read, up to `ROWS_MAX`, so
 * that nothing that matches stays on an unread page.
 */
export function useRows<T>(list: Paged<T>, keep?: (row: T) => boolean) {
  const query = useInfiniteQuery(list)
  const all = query.data?.pages.flatMap((page) => page.items) ?? []
  const isShort = keep !== undefined && query.hasNextPage && !query.isFetchingNextPage && all.length < ROWS_MAX
  const { fetchNextPage } = query
  // Reading on is an act on the server, outside React.
  useEffect(() => {
    if (isShort) void fetchNextPage()
  }, [isShort, fetchNextPage])
  const origin: Origin<T> = {
    source: list.source,
    read: async (signal, told) => {
      const read = await readAll(list.ask, signal, told)
      return keep ? { ...read, rows: read.rows.filter(keep) } : read
    },
  }
  return { query, all, rows: keep ? all.filter(keep) : all, origin }
}

/** For a list that is loaded whole. */
export const whole = <T>(source: Source, rows: readonly T[], raw?: (row: T) => unknown): Origin<T> => ({
  source,
  read: async () => ({ rows, isWhole: true }),
  ...(raw ? { raw } : {}),
})

/** The same rows in another dress. */
export const dressed = <T, U>(origin: Origin<T>, dress: (row: T) => U, raw: (row: U) => unknown): Origin<U> => ({
  source: origin.source,
  read: async (signal, told) => {
    const read = await origin.read(signal, told)
    return { rows: read.rows.map(dress), isWhole: read.isWhole }
  },
  raw,
})

/** Whether any of the words holds what is sought. */
export const holds = (sought: string, words: readonly (string | null | undefined)[]) =>
  sought.trim() === '' || words.some((word) => word?.toLowerCase().includes(sought.trim().toLowerCase()))

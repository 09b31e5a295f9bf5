import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

/** How one search parameter is read; an invalid value is dropped, so a bent link still opens. */
export interface Param<T> {
  read: (text: string | null) => T
}
export const text = (): Param<string> => ({ read: (value) => value ?? '' })
export const choice = <const T extends string, D extends string>(values: readonly T[], fallback: D): Param<T | D> => ({
  read: (value) => values.find((each) => each === value) ?? fallback,
})

type Values<S extends Record<string, Param<unknown>>> = { [K in keyof S]: ReturnType<S[K]['read']> }

const isWhole = <S extends Record<string, Param<unknown>>>(view: object, spec: S): view is Values<S> => Object.keys(spec).every((name) => name in view)

export function readView<S extends Record<string, Param<unknown>>>(spec: S, params: URLSearchParams): Values<S> {
  const view: object = Object.fromEntries(Object.entries(spec).map(([name, param]) => [name, param.read(params.get(name))]))
  if (!isWhole(view, spec)) throw new Error('a view has a value for each of its parameters')
  return view
}

/** Parameters that choose what is shown beside the rows, not which rows. */
const BESIDE = new Set(['open', 'tab', 'range', 'add', 'kiosk'])

/** The page's view: what the URL says. `set` writes it, `replace` while typing. */
export function useView<S extends Record<string, Param<unknown>>>(spec: S) {
  const [params, setParams] = useSearchParams()
  const view = useMemo(() => readView(spec, params), [spec, params])
  const set = useCallback(
    (change: { [K in keyof S]?: string }, replace = false) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          for (const [name, value] of Object.entries(change)) {
            if (typeof value === 'string' && value !== '') next.set(name, value)
            else next.delete(name)
          }
          return next
        },
        { replace },
      )
    },
    [setParams],
  )
  return { view, set, isFiltered: [...params.keys()].some((name) => !BESIDE.has(name)) }
}

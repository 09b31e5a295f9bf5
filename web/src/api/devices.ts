import { queryOptions } from '@tanstack/react-query'
import { client, done, got, ifMatch, once, some } from './client'
import type { DeviceState } from './nouns'
import { everything, from, pages } from './pages'
import type { components } from './schema'

type Input = components['schemas']['DeviceInput']
type Patch = components['schemas']['DevicePatch']
const key = ['devices']
const path = (id: string) => ({ path: { id } })
export const devices = {
  key,
  list: (filter: { state?: DeviceState | ''; client?: string; site?: string; q?: string }) =>
    pages([...key, 'list', filter], from('devices', filter), (at) => got(client.GET('/api/v1/devices', { params: { query: { ...some(filter), ...at } } }))),
  all: queryOptions({ queryKey: [...key, 'all'], queryFn: () => everything((at) => got(client.GET('/api/v1/devices', { params: { query: at } }))) }),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/devices/{id}', { params: path(id) })) }),
  interfaces: (id: string) =>
    queryOptions({
      queryKey: [...key, 'interfaces', id],
      queryFn: () => everything((at) => got(client.GET('/api/v1/devices/{id}/interfaces', { params: { ...path(id), query: at } }))),
    }),
  create: (body: Input, idempotency: string) => got(client.POST('/api/v1/devices', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Patch) => got(client.PATCH('/api/v1/devices/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  remove: (id: string) => done(client.DELETE('/api/v1/devices/{id}', { params: path(id) })),
}
export interface Span {
  from: string
  to: string
  points: number
}
const seriesKey = ['series']
export const series = {
  key: seriesKey,
  /** `seconds` back from now; asked again by the page's own clock, never by an event. */
  last: (object: string, metric: string, seconds: number) =>
    queryOptions({
      queryKey: [...seriesKey, object, metric, seconds],
      queryFn: () => {
        const to = Date.now()
        const span: Span = { from: new Date(to - seconds * 1000).toISOString(), to: new Date(to).toISOString(), points: 300 }
        return got(client.GET('/api/v1/series', { params: { query: { object, metric, ...span } } }))
      },
      refetchInterval: 15_000,
    }),
  /** A fixed piece of time, in seconds since 1970: a shared link shows the same. */
  between: (object: string, metric: string, from: number, to: number) =>
    queryOptions({
      queryKey: [...seriesKey, object, metric, from, to],
      queryFn: () => {
        const span: Span = { from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString(), points: 300 }
        return got(client.GET('/api/v1/series', { params: { query: { object, metric, ...span } } }))
      },
    }),
}

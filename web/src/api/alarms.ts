import { queryOptions } from '@tanstack/react-query'
import { client, freshKey, got, once, some } from './client'
import type { Alarm, AlarmClass, AlarmState, Severity } from './nouns'
import { from, PAGE_ROWS, pages } from './pages'

export interface AlarmFilter {
  state?: AlarmState
  severity?: Severity | ''
  class?: AlarmClass | ''
  client?: string
  device?: string
  acked?: boolean
  muted?: boolean
}
const key = ['alarms']
const path = (id: string) => ({ path: { id } })
export const alarms = {
  key,
  list: (filter: AlarmFilter) =>
    pages<Alarm>([...key, 'list', filter], from('alarms', filter), (at) =>
      got(client.GET('/api/v1/alarms', { params: { query: { ...some(filter), ...at } } })),
    ),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/alarms/{id}', { params: path(id) })) }),
  ack: ({ id, note }: { id: string; note: string }) =>
    got(client.POST('/api/v1/alarms/{id}/ack', { params: path(id), body: some({ note }), headers: once(freshKey()) })),
  unack: ({ id }: { id: string }) => got(client.POST('/api/v1/alarms/{id}/unack', { params: path(id), body: {}, headers: once(freshKey()) })),
}
/** What clients are told as the number of their incident. The same as `reference()` in crates/texts/src/notice.rs: the API does not give it. */
export const reference = (incident: string) => `INC-${incident.slice(-8)}`

const incidentsKey = ['incidents']
export const incidents = {
  key: incidentsKey,
  /** For the palette: the API cannot be asked by the reference. */
  latest: queryOptions({
    queryKey: [...incidentsKey, 'latest'],
    queryFn: () => got(client.GET('/api/v1/incidents', { params: { query: { limit: PAGE_ROWS } } })),
  }),
  one: (id: string) => queryOptions({ queryKey: [...incidentsKey, id], queryFn: () => got(client.GET('/api/v1/incidents/{id}', { params: path(id) })) }),
}

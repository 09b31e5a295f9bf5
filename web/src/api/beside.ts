import { client, done, freshKey, got, ifMatch, once, some } from './client'
import { from, pages } from './pages'
import type { components } from './schema'

type Schemas = components['schemas']
export type Source = Schemas['ListOf_SourceView']['items'][number]
export type SourceKind = Schemas['SourceKind']
export type Signal = Schemas['ListOf_SignalView']['items'][number]
export type SignalState = Schemas['SignalState']
const path = (id: string) => ({ path: { id } })

const sourcesKey = ['sources']
export const sources = {
  key: sourcesKey,
  list: () => pages([...sourcesKey, 'list'], from('sources'), (at) => got(client.GET('/api/v1/sources', { params: { query: at } }))),
  create: (body: Schemas['SourceInput'], idempotency: string) => got(client.POST('/api/v1/sources', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['SourcePatch']) =>
    got(client.PATCH('/api/v1/sources/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  renew: (id: string) => got(client.POST('/api/v1/sources/{id}/secret', { params: path(id), body: {}, headers: once(freshKey()) })),
  remove: (id: string) => done(client.DELETE('/api/v1/sources/{id}', { params: path(id) })),
}

const signalsKey = ['signals']
export const signals = {
  key: signalsKey,
  list: (filter: { source?: string; state?: SignalState | ''; unmapped?: boolean }) =>
    pages([...signalsKey, 'list', filter], from('signals', filter), (at) =>
      got(client.GET('/api/v1/signals', { params: { query: { ...some(filter), ...at } } })),
    ),
  map: (id: string, body: Schemas['MapInput'], idempotency: string) =>
    got(client.POST('/api/v1/signals/{id}/map', { params: path(id), body, headers: once(idempotency) })),
}

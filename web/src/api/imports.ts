import { queryOptions } from '@tanstack/react-query'
import { client, freshKey, got, once, some } from './client'
import { from, pages } from './pages'
import type { components } from './schema'

type Schemas = components['schemas']
export type Import = Schemas['ListOf_ImportView']['items'][number]
export type ImportRow = Schemas['ListOf_ImportRowView']['items'][number]
export type ImportFormat = Schemas['ImportFormat']
export type ImportState = Schemas['ImportState']
export type ImportVerdict = Schemas['ImportVerdict']
export type ImportOutcome = Schemas['ImportOutcome']
const path = (id: string) => ({ path: { id } })
const again = () => ({ headers: once(freshKey()) })

const key = ['imports']
export const imports = {
  key,
  list: () => pages([...key, 'list'], from('imports'), (at) => got(client.GET('/api/v1/imports', { params: { query: at } }))),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/imports/{id}', { params: path(id) })) }),
  rows: (id: string, filter: { verdict?: ImportVerdict | '' }) =>
    pages([...key, 'rows', id, filter], from(`imports/${id}/rows`, filter), (at) =>
      got(client.GET('/api/v1/imports/{id}/rows', { params: { ...path(id), query: { ...some(filter), ...at } } })),
    ),
  create: (body: Schemas['ImportInput'], idempotency: string) => got(client.POST('/api/v1/imports', { body, headers: once(idempotency) })),
  apply: (id: string, accept_bad: boolean) => got(client.POST('/api/v1/imports/{id}/apply', { params: path(id), body: { accept_bad }, ...again() })),
  discard: (id: string) => got(client.POST('/api/v1/imports/{id}/discard', { params: path(id), body: {}, ...again() })),
  undo: (id: string) => got(client.POST('/api/v1/imports/{id}/undo', { params: path(id), body: {}, ...again() })),
}

import { queryOptions } from '@tanstack/react-query'
import { client, freshKey, got, once, some } from './client'
import type { Line, NoticeState, TicketState } from './nouns'
import { from, pages } from './pages'

const path = (id: string) => ({ path: { id } })
const key = ['tickets']
export const tickets = {
  key,
  list: (filter: { state?: TicketState | ''; line?: Line | '' }) =>
    pages([...key, 'list', filter], from('tickets', filter), (at) => got(client.GET('/api/v1/tickets', { params: { query: { ...some(filter), ...at } } }))),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/tickets/{id}', { params: path(id) })) }),
  ack: ({ id }: { id: string }) => got(client.POST('/api/v1/tickets/{id}/ack', { params: path(id), body: {}, headers: once(freshKey()) })),
  note: ({ id, text }: { id: string; text: string }, idempotency: string) =>
    got(client.POST('/api/v1/tickets/{id}/notes', { params: path(id), body: { text }, headers: once(idempotency) })),
  resolve: ({ id, note }: { id: string; note: string }, idempotency: string) =>
    got(client.POST('/api/v1/tickets/{id}/resolve', { params: path(id), body: some({ note }), headers: once(idempotency) })),
}

const noticesKey = ['notices']
export const notices = {
  key: noticesKey,
  list: (filter: { state?: NoticeState | ''; incident?: string; client?: string }) =>
    pages([...noticesKey, 'list', filter], from('notices', filter), (at) =>
      got(client.GET('/api/v1/notices', { params: { query: { ...some(filter), ...at } } })),
    ),
  one: (id: string) => queryOptions({ queryKey: [...noticesKey, 'one', id], queryFn: () => got(client.GET('/api/v1/notices/{id}', { params: path(id) })) }),
  release: ({ id }: { id: string }) => got(client.POST('/api/v1/notices/{id}/release', { params: path(id), body: {}, headers: once(freshKey()) })),
  releaseHeld: () => got(client.POST('/api/v1/notices/release', { body: { state: 'held' }, headers: once(freshKey()) })),
  withdraw: ({ id }: { id: string }) => got(client.POST('/api/v1/notices/{id}/withdraw', { params: path(id), body: {}, headers: once(freshKey()) })),
  correct: ({ id, text }: { id: string; text: string }, idempotency: string) =>
    got(client.POST('/api/v1/notices/{id}/correction', { params: path(id), body: { text }, headers: once(idempotency) })),
}

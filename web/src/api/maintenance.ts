import { queryOptions } from '@tanstack/react-query'
import { client, freshKey, got, ifMatch, once, some } from './client'
import type { MaintenanceInput, MaintenanceState } from './contract3'
import { from, pages } from './pages'

const path = (id: string) => ({ path: { id } })
const key = ['maintenance']
export const maintenance = {
  key,
  list: (filter: { state?: MaintenanceState | ''; device?: string; from?: string; to?: string }) =>
    pages([...key, 'list', filter], from('maintenances', filter), (at) =>
      got(client.GET('/api/v1/maintenances', { params: { query: { ...some(filter), ...at } } })),
    ),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/maintenances/{id}', { params: path(id) })) }),
  preview: (body: Pick<MaintenanceInput, 'starts_at' | 'ends_at' | 'objects'>) =>
    queryOptions({ queryKey: [...key, 'preview', body], queryFn: () => got(client.POST('/api/v1/maintenances/preview', { body })) }),
  create: (body: MaintenanceInput, idempotency: string) => got(client.POST('/api/v1/maintenances', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Partial<MaintenanceInput>) =>
    got(client.PATCH('/api/v1/maintenances/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  cancel: ({ id }: { id: string }) => got(client.POST('/api/v1/maintenances/{id}/cancel', { params: path(id), body: {}, headers: once(freshKey()) })),
  end: ({ id }: { id: string }) => got(client.POST('/api/v1/maintenances/{id}/end', { params: path(id), body: {}, headers: once(freshKey()) })),
}

import { queryOptions } from '@tanstack/react-query'
import { client, freshKey, got, once, some } from './client'
import { from, pages } from './pages'

const path = (id: string) => ({ path: { id } })
const key = ['configs']
export const configs = {
  key,
  list: (filter: { device?: string; client?: string; since?: string }) =>
    pages([...key, 'list', filter], from('configs', filter), (at) => got(client.GET('/api/v1/configs', { params: { query: { ...some(filter), ...at } } }))),
  /** The last few, for the wall. */
  latest: queryOptions({ queryKey: [...key, 'latest'], queryFn: () => got(client.GET('/api/v1/configs', { params: { query: { limit: 12 } } })) }),
  /** A revision never changes: it is read once. */
  one: (id: string) =>
    queryOptions({
      queryKey: ['config', id],
      queryFn: () => got(client.GET('/api/v1/configs/{id}', { params: path(id) })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  diff: (id: string, base: string) =>
    queryOptions({
      queryKey: ['config', id, 'diff', base],
      queryFn: () => got(client.GET('/api/v1/configs/{id}/diff', { params: { ...path(id), query: some({ base }) } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
}

const backupKey = ['backup']
export const backup = {
  key: backupKey,
  of: (device: string) =>
    queryOptions({ queryKey: [...backupKey, device], queryFn: () => got(client.GET('/api/v1/devices/{id}/backup', { params: path(device) })) }),
  now: ({ device }: { device: string }) => got(client.POST('/api/v1/devices/{id}/backup', { params: path(device), body: {}, headers: once(freshKey()) })),
  accept: ({ device, fingerprint }: { device: string; fingerprint: string }) =>
    got(client.POST('/api/v1/devices/{id}/host-key', { params: path(device), body: { accept: fingerprint }, headers: once(freshKey()) })),
}

import { queryOptions } from '@tanstack/react-query'
import { client, got } from './client'
import type { components } from './schema'

export type System = components['schemas']['SystemView']
const key = ['system']
export const system = {
  key,
  get: queryOptions({ queryKey: key, queryFn: () => got(client.GET('/api/v1/system')), staleTime: 60_000 }),
  warm: () => got(client.POST('/api/v1/system/warm', { body: {} })),
}

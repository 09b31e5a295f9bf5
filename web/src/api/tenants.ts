import { queryOptions } from '@tanstack/react-query'
import { client, done, got, ifMatch, once, some } from './client'
import { everything, from, pages } from './pages'
import type { components } from './schema'

type Schemas = components['schemas']
const path = (id: string) => ({ path: { id } })

const key = ['tenants']
export const tenants = {
  key,
  all: queryOptions({ queryKey: [...key, 'all'], queryFn: () => everything((at) => got(client.GET('/api/v1/tenants', { params: { query: at } }))) }),
  search: (q: string) =>
    queryOptions({ queryKey: [...key, 'search', q], queryFn: () => got(client.GET('/api/v1/tenants', { params: { query: { q, limit: 20 } } })) }),
  one: (id: string) => queryOptions({ queryKey: [...key, 'one', id], queryFn: () => got(client.GET('/api/v1/tenants/{id}', { params: path(id) })) }),
  create: (body: Schemas['TenantInput'], idempotency: string) => got(client.POST('/api/v1/tenants', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['TenantPatch']) =>
    got(client.PATCH('/api/v1/tenants/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
}

const contactsKey = ['contacts']
export const contacts = {
  key: contactsKey,
  of: (tenant: string) =>
    pages([...contactsKey, tenant], from('contacts', { tenant }), (at) =>
      got(client.GET('/api/v1/contacts', { params: { query: { ...some({ tenant }), ...at } } })),
    ),
  create: (body: Schemas['ContactInput'], idempotency: string) => got(client.POST('/api/v1/contacts', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['ContactPatch']) =>
    got(client.PATCH('/api/v1/contacts/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  remove: (id: string) => done(client.DELETE('/api/v1/contacts/{id}', { params: path(id) })),
}

const servicesKey = ['services']
export const services = {
  key: servicesKey,
  of: (id: string) =>
    pages([...servicesKey, id], from('services', { client: id }), (at) =>
      got(client.GET('/api/v1/services', { params: { query: { ...some({ client: id }), ...at } } })),
    ),
  every: pages([...servicesKey, 'every'], from('services'), (at) => got(client.GET('/api/v1/services', { params: { query: at } }))),
  create: (body: Schemas['ServiceInput'], idempotency: string) => got(client.POST('/api/v1/services', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['ServicePatch']) =>
    got(client.PATCH('/api/v1/services/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  remove: (id: string) => done(client.DELETE('/api/v1/services/{id}', { params: path(id) })),
}

import { queryOptions } from '@tanstack/react-query'
import { client, done, got, ifMatch, once, some } from './client'
import { everything, from, pages } from './pages'
import type { components } from './schema'

type Schemas = components['schemas']
const path = (id: string) => ({ path: { id } })

const peopleKey = ['people']
export const people = {
  key: peopleKey,
  list: () => pages([...peopleKey, 'list'], from('users'), (at) => got(client.GET('/api/v1/users', { params: { query: at } }))),
  invite: (body: Schemas['UserInput'], idempotency: string) => got(client.POST('/api/v1/users', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['UserPatch']) =>
    got(client.PATCH('/api/v1/users/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
}

const credentialsKey = ['credentials']
export const credentials = {
  key: credentialsKey,
  list: () => pages([...credentialsKey, 'list'], from('credentials'), (at) => got(client.GET('/api/v1/credentials', { params: { query: at } }))),
  all: queryOptions({
    queryKey: [...credentialsKey, 'all'],
    queryFn: () => everything((at) => got(client.GET('/api/v1/credentials', { params: { query: at } }))),
  }),
  create: (body: Schemas['CredentialInput'], idempotency: string) => got(client.POST('/api/v1/credentials', { body, headers: once(idempotency) })),
  change: (id: string, version: number, body: Schemas['CredentialPatch']) =>
    got(client.PATCH('/api/v1/credentials/{id}', { params: { ...path(id), header: ifMatch(version) }, body })),
  remove: (id: string) => done(client.DELETE('/api/v1/credentials/{id}', { params: path(id) })),
}

const collectorsKey = ['collectors']
export const collectors = {
  key: collectorsKey,
  list: () => pages([...collectorsKey, 'list'], from('collectors'), () => got(client.GET('/api/v1/collectors'))),
}

const settingsKey = ['settings']
export const settings = {
  key: settingsKey,
  get: queryOptions({ queryKey: settingsKey, queryFn: () => got(client.GET('/api/v1/settings')) }),
  change: (version: number, body: Schemas['SettingsPatch']) => got(client.PATCH('/api/v1/settings', { params: { header: ifMatch(version) }, body })),
}

const auditKey = ['audit']
export const audit = {
  key: auditKey,
  list: (filter: { object?: string }) =>
    pages([...auditKey, filter], from('audit', filter), (at) => got(client.GET('/api/v1/audit', { params: { query: { ...some(filter), ...at } } }))),
  verify: () => got(client.GET('/api/v1/audit/verify')),
}

const summaryKey = ['summary']
export const summary = {
  key: summaryKey,
  get: queryOptions({ queryKey: summaryKey, queryFn: () => got(client.GET('/api/v1/summary')) }),
}

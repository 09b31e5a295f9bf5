import { queryOptions } from '@tanstack/react-query'
import { client, done, got, once } from './client'
import { from, pages } from './pages'
import type { components } from './schema'

type Schemas = components['schemas']
export type OpenSession = Schemas['ListOf_OpenSessionView']['items'][number]
export type Token = Schemas['ListOf_TokenView']['items'][number]
export type Enrolment = Schemas['EnrolmentView']
const path = (id: string) => ({ path: { id } })

const sessionsKey = ['sessions']
export const openSessions = {
  key: sessionsKey,
  list: queryOptions({ queryKey: sessionsKey, queryFn: () => got(client.GET('/api/v1/sessions')) }),
  end: ({ id }: { id: string }) => done(client.DELETE('/api/v1/sessions/{id}', { params: path(id) })),
  endOthers: () => done(client.DELETE('/api/v1/sessions/others')),
}

const tokensKey = ['tokens']
export const tokens = {
  key: tokensKey,
  list: () => pages([...tokensKey, 'list'], from('tokens'), () => got(client.GET('/api/v1/tokens'))),
  create: (body: Schemas['TokenInput'], idempotency: string) => got(client.POST('/api/v1/tokens', { body, headers: once(idempotency) })),
  revoke: (id: string) => done(client.DELETE('/api/v1/tokens/{id}', { params: path(id) })),
}

const factorKey = ['second-factor']
export const factor = {
  key: factorKey,
  get: queryOptions({ queryKey: factorKey, queryFn: () => got(client.GET('/api/v1/me/second-factor')) }),
  begin: (password: string) => got(client.POST('/api/v1/me/second-factor', { body: { password } })),
  confirm: (code: string) => got(client.POST('/api/v1/me/second-factor/confirm', { body: { code } })),
  remove: (body: { password: string; code: string }) => done(client.POST('/api/v1/me/second-factor/remove', { body })),
  removeOf: (person: string) => done(client.POST('/api/v1/users/{id}/second-factor/remove', { params: path(person), body: {} })),
}

export const resets = {
  ask: (email: string) => done(client.POST('/api/v1/password-resets', { body: { email } })),
  accept: (body: { token: string; password: string }) => done(client.POST('/api/v1/password-resets/accept', { body })),
  hand: (person: string) => got(client.POST('/api/v1/users/{id}/password-reset', { params: path(person), body: {} })),
}

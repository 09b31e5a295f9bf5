import { queryOptions } from '@tanstack/react-query'
import { client, done, got, isProblem, rememberCsrf } from './client'
import type { Language, Me } from './nouns'

const key = ['me']
/** Whether this browser has logged in: the cookie itself is not readable, and asking without one would be refused aloud. */
const HINT = 'polyot.session'
function opened(csrf: string) {
  localStorage.setItem(HINT, 'open')
  rememberCsrf(csrf)
}
function closed() {
  localStorage.removeItem(HINT)
  rememberCsrf('')
}

export const session = {
  key,
  /** Who is logged in; null when nobody is. */
  me: queryOptions<Me | null>({
    queryKey: key,
    queryFn: async () => {
      if (localStorage.getItem(HINT) === null) return null
      try {
        const me = await got(client.GET('/api/v1/me'))
        rememberCsrf(me.csrf)
        return me
      } catch (error) {
        if (isProblem(error) && error.status === 401) {
          closed()
          return null
        }
        throw error
      }
    },
    staleTime: 60_000,
  }),
  setup: queryOptions({ queryKey: ['setup'], queryFn: () => got(client.GET('/api/v1/setup')), staleTime: 0 }),
  async begin(body: { email: string; password: string; code?: string }) {
    opened((await got(client.POST('/api/v1/sessions', { body }))).csrf)
  },
  async setUp(body: { token?: string; email: string; password: string; provider: { name: string }; language: Language; tz: string }) {
    opened((await got(client.POST('/api/v1/setup', { body }))).csrf)
  },
  async accept(body: { token: string; password: string }) {
    opened((await got(client.POST('/api/v1/invitations/accept', { body }))).csrf)
  },
  async end() {
    await done(client.DELETE('/api/v1/sessions/current'))
    closed()
  },
}

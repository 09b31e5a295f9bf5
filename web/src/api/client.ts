import createClient from 'openapi-fetch'
import type { Paths3 } from './contract3'
import type { components, paths } from './schema'

type ProblemBody = components['schemas']['Problem']
export interface FieldProblem {
  field: string
  code: string
  detail: string
}

/** What the server refused, or that it could not be asked (`code: 'offline'`). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string | null
  readonly fields: readonly FieldProblem[]

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.title ?? body.code ?? `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? 'internal'
    this.detail = body.detail ?? ''
    this.requestId = body.request_id ?? null
    this.fields = body.errors ?? []
  }
}

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem
}

let csrf = ''
/** The token that a write by cookie must carry; it comes with `/me` and with a new session. */
export function rememberCsrf(token: string | null | undefined) {
  csrf = token ?? ''
}

/** Asked at each call so that a test may lay its own. */
async function ask(request: Request): Promise<Response> {
  try {
    return await globalThis.fetch(request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'offline', title: 'offline' })
  }
}

export const client = createClient<paths & Paths3>({ baseUrl: globalThis.location?.origin ?? 'http://localhost', credentials: 'same-origin', fetch: ask })
client.use({
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf !== '') request.headers.set('x-csrf-token', csrf)
    return request
  },
})

function isBody(error: unknown): error is Partial<ProblemBody> {
  return typeof error === 'object' && error !== null
}

/** The data of an answer, or the problem thrown. */
export async function got<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer
  if (!response.ok) throw new Problem(response.status, isBody(error) ? error : {})
  if (data === undefined) throw new Problem(response.status, { code: 'internal', title: 'empty answer' })
  return data
}

/** For answers without a body (204). */
export async function done(answer: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await answer
  if (!response.ok) throw new Problem(response.status, isBody(error) ? error : {})
}

type Some<T> = { [K in keyof T]?: Exclude<T[K], undefined | ''> }
/** Without the empty fields: an absent filter is not sent. */
export function some<T extends object>(from: T): Some<T> {
  const kept: Some<T> = JSON.parse(JSON.stringify(from, (_key, value: unknown) => (value === '' ? undefined : value)))
  return kept
}

/** One key per form or button press, so that a repeated send makes one object. Works without TLS, unlike randomUUID. */
export function freshKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
export const once = (key: string) => ({ 'Idempotency-Key': key })
export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` })

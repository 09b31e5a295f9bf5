import type { Key, Say } from '../i18n/i18n'
import { isProblem } from './client'

const BY_CODE: Record<string, Key> = {
  offline: 'problem.offline',
  not_found: 'problem.not_found',
  forbidden: 'problem.forbidden',
  unauthenticated: 'problem.unauthenticated',
  bad_input: 'problem.bad_input',
  conflict: 'problem.conflict',
  stale_version: 'problem.stale_version',
  precondition_required: 'problem.stale_version',
  too_large: 'problem.too_large',
  csrf: 'problem.csrf',
  rate_limited: 'problem.rate_limited',
  unavailable: 'problem.unavailable',
  internal: 'problem.internal',
  bad_credentials: 'problem.bad_credentials',
  import_has_bad_rows: 'fault.import_has_bad_rows',
}
const FIELD_BY_CODE: Record<string, Key> = {
  required: 'field.required',
  too_long: 'field.too_long',
  too_short: 'field.too_short',
  bad_email: 'field.bad_email',
  bad_address: 'field.bad_address',
  bad_id: 'field.bad_choice',
  unknown_word: 'field.bad_choice',
  out_of_range: 'field.out_of_range',
  taken: 'field.taken',
  name_taken: 'field.taken',
  wrong: 'second.password_wrong',
  second_factor_wrong: 'second.wrong',
  ambiguous: 'fault.ambiguous',
  address_taken: 'fault.address_taken',
  bad_value: 'fault.bad_value',
  bad_format: 'fault.bad_format',
  bad_number: 'fault.bad_number',
  doubled: 'fault.doubled',
  not_found: 'fault.not_found',
  not_allowed: 'fault.not_allowed',
  columns: 'fault.columns',
  bad_csv: 'fault.bad_file',
  bad_json: 'fault.bad_file',
  bad_encoding: 'fault.bad_encoding',
  control_character: 'field.control_character',
}

export interface ProblemWords {
  title: string
  detail: string
  requestId: string | null
}

/** What went wrong, by code; the server's own title when the code is new to us. */
export function problemWords(say: Say, error: unknown): ProblemWords {
  if (!isProblem(error)) return { title: say('problem.internal'), detail: '', requestId: null }
  const key = BY_CODE[error.code]
  return { title: key ? say(key) : error.message, detail: error.code === 'offline' ? '' : error.detail, requestId: error.requestId }
}

export function fieldWords(say: Say, code: string, detail: string): string {
  const key = FIELD_BY_CODE[code]
  return key ? say(key) : detail || code
}

/** A verb that the object does not allow: why. */
export function reasonWords(say: Say, can: boolean | string | undefined): string | null {
  if (can === true) return null
  if (can === 'state') return say('can.state')
  return say('can.role')
}

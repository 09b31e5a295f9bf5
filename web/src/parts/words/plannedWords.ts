import type { BackupProblem, BackupView, MaintenanceState } from '../../api/contract3'
import type { Key } from '../../i18n/i18n'
import type { Tone } from './words'

/** Vocabularies of maintenance and backup; apart from words.ts because the first page shows none of them. */
interface Word {
  text: Key
  tone: Tone
  glyph: string
}
export const MAINTENANCE_STATE: Record<MaintenanceState, Word> = {
  planned: { text: 'maintenance.state.planned', tone: 'info', glyph: '◌' },
  running: { text: 'maintenance.state.running', tone: 'warning', glyph: '●' },
  ended: { text: 'maintenance.state.ended', tone: 'ok', glyph: '✓' },
  cancelled: { text: 'maintenance.state.cancelled', tone: 'unknown', glyph: '×' },
}
export const BACKUP_STATE: Record<BackupView['state'], Word> = {
  never: { text: 'configs.state.never', tone: 'unknown', glyph: '◌' },
  queued: { text: 'configs.state.queued', tone: 'info', glyph: '◐' },
  running: { text: 'configs.state.running', tone: 'info', glyph: '◐' },
  ok: { text: 'configs.state.ok', tone: 'ok', glyph: '✓' },
  failed: { text: 'configs.state.failed', tone: 'major', glyph: '◆' },
  impossible: { text: 'configs.state.impossible', tone: 'unknown', glyph: '×' },
}

export const BACKUP_PROBLEM: Record<BackupProblem, Key> = {
  connect: 'backup_problem.connect',
  login: 'backup_problem.login',
  login_paused: 'backup_problem.login_paused',
  host_key_changed: 'backup_problem.host_key_changed',
  algorithms: 'backup_problem.algorithms',
  no_prompt: 'backup_problem.no_prompt',
  prompt_changed: 'backup_problem.prompt_changed',
  question: 'backup_problem.question',
  refused: 'backup_problem.refused',
  timeout: 'backup_problem.timeout',
  cut: 'backup_problem.cut',
  truncated: 'backup_problem.truncated',
  too_large: 'backup_problem.too_large',
  no_profile: 'backup_problem.no_profile',
  no_credential: 'backup_problem.no_credential',
  lost: 'backup_problem.lost',
  internal: 'backup_problem.internal',
}

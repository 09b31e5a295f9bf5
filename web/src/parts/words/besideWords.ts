import type * as beside from '../../api/beside'
import type * as imports from '../../api/imports'
import type { Key } from '../../i18n/i18n'
import type { Tone } from './words'

interface Word {
  text: Key
  tone: Tone
  glyph: string
}
export const SOURCE_KIND: Record<beside.SourceKind, Key> = { alertmanager: 'sources.kind.alertmanager', zabbix: 'sources.kind.zabbix' }
export const SIGNAL_STATE: Record<beside.SignalState, Word> = {
  open: { text: 'signals.open', tone: 'warning', glyph: '●' },
  closed: { text: 'signals.closed', tone: 'ok', glyph: '✓' },
}
export const IMPORT_FORMAT: Record<imports.ImportFormat, Key> = {
  csv: 'imports.format.csv',
  zabbix: 'imports.format.zabbix',
  librenms: 'imports.format.librenms',
  oxidized: 'imports.format.oxidized',
}
export const IMPORT_STATE: Record<imports.ImportState, Word> = {
  previewed: { text: 'imports.state.previewed', tone: 'warning', glyph: '◐' },
  applied: { text: 'imports.state.applied', tone: 'ok', glyph: '✓' },
  discarded: { text: 'imports.state.discarded', tone: 'unknown', glyph: '×' },
  undone: { text: 'imports.state.undone', tone: 'unknown', glyph: '↶' },
}
export const IMPORT_VERDICT: Record<imports.ImportVerdict, Word> = {
  add: { text: 'imports.verdict.add', tone: 'ok', glyph: '+' },
  change: { text: 'imports.verdict.change', tone: 'warning', glyph: '●' },
  same: { text: 'imports.verdict.same', tone: 'info', glyph: '=' },
  conflict: { text: 'imports.verdict.conflict', tone: 'major', glyph: '◆' },
  bad: { text: 'imports.verdict.bad', tone: 'critical', glyph: '▲' },
}
export const IMPORT_VERDICTS: readonly imports.ImportVerdict[] = ['add', 'change', 'same', 'conflict', 'bad']
export const IMPORT_OUTCOME: Record<imports.ImportOutcome, Word> = {
  applied: { text: 'imports.outcome.applied', tone: 'ok', glyph: '✓' },
  left_out: { text: 'imports.outcome.left_out', tone: 'major', glyph: '◆' },
  undone: { text: 'imports.outcome.undone', tone: 'unknown', glyph: '↶' },
  kept: { text: 'imports.outcome.kept', tone: 'info', glyph: '●' },
}

import type * as nouns from '../../api/nouns'
import type { Key } from '../../i18n/i18n'

/** Spelling of every closed vocabulary: word of the API -> sentence, tone, glyph. */
export type Tone = 'critical' | 'major' | 'minor' | 'warning' | 'info' | 'ok' | 'unknown'
interface Word {
  text: Key
  tone: Tone
  glyph: string
}

export const SEVERITY: Record<nouns.Severity, Word> = {
  critical: { text: 'severity.critical', tone: 'critical', glyph: '▲' },
  major: { text: 'severity.major', tone: 'major', glyph: '◆' },
  minor: { text: 'severity.minor', tone: 'minor', glyph: '■' },
  warning: { text: 'severity.warning', tone: 'warning', glyph: '●' },
  indeterminate: { text: 'severity.info', tone: 'info', glyph: 'ℹ' },
  cleared: { text: 'severity.cleared', tone: 'ok', glyph: '✓' },
}
export const SEVERITIES: readonly nouns.Severity[] = ['critical', 'major', 'minor', 'warning', 'indeterminate']
export const rank = (severity: nouns.Severity) => SEVERITIES.indexOf(severity)

export const ALARM_CLASS: Record<nouns.AlarmClass, Key> = {
  unreachable: 'alarm_class.unreachable',
  interface_down: 'alarm_class.interface_down',
  snmp_silent: 'alarm_class.snmp_silent',
  collector_lost: 'alarm_class.collector_lost',
  metric: 'alarm_class.metric',
  external: 'alarm_class.external',
}
export const DEVICE_STATE: Record<nouns.DeviceState, Word> = {
  up: { text: 'state.up', tone: 'ok', glyph: '✓' },
  down: { text: 'state.down', tone: 'critical', glyph: '▲' },
  degraded: { text: 'state.degraded', tone: 'major', glyph: '◆' },
  unknown: { text: 'state.unknown', tone: 'unknown', glyph: '◌' },
}
export const SERVICE_STATE: Record<nouns.Service['state'], Word> = {
  up: { text: 'state.service_up', tone: 'ok', glyph: '✓' },
  down: { text: 'state.service_down', tone: 'critical', glyph: '▲' },
  unknown: { text: 'state.service_unknown', tone: 'unknown', glyph: '◌' },
}
export const TICKET_STATE: Record<nouns.TicketState, Word> = {
  new: { text: 'ticket_state.new', tone: 'warning', glyph: '●' },
  in_progress: { text: 'ticket_state.in_progress', tone: 'info', glyph: '◐' },
  resolved: { text: 'ticket_state.resolved', tone: 'ok', glyph: '✓' },
}
export const NOTICE_STATE: Record<nouns.NoticeState, Word> = {
  draft: { text: 'notice_state.draft', tone: 'info', glyph: '✎' },
  held: { text: 'notice_state.held', tone: 'major', glyph: '◆' },
  queued: { text: 'notice_state.queued', tone: 'info', glyph: '◐' },
  sent: { text: 'notice_state.sent', tone: 'ok', glyph: '✓' },
  failed: { text: 'notice_state.failed', tone: 'critical', glyph: '▲' },
  withdrawn: { text: 'notice_state.withdrawn', tone: 'unknown', glyph: '×' },
}
export const NOTICE_KIND: Record<nouns.NoticeKind, Key> = {
  opened: 'notice_kind.opened',
  updated: 'notice_kind.updated',
  restored: 'notice_kind.restored',
  correction: 'notice_kind.correction',
}
export const HOLD_REASON: Record<nouns.HoldReason, Key> = {
  shadow: 'hold_reason.shadow',
  stale_mapping: 'hold_reason.stale_mapping',
  brake_clients: 'hold_reason.brake_clients',
  brake_devices: 'hold_reason.brake_devices',
  cut_off: 'hold_reason.cut_off',
}
export const COLLECTOR_STATE: Record<nouns.CollectorState, Word> = {
  live: { text: 'collector_state.live', tone: 'ok', glyph: '✓' },
  lost: { text: 'collector_state.lost', tone: 'critical', glyph: '▲' },
  cut_off: { text: 'collector_state.cut_off', tone: 'major', glyph: '◆' },
}
export const TENANT_KIND: Record<nouns.TenantKind, Key> = {
  provider: 'tenant_kind.provider',
  partner: 'tenant_kind.partner',
  client: 'tenant_kind.client',
  site: 'tenant_kind.site',
}
export const OWNER: Record<nouns.Owner, Key> = {
  provider: 'owner.provider',
  partner: 'owner.partner',
  client: 'owner.client',
  vendor_loan: 'owner.vendor_loan',
}
export const LANGUAGE: Record<nouns.Language, Key> = { en: 'language.en', ru: 'language.ru' }
export const CREDENTIAL_KIND: Record<nouns.CredentialKind, Key> = {
  snmp_v2c: 'credential_kind.snmp_v2c',
  snmp_v3: 'credential_kind.snmp_v3',
  ssh: 'credential_kind.ssh',
  enable: 'credential_kind.enable',
}
export const ROLE: Record<nouns.Role, Key> = {
  client_user: 'role.client_user',
  client_admin: 'role.client_admin',
  client_finance: 'role.client_finance',
  partner_l1: 'role.partner_l1',
  partner_sales: 'role.partner_sales',
  partner_finance: 'role.partner_finance',
  partner_admin: 'role.partner_admin',
  provider_l1: 'role.provider_l1',
  provider_l2: 'role.provider_l2',
  provider_l3: 'role.provider_l3',
  shift_lead: 'role.shift_lead',
  provider_billing: 'role.provider_billing',
  provider_admin: 'role.provider_admin',
  auditor: 'role.auditor',
}
export const OPER: Record<NonNullable<nouns.Iface['oper']>, Word> = {
  up: { text: 'oper.up', tone: 'ok', glyph: '✓' },
  down: { text: 'oper.down', tone: 'critical', glyph: '▲' },
  testing: { text: 'oper.testing', tone: 'warning', glyph: '●' },
  unknown: { text: 'oper.unknown', tone: 'unknown', glyph: '◌' },
  dormant: { text: 'oper.dormant', tone: 'info', glyph: '●' },
  not_present: { text: 'oper.not_present', tone: 'info', glyph: '○' },
  lower_layer_down: { text: 'oper.lower_layer_down', tone: 'major', glyph: '◆' },
}
/** Down by order is not a fault. */
export const ADMIN_DOWN: Word = { text: 'oper.admin_down', tone: 'info', glyph: '○' }

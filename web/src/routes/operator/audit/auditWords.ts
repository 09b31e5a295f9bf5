import type { Key, Say } from '../../../i18n/i18n'

/** An act is written `noun.verb`; what is new to us is shown as it is written. */
const NOUN: Record<string, Key> = {
  alarm: 'alarms.one',
  backup: 'audit.noun.backup',
  config: 'audit.noun.config',
  contact: 'audit.noun.contact',
  credential: 'audit.noun.credential',
  device: 'devices.one',
  host_key: 'audit.noun.host_key',
  import: 'audit.noun.import',
  maintenance: 'audit.noun.maintenance',
  notice: 'notices.one',
  person: 'audit.noun.person',
  service: 'audit.noun.service',
  session: 'audit.noun.session',
  settings: 'nav.settings',
  source: 'audit.noun.source',
  system: 'audit.noun.system',
  tenant: 'audit.noun.tenant',
  ticket: 'tickets.one',
  token: 'audit.noun.token',
}
const VERB: Record<string, Key> = {
  accepted_invitation: 'audit.verb.accepted_invitation',
  ack: 'audit.verb.ack',
  accepted: 'audit.verb.accepted',
  applied: 'audit.verb.applied',
  cancelled: 'audit.verb.cancelled',
  changed: 'audit.verb.changed',
  correct: 'audit.verb.correct',
  created: 'audit.verb.created',
  ended: 'audit.verb.ended',
  invited: 'audit.verb.invited',
  note: 'audit.verb.note',
  release: 'audit.verb.release',
  removed: 'audit.verb.removed',
  requested: 'audit.verb.requested',
  resolve: 'audit.verb.resolve',
  revoked: 'audit.verb.revoked',
  unack: 'audit.verb.unack',
  undone: 'audit.verb.undone',
  withdraw: 'audit.verb.withdraw',
}
export function actWords(say: Say, action: string): string {
  const [noun = '', verb = ''] = action.split('.')
  const [left, right] = [NOUN[noun], VERB[verb]]
  return left && right ? `${say(left)}: ${say(right)}` : action
}

/** The random end of an id is enough to tell two apart; the whole one is on hover and behind the link. */
export const shortIds = (text: string) => text.replaceAll(/\b([a-z]{3}_)[0-9A-Z]{20}([0-9A-Z]{6})\b/g, '$1…$2')

/** By the last step of the field's path. */
const FIELD: Record<string, Key> = {
  address: 'col.address',
  announces: 'audit.field.announces',
  client: 'col.client',
  clients_per_minute: 'settings.clients_per_minute',
  credentials: 'devices.credentials',
  device: 'col.device',
  devices_min: 'settings.devices_min',
  devices_percent: 'settings.devices_percent',
  email: 'field_name.email',
  endpoints: 'services.ends',
  ends_at: 'audit.field.ends_at',
  grants: 'audit.field.grants',
  hold_s: 'settings.hold_s',
  kind: 'col.kind',
  language: 'col.language',
  name: 'col.name',
  note: 'alarms.note',
  objects: 'audit.field.objects',
  owner: 'devices.owner',
  parent: 'clients.parent',
  parents: 'devices.parents',
  poll_interval_s: 'devices.poll_interval',
  probe_interval_s: 'devices.probe_interval',
  reference_targets: 'settings.references',
  sender: 'clients.brand_sender',
  shadow: 'settings.shadow',
  site: 'col.site',
  snmp_port: 'devices.snmp_port',
  ssh_port: 'devices.ssh_port',
  starts_at: 'audit.field.starts_at',
  state: 'col.state',
  title: 'col.title',
  tz: 'col.tz',
  webhook: 'contacts.webhook',
}
export function fieldName(say: Say, path: string): string {
  const key = FIELD[path.slice(path.lastIndexOf('.') + 1)]
  return key ? say(key) : path
}

import type { Ref } from './nouns'

/** What the server is about to say; written by hand until openapi.json holds it. */
export type Can = boolean | string
export interface ConfigView {
  id: string
  device: Ref
  number: number
  taken_at: string
  seen_at: string
  source: 'schedule' | 'demand'
  by: Ref | null
  profile: string | null
  lines: number
  size_bytes: number
  added: number
  removed: number
  is_latest: boolean
}
export interface ConfigText extends ConfigView {
  text: string
}
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  old: number | null
  new: number | null
  spans: { text: string; changed: boolean }[]
}
export interface DiffHunk {
  section: string | null
  old_start: number
  old_lines: number
  new_start: number
  new_lines: number
  lines: DiffLine[]
}
export interface ConfigDiff {
  base: ConfigView | null
  target: ConfigView
  added: number
  removed: number
  /** Only a masked secret changed. */
  hides_change: boolean
  hunks: DiffHunk[]
}
export type BackupProblem =
  | 'connect'
  | 'login'
  | 'login_paused'
  | 'host_key_changed'
  | 'algorithms'
  | 'no_prompt'
  | 'prompt_changed'
  | 'question'
  | 'refused'
  | 'timeout'
  | 'cut'
  | 'truncated'
  | 'too_large'
  | 'no_profile'
  | 'no_credential'
  | 'lost'
  | 'internal'
export interface BackupView {
  device: Ref
  state: 'never' | 'queued' | 'running' | 'ok' | 'failed' | 'impossible'
  tried_at: string | null
  succeeded_at: string | null
  next_at: string | null
  latest: ConfigView | null
  problem: { code: BackupProblem; detail: string } | null
  tail: string | null
  ssh: { level: 'modern' | 'legacy' | 'ancient'; algorithms: string } | null
  host_key: { state: 'none' | 'pinned' | 'changed'; fingerprint: string | null; offered: string | null }
  can: { back_up: Can; decide: Can }
}
export type MaintenanceState = 'planned' | 'running' | 'ended' | 'cancelled'
export interface MaintenanceView {
  id: string
  title: string
  note: string
  state: MaintenanceState
  starts_at: string
  ends_at: string
  objects: { kind: 'device' | 'site' | 'service'; id: string; name: string }[]
  announces: boolean
  clients: Ref[]
  muted_alarms: number
  created_by: Ref | null
  created_at: string
  version: number
  can: { edit: Can; cancel: Can; end: Can }
}
export type ObjectInput = { device: string } | { site: string } | { service: string }
export interface MaintenanceInput {
  title: string
  note?: string
  starts_at: string
  ends_at: string
  objects: ObjectInput[]
  announces: boolean
}
export interface MaintenancePreview {
  devices: Ref[]
  services: Ref[]
  clients: Ref[]
  contacts: number
  open_alarms: number
}
export interface Evidence {
  kind: 'down' | 'degraded' | 'maintenance'
  from: string
  to: string | null
  counted_s: number
  excluded_s: number
  alarm: Ref | null
  incident: string | null
  device: Ref | null
  interface: string | null
  maintenance: Ref | null
  first_missed_at: string | null
  confirmed_at: string | null
  cleared_at: string | null
  detail: string | null
}
export interface ServiceAvailability {
  service: Ref
  period_s: number
  excluded_s: number
  ast_s: number
  downtime_s: number
  degraded_s: number
  availability_pct: string | null
  availability_pct_6dp: string | null
  evidence: Evidence[]
}
export interface AvailabilityReport {
  client: Ref
  tz: string
  from: string
  to: string
  services: ServiceAvailability[]
}

/** What the objects of before gain. */
export interface AlarmMore {
  muted_by?: Ref | null
}
export interface DeviceMore {
  maintenance?: Ref | null
  profile?: Ref | null
  vendor?: string | null
  model?: string | null
  os?: string | null
  os_version?: string | null
  serial?: string | null
}
export interface MeMore {
  can: { write_maintenance?: Can }
}

interface List<T> {
  items: T[]
  next?: string | null
}
interface PageQuery {
  cursor?: string
  limit?: number
}
interface Reply<R> {
  headers: { [name: string]: unknown }
  content: { 'application/json': R }
}
type In<P> = [P] extends [never] ? { path?: never } : { path: P }
interface Get<R, Q = never, P = never> {
  parameters: { query?: Q; header?: never; cookie?: never } & In<P>
  requestBody?: never
  responses: { 200: Reply<R> }
}
interface Write<B, R, P = never, H = never> {
  parameters: { query?: never; cookie?: never } & In<P> & ([H] extends [never] ? { header?: never } : { header: H })
  requestBody: { content: { 'application/json': B } }
  responses: { 200: Reply<R> }
}
interface ById {
  id: string
}
type Nothing = Record<string, never>
interface MaintenanceQuery extends PageQuery {
  state?: MaintenanceState
  from?: string
  to?: string
  device?: string
}
/** In the form of the generated `paths`, so that dropping this file changes one line of client.ts. */
export interface Paths3 {
  '/api/v1/configs': { get: Get<List<ConfigView>, PageQuery & { device?: string; client?: string; since?: string }> }
  '/api/v1/configs/{id}': { get: Get<ConfigText, never, ById> }
  '/api/v1/configs/{id}/diff': { get: Get<ConfigDiff, { base?: string }, ById> }
  '/api/v1/devices/{id}/backup': { get: Get<BackupView, never, ById>; post: Write<Nothing, BackupView, ById> }
  '/api/v1/devices/{id}/host-key': { post: Write<{ accept: string }, BackupView, ById> }
  '/api/v1/maintenances': { get: Get<List<MaintenanceView>, MaintenanceQuery>; post: Write<MaintenanceInput, MaintenanceView> }
  '/api/v1/maintenances/{id}': {
    get: Get<MaintenanceView, never, ById>
    patch: Write<Partial<MaintenanceInput>, MaintenanceView, ById, { 'If-Match': string }>
  }
  '/api/v1/maintenances/{id}/cancel': { post: Write<Nothing, MaintenanceView, ById> }
  '/api/v1/maintenances/{id}/end': { post: Write<Nothing, MaintenanceView, ById> }
  '/api/v1/maintenances/preview': { post: Write<Pick<MaintenanceInput, 'starts_at' | 'ends_at' | 'objects'>, MaintenancePreview> }
  '/api/v1/reports/availability': { get: Get<AvailabilityReport, { client: string; from: string; to: string }> }
}

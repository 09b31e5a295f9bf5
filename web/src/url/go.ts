/** One function per page; no path is written anywhere else but in routes.ts. */
export const go = {
  home: () => '/alarms',
  setup: () => '/setup',
  login: (next?: string) => (next && next !== '/' ? `/login?next=${encodeURIComponent(next)}` : '/login'),
  wall: () => '/wall',
  alarms: (severity?: string) => (severity ? `/alarms?severity=${severity}` : '/alarms'),
  alarm: (id: string) => `/alarms/${id}`,
  devices: (state?: string) => (state ? `/devices?state=${state}` : '/devices'),
  addDevice: () => '/devices?add=1',
  device: (id: string) => `/devices/${id}`,
  clients: () => '/clients',
  tenant: (id: string) => `/clients/${id}`,
  tickets: () => '/tickets',
  ticket: (id: string) => `/tickets/${id}`,
  notices: (state?: string) => (state ? `/notices?state=${state}` : '/notices'),
  notice: (id: string) => `/notices?open=${id}`,
  maintenances: (state?: string) => (state ? `/maintenance?state=${state}` : '/maintenance'),
  planMaintenance: (about: string) => `/maintenance?add=${about}`,
  maintenance: (id: string) => `/maintenance/${id}`,
  deviceConfigs: (device: string) => `/devices/${device}/configs`,
  configDiff: (id: string, base?: string) => (base ? `/configs/${id}/diff?base=${base}` : `/configs/${id}/diff`),
  availability: (client?: string) => (client ? `/reports/availability?client=${client}` : '/reports/availability'),
  collectors: () => '/collectors',
  account: () => '/account',
  reset: () => '/reset',
  sources: () => '/sources',
  signals: (source?: string) => (source ? `/sources?tab=signals&source=${source}` : '/sources?tab=signals'),
  imports: () => '/imports',
  import: (id: string) => `/imports/${id}`,
  people: () => '/admin/people',
  credentials: () => '/admin/credentials',
  settings: () => '/admin/settings',
  audit: (object?: string) => (object ? `/admin/audit?object=${object}` : '/admin/audit'),
}

/** The page of an object by the prefix of its id; null when it has none. */
export function goObject(id: string): string | null {
  const prefix = id.slice(0, 4)
  if (prefix === 'dev_') return go.device(id)
  if (prefix === 'alm_') return go.alarm(id)
  if (prefix === 'tkt_') return go.ticket(id)
  if (prefix === 'ten_') return go.tenant(id)
  if (prefix === 'mnt_') return go.maintenance(id)
  if (prefix === 'cfg_') return go.configDiff(id)
  if (prefix === 'imt_') return go.import(id)
  if (prefix === 'src_') return go.sources()
  if (prefix === 'ntc_') return go.notice(id)
  return null
}

import type { FetchQueryOptions, QueryClient } from '@tanstack/react-query'
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { matchPath } from 'react-router'
import { settings } from './api/admin'
import { alarms } from './api/alarms'
import { devices } from './api/devices'
import { imports } from './api/imports'
import { maintenance } from './api/maintenance'
import type { Me } from './api/nouns'
import { tickets } from './api/support'
import { tenants } from './api/tenants'
import { type Key, wantPages } from './i18n/i18n'
import type { IconName } from './ui/Icon'
import { setWarmer } from './url/warm'

type Load = () => Promise<{ default: ComponentType }>
type Params = Readonly<Record<string, string | undefined>>
type Need = (cache: QueryClient, params: Params) => void
type Verb = keyof Me['can']
export interface NavPlace {
  group: Key
  text: Key
  icon: IconName
  /** Second key after `g`. */
  code: string
  cap: string
}
export interface RouteRow {
  surface: 'entry' | 'operator'
  path: string
  load: Load
  page: LazyExoticComponent<ComponentType>
  nav?: NavPlace
  /** Hidden from the nav when the person may not. */
  who?: Verb
  needs?: Need
  /** Drawn first: its sentences are all in web.json, so it does not wait for the rest. */
  isFirst?: boolean
  /** What the sweep puts for `:id`. */
  sample?: 'alarm' | 'config' | 'device' | 'import' | 'maintenance' | 'tenant' | 'ticket'
}

/** The page's chunk and the sentences that are not loaded at the start. */
const withWords =
  (load: Load): Load =>
  async () => {
    const [page] = await Promise.all([load(), wantPages()])
    return page
  }
const row = (surface: RouteRow['surface'], path: string, load: Load, rest: Omit<RouteRow, 'surface' | 'path' | 'load' | 'page'> = {}): RouteRow => ({
  surface,
  path,
  load: rest.isFirst ? load : withWords(load),
  page: lazy(rest.isFirst ? load : withWords(load)),
  ...rest,
})
const want = <D, K extends readonly unknown[]>(cache: QueryClient, options: FetchQueryOptions<D, Error, D, K>) => void cache.prefetchQuery(options)
const id = (params: Params) => params.id ?? ''

/** THE table: one line per page. */
export const routes: readonly RouteRow[] = [
  row('entry', '/setup', () => import('./routes/entry/SetupPage')),
  row('entry', '/login', () => import('./routes/entry/LoginPage')),
  row('entry', '/reset', () => import('./routes/entry/ResetPage')),
  row('entry', '/invite', () => import('./routes/entry/InvitePage')),
  row('operator', '/wall', () => import('./routes/operator/wall/WallPage'), {
    nav: { group: 'nav.operate', text: 'nav.wall', icon: 'wall', code: 'KeyW', cap: 'w' },
  }),
  row('operator', '/alarms', () => import('./routes/operator/alarms/AlarmsPage'), {
    isFirst: true,
    nav: { group: 'nav.operate', text: 'nav.alarms', icon: 'alarm', code: 'KeyA', cap: 'a' },
  }),
  row('operator', '/alarms/:id', () => import('./routes/operator/alarms/AlarmPage'), {
    sample: 'alarm',
    needs: (cache, params) => want(cache, alarms.one(id(params))),
  }),
  row('operator', '/maintenance', () => import('./routes/operator/maintenance/MaintenancesPage'), {
    nav: { group: 'nav.operate', text: 'nav.maintenance', icon: 'window', code: 'KeyM', cap: 'm' },
  }),
  row('operator', '/maintenance/:id', () => import('./routes/operator/maintenance/MaintenancePage'), {
    sample: 'maintenance',
    needs: (cache, params) => want(cache, maintenance.one(id(params))),
  }),
  row('operator', '/tickets', () => import('./routes/operator/tickets/TicketsPage'), {
    nav: { group: 'nav.support', text: 'nav.tickets', icon: 'ticket', code: 'KeyT', cap: 't' },
  }),
  row('operator', '/tickets/:id', () => import('./routes/operator/tickets/TicketPage'), {
    sample: 'ticket',
    needs: (cache, params) => want(cache, tickets.one(id(params))),
  }),
  row('operator', '/notices', () => import('./routes/operator/notices/NoticesPage'), {
    nav: { group: 'nav.support', text: 'nav.notices', icon: 'notice', code: 'KeyN', cap: 'n' },
  }),
  row('operator', '/clients', () => import('./routes/operator/clients/ClientsPage'), {
    nav: { group: 'nav.clients_group', text: 'nav.clients', icon: 'clients', code: 'KeyC', cap: 'c' },
    needs: (cache) => want(cache, tenants.all),
  }),
  row('operator', '/clients/:id', () => import('./routes/operator/clients/TenantPage'), {
    sample: 'tenant',
    needs: (cache, params) => want(cache, tenants.one(id(params))),
  }),
  row('operator', '/devices', () => import('./routes/operator/devices/DevicesPage'), {
    nav: { group: 'nav.network', text: 'nav.devices', icon: 'device', code: 'KeyD', cap: 'd' },
  }),
  row('operator', '/devices/:id', () => import('./routes/operator/devices/DevicePage'), {
    sample: 'device',
    needs: (cache, params) => want(cache, devices.one(id(params))),
  }),
  row('operator', '/devices/:id/configs', () => import('./routes/operator/configs/DeviceConfigsPage'), {
    sample: 'device',
    needs: (cache, params) => want(cache, devices.one(id(params))),
  }),
  row('operator', '/configs/:id/diff', () => import('./routes/operator/configs/DiffPage'), { sample: 'config' }),
  row('operator', '/imports', () => import('./routes/operator/imports/ImportsPage'), {
    nav: { group: 'nav.network', text: 'nav.imports', icon: 'import', code: 'KeyI', cap: 'i' },
  }),
  row('operator', '/imports/:id', () => import('./routes/operator/imports/ImportPage'), {
    sample: 'import',
    needs: (cache, params) => want(cache, imports.one(id(params))),
  }),
  row('operator', '/sources', () => import('./routes/operator/sources/SourcesPage'), {
    nav: { group: 'nav.network', text: 'nav.sources', icon: 'source', code: 'KeyE', cap: 'e' },
  }),
  row('operator', '/account', () => import('./routes/operator/account/AccountPage')),
  row('operator', '/collectors', () => import('./routes/operator/collectors/CollectorsPage'), {
    nav: { group: 'nav.network', text: 'nav.collectors', icon: 'collector', code: 'KeyO', cap: 'o' },
  }),
  row('operator', '/reports/availability', () => import('./routes/operator/reports/AvailabilityPage'), {
    nav: { group: 'nav.reports_group', text: 'nav.reports', icon: 'report', code: 'KeyR', cap: 'r' },
    needs: (cache) => want(cache, tenants.all),
  }),
  row('operator', '/admin/people', () => import('./routes/operator/people/PeoplePage'), {
    nav: { group: 'nav.admin', text: 'nav.people', icon: 'people', code: 'KeyP', cap: 'p' },
  }),
  row('operator', '/admin/credentials', () => import('./routes/operator/credentials/CredentialsPage'), {
    nav: { group: 'nav.admin', text: 'nav.credentials', icon: 'key', code: 'KeyK', cap: 'k' },
  }),
  row('operator', '/admin/settings', () => import('./routes/operator/settings/SettingsPage'), {
    nav: { group: 'nav.admin', text: 'nav.settings', icon: 'settings', code: 'KeyS', cap: 's' },
    needs: (cache) => want(cache, settings.get),
  }),
  row('operator', '/admin/audit', () => import('./routes/operator/audit/AuditPage'), {
    nav: { group: 'nav.admin', text: 'nav.audit', icon: 'audit', code: 'KeyU', cap: 'u' },
    who: 'read_audit',
  }),
]

/** Pointing at a link loads its chunk and its data together. */
export function warmLinks(cache: QueryClient) {
  setWarmer((to) => {
    const path = to.split('?')[0] ?? to
    for (const each of routes) {
      const found = matchPath(each.path, path)
      if (!found) continue
      void each.load()
      each.needs?.(cache, found.params)
      return
    }
  })
}

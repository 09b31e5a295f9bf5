import type { QueryClient } from '@tanstack/react-query'
import { audit, collectors, credentials, people, settings, summary } from '../api/admin'
import { alarms, incidents } from '../api/alarms'
import { signals, sources } from '../api/beside'
import { backup, configs } from '../api/configs'
import { devices } from '../api/devices'
import type { Frame } from '../api/events'
import { imports } from '../api/imports'
import { maintenance } from '../api/maintenance'
import { notices, tickets } from '../api/support'
import { system } from '../api/system'
import { contacts, services, tenants } from '../api/tenants'

type CacheKey = readonly string[]
const alarmish = [alarms.key, summary.key, devices.key, incidents.key]

/** Event -> what it makes stale. Membership, counts and rights are the server's to know, so each is asked again, at most once a second. */
export const patches = {
  'tenant.changed': [tenants.key],
  'person.changed': [people.key],
  'contact.changed': [contacts.key],
  'credential.changed': [credentials.key],
  'service.changed': [services.key],
  'settings.changed': [settings.key, summary.key],
  'device.changed': [devices.key, summary.key],
  'device.removed': [devices.key, summary.key, alarms.key],
  'device.state': [devices.key, summary.key, services.key],
  'interface.state': [devices.key, services.key],
  'collector.state': [collectors.key, summary.key, devices.key],
  'alarm.raised': alarmish,
  'alarm.changed': alarmish,
  'alarm.cleared': alarmish,
  'incident.opened': [alarms.key, incidents.key],
  'incident.changed': [alarms.key, incidents.key],
  'incident.closed': [alarms.key, incidents.key],
  'incident.merged': [alarms.key, incidents.key],
  'impact.opened': [alarms.key, incidents.key, services.key],
  'impact.closed': [alarms.key, incidents.key, services.key],
  'notice.changed': [notices.key, summary.key, incidents.key, tickets.key],
  'config.changed': [configs.key, backup.key],
  'backup.changed': [backup.key],
  'maintenance.changed': [maintenance.key, alarms.key, devices.key, services.key],
  'system.changed': [system.key],
  'source.changed': [sources.key, signals.key],
  'import.changed': [imports.key],
  'ticket.changed': [tickets.key, summary.key, alarms.key],
} satisfies Record<string, readonly CacheKey[]>

export const ASK_AT_MOST_EVERY_MS = 1_000
export interface Asker {
  ask(keys: readonly CacheKey[]): void
  everything(): void
  stop(): void
}

/** Collects what is stale and asks at once the first time, then at most once a second. */
export function makeAsker(cache: QueryClient): Asker {
  const waiting = new Map<string, CacheKey>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastAt = 0
  const flush = () => {
    timer = undefined
    lastAt = Date.now()
    for (const key of waiting.values()) void cache.invalidateQueries({ queryKey: key })
    waiting.clear()
  }
  return {
    ask(keys) {
      for (const key of keys) waiting.set(key.join('/'), key)
      timer ??= setTimeout(flush, Math.max(50, lastAt + ASK_AT_MOST_EVERY_MS - Date.now()))
    },
    everything() {
      void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== audit.key[0] })
    },
    stop() {
      clearTimeout(timer)
    },
  }
}

const isKnown = (kind: string): kind is keyof typeof patches => kind in patches

export function takeFrame(frame: Frame, asker: Asker) {
  if (isKnown(frame.event)) asker.ask(patches[frame.event])
}

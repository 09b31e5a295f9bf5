import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { incidents, reference } from '../../../api/alarms'
import { devices } from '../../../api/devices'
import { PAGE_ROWS } from '../../../api/pages'
import { tickets } from '../../../api/support'
import { services, tenants } from '../../../api/tenants'
import type { Key } from '../../../i18n/i18n'
import { holds } from '../../../list/useRows'
import type { IconName } from '../../../ui/Icon'
import { go } from '../../../url/go'

/** One line of the palette: where it leads, or what it does. */
export interface Found {
  id: string
  text: string
  hint?: string | undefined
  icon: IconName
  run: () => void
}
export interface Group {
  title: Key
  found: Found[]
}
const SHOWN_MAX = 6
/** What the API cannot search (tickets, incidents, services) is sought among as many as one page holds. */
export const LOADED_MAX = PAGE_ROWS
const PAUSE_MS = 150

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  // The pause while typing is a timer, outside React.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** Objects whose name, address or number holds what was typed. */
export function useFound(typed: string, open: (to: string) => void) {
  const sought = useSettled(typed.trim())
  const isAsked = sought.length > 0
  const ofDevices = useInfiniteQuery({ ...devices.list({ q: sought }), enabled: isAsked })
  const ofTenants = useQuery({ ...tenants.search(sought), enabled: isAsked })
  const ofServices = useInfiniteQuery({ ...services.every, enabled: isAsked })
  const ofTickets = useInfiniteQuery({ ...tickets.list({}), enabled: isAsked })
  const ofIncidents = useQuery({ ...incidents.latest, enabled: isAsked })
  const asked = [ofDevices, ofTenants, ofServices, ofTickets, ofIncidents]
  const to = (path: string) => () => open(path)
  const first = <T>(pages: { pages: { items: T[] }[] } | undefined): T[] => pages?.pages[0]?.items ?? []

  const groups: Group[] = [
    {
      title: 'palette.devices',
      found: first(ofDevices.data).map((each) => ({
        id: each.id,
        text: each.name,
        hint: [each.address, each.client?.name, each.site.name].filter(Boolean).join(' · '),
        icon: 'device',
        run: to(go.device(each.id)),
      })),
    },
    {
      title: 'palette.clients',
      found: (ofTenants.data?.items ?? []).map((each) => ({
        id: each.id,
        text: each.name,
        hint: each.parent?.name,
        icon: 'clients',
        run: to(go.tenant(each.id)),
      })),
    },
    {
      title: 'palette.services',
      found: first(ofServices.data)
        .filter((each) => holds(sought, [each.name, each.client.name]))
        .map((each) => ({ id: each.id, text: each.name, hint: each.client.name, icon: 'check', run: to(go.tenant(each.client.id)) })),
    },
    {
      title: 'palette.tickets',
      found: first(ofTickets.data)
        .filter((each) => holds(sought, [each.title, reference(each.incident), ...each.clients.map((client) => client.name)]))
        .map((each) => ({ id: each.id, text: each.title, hint: reference(each.incident), icon: 'ticket', run: to(go.ticket(each.id)) })),
    },
    {
      title: 'palette.incidents',
      found: (ofIncidents.data?.items ?? [])
        .filter((each) => holds(sought, [reference(each.id)]))
        .flatMap((each) => {
          const path = each.root ? go.alarm(each.root.id) : each.ticket ? go.ticket(each.ticket) : null
          if (path === null) return []
          return [{ id: each.id, text: reference(each.id), hint: each.root?.object.name, icon: 'alarm' as const, run: to(path) }]
        }),
    },
  ]
  return {
    groups: isAsked ? groups.map(({ title, found }) => ({ title, found: found.slice(0, SHOWN_MAX) })).filter((group) => group.found.length > 0) : [],
    isAsking: isAsked && (sought !== typed.trim() || asked.some((each) => each.isFetching)),
    hasFailed: isAsked && asked.some((each) => each.isError),
  }
}

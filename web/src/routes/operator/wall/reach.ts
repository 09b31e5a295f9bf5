import type { Alarm, Severity } from '../../../api/nouns'
import { rank } from '../../../parts/words/words'

export interface Cause {
  alarm: Alarm
  /** Devices that are hit by the same incident, the cause's own among them. */
  devices: number
}

/** What stands on top of the wall: causes, not symptoms; the worst, the not yet acknowledged and the farthest-reaching first. */
export function causesOf(active: readonly Alarm[]): Cause[] {
  const reached = new Map<string, Set<string>>()
  for (const { incident, device } of active) {
    if (!incident || !device) continue
    reached.set(incident, (reached.get(incident) ?? new Set()).add(device.id))
  }
  return active
    .filter((each) => each.is_root || (!each.incident && !each.suppressed_by))
    .map((alarm) => ({ alarm, devices: alarm.incident ? (reached.get(alarm.incident)?.size ?? 0) : alarm.device ? 1 : 0 }))
    .sort(
      (a, b) =>
        Number(a.alarm.acked_by != null) - Number(b.alarm.acked_by != null) ||
        rank(a.alarm.severity) - rank(b.alarm.severity) ||
        b.alarm.impact.clients - a.alarm.impact.clients ||
        b.devices - a.devices ||
        startOf(a.alarm) - startOf(b.alarm),
    )
}

export const startOf = (alarm: Alarm) => Date.parse(alarm.raised_at ?? alarm.first_miss_at)
/** Since when the oldest cause that nobody has acknowledged waits: symptoms are not acknowledged one by one. */
export const oldestUnacked = (active: readonly Alarm[], severity?: Severity): number | null =>
  active.reduce<number | null>(
    (oldest, each) =>
      each.acked_by || each.suppressed_by || (severity && each.severity !== severity) ? oldest : Math.min(oldest ?? Number.POSITIVE_INFINITY, startOf(each)),
    null,
  )

import type { Alarm } from '../../../api/nouns'
import { rank } from '../../../parts/words/words'

export interface Grouped {
  alarm: Alarm
  depth: 0 | 1
  /** For a cause: how many alarms follow from it. */
  symptoms: number
}

const worstFirst = (a: Alarm, b: Alarm) =>
  Number(a.acked_by != null) - Number(b.acked_by != null) ||
  rank(a.severity) - rank(b.severity) ||
  Date.parse(b.raised_at ?? b.first_miss_at) - Date.parse(a.raised_at ?? a.first_miss_at)
const latestFirst = (a: Alarm, b: Alarm) => Date.parse(b.cleared_at ?? '') - Date.parse(a.cleared_at ?? '')

/** Climbs from a symptom to the cause at the top of what is listed; in a ring, should there be one, each stands by itself. */
function causeOf(alarm: Alarm, known: ReadonlyMap<string, Alarm>, roots: ReadonlyMap<string, Alarm>): Alarm | undefined {
  const seen = new Set([alarm.id])
  let at = alarm
  for (;;) {
    const above = known.get(at.suppressed_by ?? '') ?? (at.is_root ? undefined : roots.get(at.incident ?? ''))
    if (!above) return at.id === alarm.id ? undefined : at
    if (seen.has(above.id)) return undefined
    seen.add(above.id)
    at = above
  }
}

/** Causes with their symptoms below; a symptom whose cause is not in the list stands by itself. */
export function group(alarms: readonly Alarm[], isOpen: (id: string) => boolean, isHistory: boolean): Grouped[] {
  const known = new Map(alarms.map((each) => [each.id, each]))
  const roots = new Map(alarms.flatMap((each) => (each.is_root && each.incident ? [[each.incident, each] as const] : [])))
  const below = new Map<string, Alarm[]>()
  const top: Alarm[] = []
  for (const each of alarms) {
    const cause = causeOf(each, known, roots)
    if (cause) below.set(cause.id, [...(below.get(cause.id) ?? []), each])
    else top.push(each)
  }
  return [...top].sort(isHistory ? latestFirst : worstFirst).flatMap((alarm): Grouped[] => {
    const symptoms = below.get(alarm.id) ?? []
    const shown = isOpen(alarm.id) ? symptoms : []
    return [{ alarm, depth: 0, symptoms: symptoms.length }, ...[...shown].sort(worstFirst).map((each): Grouped => ({ alarm: each, depth: 1, symptoms: 0 }))]
  })
}

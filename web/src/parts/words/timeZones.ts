/** Every zone the browser knows, its own first if it has another name for it. */
export function timeZones(): [string, string][] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const all = new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])
  return [...all].sort().map((zone) => [zone, zone.replaceAll('_', ' ')])
}

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bFirefox\//, 'Firefox'],
  [/\bHeadlessChrome\/|\bChrome\//, 'Chrome'],
  [/\bVersion\/.*Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]
const first = (table: typeof PROGRAMS, agent: string) => table.find(([sign]) => sign.test(agent))?.[1]

/** A browser as people call it; any other program by its own name. */
export function agentName(agent: string): string {
  const program = first(PROGRAMS, agent)
  const system = first(SYSTEMS, agent)
  return program ? [program, system].filter((each) => each !== undefined).join(' · ') : agent
}

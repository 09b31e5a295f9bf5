export type Scalar = string | number | boolean
/** One field that an act changed. A list says what left it and what joined it. */
export interface Change {
  field: string
  removed: Scalar[]
  added: Scalar[]
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list's member in words: an object as "name value, name value". */
function word(value: unknown): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (isRecord(value)) {
    return Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => `${name} ${isRecord(each) || Array.isArray(each) ? JSON.stringify(each) : String(each)}`)
      .join(', ')
  }
  return String(value)
}
const words = (value: unknown): Scalar[] => (value === null || value === undefined ? [] : Array.isArray(value) ? value.map(word) : [word(value)])

/** Field by field what an act changed, inner fields by their path; equal ones are left out. */
export function changes(from: unknown, to: unknown, above = ''): Change[] {
  if (isRecord(from) || isRecord(to)) {
    const before = isRecord(from) ? from : {}
    const after = isRecord(to) ? to : {}
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => changes(before[name], after[name], above === '' ? name : `${above}.${name}`))
  }
  const [before, after] = [words(from), words(to)]
  const removed = before.filter((each) => !after.includes(each))
  const added = after.filter((each) => !before.includes(each))
  return removed.length + added.length === 0 ? [] : [{ field: above, removed, added }]
}

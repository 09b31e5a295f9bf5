export interface Change {
  field: string
  from: string | null
  to: string | null
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const show = (value: unknown): string | null => (value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value))

/** Field by field what an act changed; equal fields are left out. */
export function changes(from: unknown, to: unknown): Change[] {
  if (!isRecord(from) && !isRecord(to)) {
    const [a, b] = [show(from), show(to)]
    return a === b ? [] : [{ field: '', from: a, to: b }]
  }
  const before = isRecord(from) ? from : {}
  const after = isRecord(to) ? to : {}
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    const [a, b] = [show(before[field]), show(after[field])]
    return a === b ? [] : [{ field, from: a, to: b }]
  })
}

import type { Source } from '../api/pages'

export type Cell = string | number | boolean | null | undefined
export interface ExportColumn<T> {
  head: string
  value: (row: T) => Cell
}

/** A sheet would run a text that begins with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/
function field(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  const text = typeof cell === 'string' && FORMULA.test(cell) && !/^-?\d+([.,]\d+)?$/.test(cell) ? `'${cell}` : String(cell)
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180; the mark in front tells a sheet that it is UTF-8. */
export function toCsv<T>(columns: readonly ExportColumn<T>[], rows: readonly T[]): string {
  const lines = [columns.map((column) => field(column.head)), ...rows.map((row) => columns.map((column) => field(column.value(row))))]
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`
}

export function toJson<T>(rows: readonly T[], raw?: (row: T) => unknown): string {
  return `${JSON.stringify(raw ? rows.map(raw) : rows, null, 2)}\n`
}

export function pathOf({ path, query }: Source): string {
  const params = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
  return params === '' ? path : `${path}?${params}`
}
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
export const asCli = (source: Source) => `polyot api GET ${quoted(pathOf(source))}`
export const asApi = (source: Source, origin: string) => `curl -H "Authorization: Bearer $POLYOT_TOKEN" ${quoted(origin + pathOf(source))}`

export function download(name: string, kind: 'csv' | 'json', content: string) {
  const url = URL.createObjectURL(new Blob([content], { type: kind === 'csv' ? 'text/csv;charset=utf-8' : 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

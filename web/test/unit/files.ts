import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const WEB = join(import.meta.dirname, '../..')
export interface Source {
  path: string
  text: string
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]))
}

/** Our own sources under src/, by path from there; the generated types left out. */
export function sources(ends: RegExp): Source[] {
  return walk(join(WEB, 'src'))
    .filter((path) => ends.test(path) && !path.endsWith('schema.d.ts'))
    .map((path) => ({ path: relative(join(WEB, 'src'), path), text: readFileSync(path, 'utf8') }))
}

export const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(WEB, path), 'utf8'))

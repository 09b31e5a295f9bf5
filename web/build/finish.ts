// After the bundle is written: precompressed copies, the hash of the theme line for the server's CSP, and the budgets.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const KB = 1024
const BUDGET = { firstRouteJsGz: 200 * KB, cssGz: 15 * KB, lazyChunkGz: 180 * KB, distRaw: 4 * KB * KB }
const TEXT = new Set(['.js', '.css', '.html', '.svg', '.json'])
/** What a person on call loads first: the entry, the shell, the alarms console and the longer language. */
const FIRST_ROUTE = ['index.html', 'src/routes/operator/Shell.tsx', 'src/routes/operator/alarms/AlarmsPage.tsx', '../locales/ru/web.json']

interface Chunk {
  file: string
  imports?: string[]
  css?: string[]
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
}

function closure(manifest: Record<string, Chunk>, names: string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    const chunk = manifest[name]
    if (!chunk) throw new Error(`budget: ${name} is not in the manifest; mend FIRST_ROUTE in build/finish.ts`)
    if (seen.has(name)) continue
    seen.add(name)
    closure(manifest, chunk.imports ?? [], seen)
  }
  return seen
}

export function themeLineHashes(html: string): string[] {
  return [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    (found) =>
      `sha256-${createHash('sha256')
        .update(found[1] ?? '')
        .digest('base64')}`,
  )
}

export function finish(): Plugin {
  let dist = 'dist'
  return {
    name: 'polyot-finish',
    apply: 'build',
    configResolved(config) {
      dist = join(config.root, config.build.outDir)
    },
    closeBundle() {
      const hashes = themeLineHashes(readFileSync(join(dist, 'index.html'), 'utf8'))
      if (hashes.length !== 1) throw new Error(`index.html must hold exactly one inline script, found ${hashes.length}`)
      writeFileSync(join(dist, 'csp.json'), `${JSON.stringify({ script_src: hashes }, null, 2)}\n`)
      const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'))
      const raw = files(dist).reduce((sum, file) => sum + statSync(file).size, 0)
      const gz = new Map<string, number>()
      for (const file of files(dist)) {
        if (!TEXT.has(extname(file))) continue
        const body = readFileSync(file)
        const small = gzipSync(body, { level: 9 })
        gz.set(file, small.length)
        if (file.endsWith('csp.json') || file.endsWith('manifest.json')) continue
        writeFileSync(`${file}.gz`, small)
        writeFileSync(`${file}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
      }
      const size = (name: string) => gz.get(join(dist, name)) ?? 0
      const first = closure(manifest, FIRST_ROUTE)
      const firstJs = [...first].reduce((sum, name) => sum + size(manifest[name]?.file ?? ''), 0)
      const css = new Set([...first].flatMap((name) => manifest[name]?.css ?? []))
      const firstCss = [...css].reduce((sum, name) => sum + size(name), 0)
      const lazy = Object.entries(manifest).filter(([name, chunk]) => !first.has(name) && chunk.file.endsWith('.js'))
      const widest = Math.max(0, ...lazy.map(([, chunk]) => size(chunk.file)))
      const rows: [string, number, number][] = [
        ['first route, JS gz', firstJs, BUDGET.firstRouteJsGz],
        ['first route, CSS gz', firstCss, BUDGET.cssGz],
        ['largest lazy chunk, gz', widest, BUDGET.lazyChunkGz],
        ['whole dist, raw', raw, BUDGET.distRaw],
      ]
      for (const [what, is, most] of rows) console.log(`${what.padEnd(24)} ${(is / KB).toFixed(1).padStart(8)} KB of ${(most / KB).toFixed(0)} KB`)
      const over = rows.filter(([, is, most]) => is > most)
      if (over.length > 0) throw new Error(`over budget: ${over.map(([what]) => what).join(', ')}`)
    },
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WEB } from './files'

const css = readFileSync(join(WEB, 'src/theme/tokens.css'), 'utf8')
const LEVELS = ['critical', 'major', 'minor', 'warning', 'info', 'ok', 'unknown']

function tokens(scheme: 'light' | 'dark'): Map<string, string> {
  const block = css.match(new RegExp(`\\[data-mantine-color-scheme=['"]${scheme}['"]\\] \\{([^}]*)\\}`))?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((found) => [found[1] ?? '', found[2] ?? '']))
}
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
function rgb(hex: string): [number, number, number] {
  const at = (from: number) => linear(Number.parseInt(hex.slice(from, from + 2), 16) / 255)
  return [at(1), at(3), at(5)]
}
/** WCAG 2.2, 1.4.3. */
function contrast(a: string, b: string): number {
  const light = ([r, g, b]: [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b
  const [high, low] = [light(rgb(a)), light(rgb(b))].sort((x, y) => y - x)
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05)
}

describe.each(['light', 'dark'] as const)('the %s theme', (scheme) => {
  const known = tokens(scheme)
  const hex = (name: string) => {
    const value = known.get(name)
    if (!value) throw new Error(`${scheme}: no token --${name}`)
    return value
  }
  const check = (front: string, back: string, least: number) => expect(contrast(hex(front), hex(back)), `${front} on ${back}`).toBeGreaterThanOrEqual(least)

  test('can be read: text at least 4.5 : 1', () => {
    for (const back of ['bg', 'surface', 'raised', 'hover', 'chosen']) for (const front of ['text', 'dim', 'link']) check(front, back, 4.5)
    check('on-primary', 'primary', 4.5)
  })
  test('can be read in every severity', () => {
    for (const level of LEVELS) {
      check(`${level}-fg`, `${level}-bg`, 4.5)
      check(`${level}-text`, `${level}-tint`, 4.5)
      check(`${level}-text`, 'surface', 4.5)
    }
  })
  test('shows controls and focus: at least 3 : 1', () => {
    for (const back of ['bg', 'surface']) for (const front of ['border', 'focus']) check(front, back, 3)
  })
})

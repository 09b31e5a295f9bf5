import { describe, expect, test } from 'vitest'
import { type Source, sources } from './files'

const LAYERS = [['routes', 'App.tsx', 'main.tsx'], ['parts'], ['list', 'form', 'chart'], ['live', 'keys', 'url'], ['api', 'ui'], ['theme', 'i18n']]
const layerOf = (path: string) => LAYERS.findIndex((names) => names.some((name) => path === `${name}.ts` || path === name || path.startsWith(`${name}/`)))
const LINES_MAX = 400

/** `../../api/x` as seen from `parts/notice/a.tsx` -> `api/x`. */
function target(from: string, to: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const step of to.split('/')) {
    if (step === '..') parts.pop()
    else if (step !== '.') parts.push(step)
  }
  return parts.join('/')
}
const imports = ({ path, text }: Source) =>
  [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)].map((found) => target(path, found[1] ?? found[2] ?? ''))
const code = sources(/\.tsx?$/)
const styles = sources(/\.css$/)
const faults = (list: Source[], test: (source: Source) => unknown) => list.filter(test).map(({ path }) => path)

describe('the house', () => {
  test('imports only downwards', () => {
    const upward = code.flatMap((source) =>
      imports(source).flatMap((to) => {
        const [mine, theirs] = [layerOf(source.path), layerOf(to)]
        // The table of routes is what the shell draws its nav from.
        const isTable = source.path.startsWith('routes/') && to === 'routes'
        return mine >= 0 && theirs >= 0 && theirs < mine && !isTable ? [`${source.path} -> ${to}`] : []
      }),
    )
    expect(upward).toEqual([])
  })
  test('keeps api and ui from the router, and one surface from another', () => {
    expect(faults(code, ({ path, text }) => path.startsWith('ui/') && /from 'react-router'|\.\.\/api\//.test(text))).toEqual([])
    expect(faults(code, (source) => source.path.startsWith('routes/entry/') && imports(source).some((to) => to.startsWith('routes/operator')))).toEqual([])
  })
  test('has uPlot in chart/ only', () => {
    expect(faults(code, ({ path, text }) => !path.startsWith('chart/') && /from 'uplot'/.test(text))).toEqual([])
  })
  test('fetches in api/ only', () => {
    expect(faults(code, ({ path, text }) => !path.startsWith('api/') && /\bfetch\(|EventSource|XMLHttpRequest/.test(text))).toEqual([])
  })
  test('asserts no types but const ones', () => {
    const asserting = code.flatMap(({ path, text }) =>
      [...text.matchAll(/ as (?!const\b)[A-Za-z{[(]\w*/g)]
        .filter((found) => !/^\s*(\/\/|\*|\/\*|import )/.test(text.slice(text.lastIndexOf('\n', found.index) + 1)))
        .map((found) => `${path}:${found[0]}`),
    )
    expect(asserting).toEqual([])
  })
  test('keeps colours and lengths in theme/', () => {
    const stray = styles
      .filter(({ path }) => !path.startsWith('theme/'))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .filter((line) => !line.includes('@media') && (/#[0-9a-f]{3,8}\b|rgba?\(/i.test(line) || /\b(?!1px\b)\d+px/.test(line)))
          .map((line) => `${path}: ${line.trim()}`),
      )
    expect(stray).toEqual([])
  })
  test('has no file that cannot be read at a sitting', () => {
    expect(faults(code, ({ text }) => text.split('\n').length > LINES_MAX)).toEqual([])
  })
  test('loads nothing from elsewhere', () => {
    expect(faults([...code, ...styles], ({ text }) => /https?:\/\/(?!www\.w3\.org|localhost)/.test(text))).toEqual([])
  })
})

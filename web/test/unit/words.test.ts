import i18next from 'i18next'
import { describe, expect, test } from 'vitest'
import { json, sources } from './files'

type Tree = { [name: string]: Tree | string }
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null
function flat(tree: unknown, above = ''): Map<string, string> {
  const all = new Map<string, string>()
  if (!isTree(tree)) return all
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === 'string') all.set(above + name, value)
    else for (const [key, text] of flat(value, `${above}${name}.`)) all.set(key, text)
  }
  return all
}
/** What is drawn first, and the rest. */
const both = (tongue: string) => new Map(['web', 'pages', 'admin'].flatMap((part) => [...flat(json(`../locales/${tongue}/${part}.json`))]))
const en = both('en')
const ru = both('ru')
const bare = (key: string) => key.replace(/_(one|few|many|other)$/, '')
const bares = (all: Map<string, string>) => new Set([...all.keys()].map(bare))
const variables = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]))].sort()
const code = sources(/\.tsx?$/)
const literals = new Set(code.flatMap(({ text }) => [...text.matchAll(/['"]([a-z_0-9]+(?:\.[a-z_0-9]+)+)['"]/g)].map((found) => found[1] ?? '')))

describe('the words of the interface', () => {
  test('are the same keys in English and Russian', () => {
    expect([...bares(ru)].sort()).toEqual([...bares(en)].sort())
  })
  test('are all used', () => {
    expect([...bares(en)].filter((key) => !literals.has(key))).toEqual([])
  })
  test('have every plural form of their language', () => {
    const missing = [...bares(en)].flatMap((key) => {
      if (!en.has(`${key}_other`)) return []
      return ['en_one', 'en_other', 'ru_one', 'ru_few', 'ru_many', 'ru_other']
        .filter((form) => !(form.startsWith('en') ? en : ru).has(`${key}_${form.slice(3)}`))
        .map((form) => `${key} ${form}`)
    })
    expect(missing).toEqual([])
  })
  test('take the same values in both languages', () => {
    const differing = [...bares(en)].filter((key) => {
      const of = (all: Map<string, string>) =>
        variables(
          [...all]
            .filter(([name]) => bare(name) === key)
            .map(([, text]) => text)
            .join(' '),
        )
      return of(en).join() !== of(ru).join()
    })
    expect(differing).toEqual([])
  })
  test('are Russian where they should be', () => {
    const latin = [...ru].filter(([, text]) => !/[а-яё]/i.test(text.replace(/\{\{\w+\}\}/g, ''))).map(([, text]) => text)
    expect([...new Set(latin)].sort()).toEqual(['Alertmanager', 'Community', 'MAC', 'Polyot', 'SNMP v2c', 'SNMP v3', 'SSH', 'Zabbix', '№'])
  })
  test('count in Russian as Russians do', async () => {
    await i18next.init({ lng: 'ru', resources: { ru: { web: json('../locales/ru/web.json') } }, defaultNS: 'web' })
    expect([1, 2, 5, 11, 21, 22, 25, 111].map((count) => i18next.t('alarms.services', { count }))).toEqual([
      '1 услуга',
      '2 услуги',
      '5 услуг',
      '11 услуг',
      '21 услуга',
      '22 услуги',
      '25 услуг',
      '111 услуг',
    ])
  })
})

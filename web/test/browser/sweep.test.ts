// Every page of routes.ts in both languages, both themes and both widths.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RouteRow, routes } from '../../src/routes'
import { LOOKS, type Look, launch, nameOf, openPage, shoot } from './browser'
import { DEMO, get, logIn, text, until, World } from './world'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let world: World
let browser: Browser
const pages = new Map<string, Awaited<ReturnType<typeof openPage>>>()
const samples: Partial<Record<NonNullable<RouteRow['sample']>, string>> = {}

beforeAll(async () => {
  world = await World.demo()
  browser = await launch()
  const first = await openPage(browser, { tongue: 'en', scheme: 'light', width: 1440 })
  await logIn(world, first.page, DEMO)
  const kept = await first.context.storageState()
  await first.context.close()
  const gateway = await until('a device with its configuration', async () => {
    const [latest] = await world.list('/configs?limit=1')
    return latest === undefined ? undefined : get(latest, 'device')
  })
  const device = text(gateway, 'id')
  samples.device = device
  await until('interfaces read', async () => (await world.list(`/devices/${device}/interfaces`)).length > 0)
  await world.fault({ fault: 'config-change', device: text(gateway, 'name') })
  await world.api('POST', `/devices/${device}/backup`, {})
  samples.config = await until('its second revision', async () => {
    const [latest] = await world.list(`/configs?device=${device}`)
    return Number(get(latest, 'number')) > 1 ? text(latest, 'id') : undefined
  })
  await world.fault({ fault: 'link-down' })
  samples.ticket = await until('the ticket', async () => {
    const [ticket] = await world.list('/tickets')
    return ticket === undefined ? undefined : text(ticket, 'id')
  })
  samples.alarm = text((await world.list('/alarms?state=active'))[0], 'id')
  samples.tenant = text((await world.list('/tenants?kind=client'))[0], 'id')
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const window = { title: 'Замена блока питания', starts_at: at(0), ends_at: at(120), objects: [{ device }], announces: false }
  samples.maintenance = text(await world.api('POST', '/maintenances', window), 'id')
  const table = 'name,address,site\ncore-9,192.0.2.9,\nname-only,,\n'
  samples.import = text(await world.api('POST', '/imports', { format: 'csv', file_name: 'devices.csv', text: table }), 'id')
  const source = await world.api('POST', '/sources', {
    kind: 'alertmanager',
    name: 'Prometheus',
    tenant: text((await world.list('/tenants?kind=provider'))[0], 'id'),
  })
  const told = {
    version: '4',
    status: 'firing',
    alerts: [{ status: 'firing', labels: { alertname: 'DiskFull', host: 'nowhere', severity: 'major' }, startsAt: at(0) }],
  }
  await world.api('POST', text(source, 'path').replace('/api/v1', ''), told, { authorization: `Bearer ${text(source, 'secret')}` })
  await world.api('POST', '/tokens', { name: 'export', access: 'read', expires_in_days: 30 })
  for (const look of LOOKS) {
    const opened = await openPage(browser, look, kept)
    await opened.context.addInitScript((tongue) => localStorage.setItem('polyot.language', tongue), look.tongue)
    // Axe is a script of the test, not of the page: it is laid through the debugger, past the policy.
    pages.set(nameOf(look), opened)
  }
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

const CHECKED: readonly RouteRow[] = routes
const TABS: Record<string, readonly string[]> = {
  '/devices/:id': ['', '?tab=interfaces', '?tab=graphs', '?tab=config'],
  '/alarms': ['', '?open=SAMPLE'],
  '/wall': ['', '?kiosk=1'],
  '/maintenance': ['', '?add=1'],
  '/imports': ['', '?add=1'],
  '/sources': ['', '?tab=signals'],
  '/reset': ['', '?token=unknown'],
  '/configs/:id/diff': ['', '?view=text'],
}
const pathsOf = (row: RouteRow): string[] => {
  const path = row.path.replace(':id', row.sample ? (samples[row.sample] ?? '') : '')
  return (TABS[row.path] ?? ['']).map((tail) => path + tail.replace('SAMPLE', samples.alarm ?? ''))
}
const inputs = CHECKED.flatMap((row) => LOOKS.map((look) => ({ row, look, name: `${row.path} ${nameOf(look)}` })))

describe('the setup page of a new installation', () => {
  let fresh: World
  beforeAll(async () => {
    fresh = await World.open()
  })
  afterAll(() => fresh?.close())
  test.each(LOOKS.map((look) => ({ look, name: nameOf(look) })))('$name', async ({ look }) => {
    const opened = await openPage(browser, look)
    await opened.context.addInitScript((tongue) => localStorage.setItem('polyot.language', tongue), look.tongue)
    await inspect(opened, `${fresh.url}/setup`, `${nameOf(look)}_setup-new`, look)
    await opened.context.close()
  })
})

describe('every page', () => {
  test.each(inputs)('$name', async ({ row, look }) => {
    for (const path of pathsOf(row)) await check(row, path, look)
  })
})

async function check(row: RouteRow, path: string, look: Look) {
  const opened = pages.get(nameOf(look))
  if (!opened) throw new Error('no page of this look')
  const name = `${nameOf(look)}${path.replaceAll(/[a-z]{3}_[0-9a-z]{26}/gi, 'ID').replaceAll(/[/?=]/g, '_')}`
  await inspect(opened, world.url + path + (row.path === '/invite' ? '?token=unknown' : ''), name, look)
}

async function inspect(opened: Awaited<ReturnType<typeof openPage>>, url: string, name: string, look: Look) {
  const { page, faults } = opened
  faults.length = 0
  await page.goto(url)
  await page.waitForSelector('[data-ready]')
  await page.waitForFunction(() => document.fonts.status === 'loaded')
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null)
  await shoot(page, name)
  const seen = await page.evaluate(() => {
    const main = document.querySelector('main')
    const clipped = [...document.querySelectorAll('h1, h2, button, [role=tab], label')].filter(
      (each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline' && !each.closest('.sr'),
    )
    return {
      overflow: Math.max(document.documentElement.scrollWidth - innerWidth, (main?.scrollWidth ?? 0) - (main?.clientWidth ?? 0)),
      clipped: clipped.map((each) => each.textContent),
      rawKeys: (document.body.textContent.match(/\b[a-z_]+\.[a-z_]+\.[a-z_]+\b/g) ?? []).filter((word) => !/example|^www\.|\d/.test(word)),
      headings: [...document.querySelectorAll('h1')].map((each) => each.textContent),
      focused: document.activeElement?.tagName,
      lang: document.documentElement.lang,
      scheme: document.documentElement.dataset.mantineColorScheme,
    }
  })
  expect(seen.overflow, 'overflow').toBeLessThanOrEqual(0)
  expect(seen.clipped, 'clipped words').toEqual([])
  expect(seen.rawKeys, 'raw keys').toEqual([])
  expect(seen.headings, 'one heading').toHaveLength(1)
  // A form that the address opens has the focus instead.
  if (!url.includes('add=')) expect(seen.focused, 'the heading has the focus').toBe('H1')
  expect([seen.lang, seen.scheme]).toEqual([look.tongue, look.scheme])
  // The bar at the lower edge of a phone lies over what scrolls beneath it; at the end of the page nothing is beneath it.
  await page.evaluate(() => {
    if (innerWidth > 640) return
    document.querySelector('main')?.scrollTo(0, Number.MAX_SAFE_INTEGER)
    scrollTo(0, document.documentElement.scrollHeight)
  })
  expect(await axe(opened), 'axe').toEqual([])
  expect(faults, 'faults').toEqual([])
}

async function axe({ page }: { page: Awaited<ReturnType<typeof openPage>>['page'] }): Promise<string[]> {
  // Page.evaluate works through the debugger, which the page's policy does not bind.
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const found: unknown = await Reflect.get(globalThis, 'axe').run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    })
    const violations: unknown = Reflect.get(Object(found), 'violations')
    return Array.isArray(violations)
      ? violations.map((each) => `${each.id}: ${each.nodes.map((node: { html: string }) => node.html.slice(0, 200)).join(' | ')}`)
      : ['axe gave no answer']
  })
}

// A shift on the simulated network: a fault appears by itself, the wall shows its reach, all is found by keyboard, graphs and differences are read.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, press, shoot } from '../browser'
import { CEILING_MS, DEMO, get, logIn, text, until, World } from '../world'

let world: World
let browser: Browser
let opened: Awaited<ReturnType<typeof openPage>>
let page: Page

beforeAll(async () => {
  world = await World.demo()
  browser = await launch()
  opened = await openPage(browser, { tongue: 'en', scheme: 'light', width: 1440 })
  page = opened.page
  await logIn(world, page, DEMO)
  await until('all devices to be up', async () => (await world.list('/devices?limit=100')).every((each) => get(each, 'state') === 'up'))
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

const device = async (name: string) => {
  const found = (await world.list(`/devices?q=${name}`)).find((each) => get(each, 'name') === name)
  if (!found) throw new Error(`no device ${name}`)
  return text(found, 'id')
}
const rows = () => page.locator('tbody [role=row]')

test('a fault becomes a row, a counter and a title without a reload', async () => {
  await page.goto(`${world.url}/alarms`)
  await page.getByText('All clear.').waitFor()
  await page.evaluate(() => {
    document.body.dataset.sameLoad = 'yes'
  })
  await world.fault({ fault: 'link-down' })
  const raised = await until('the alarm in the API', async () => (await world.list('/alarms?state=active')).length > 0)
  const raisedAt = Date.now()
  expect(raised).toBe(true)
  await rows().first().waitFor({ timeout: CEILING_MS })
  console.log(`from the alarm in the API to its row: ${Date.now() - raisedAt} ms`)
  await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(/^\([1-9]/)
  await expect.poll(() => page.getByRole('list', { name: 'Active alarms by severity' }).textContent(), { timeout: 30_000 }).toMatch(/[1-9]/)
  expect(await page.evaluate(() => document.body.dataset.sameLoad)).toBe('yes')
  await shoot(page, 'journey-demo-fault')
})

test('the wall shows the cause with its reach, and fills the screen by one key', async () => {
  await press(page, 'KeyG', 'g')
  await press(page, 'KeyW', 'w')
  await page.waitForURL('**/wall')
  const causes = page.getByRole('region', { name: 'Causes' })
  await causes.getByRole('listitem').first().waitFor()
  await until('the reach', async () => /\d+ devices?/.test((await causes.textContent()) ?? ''))
  await page
    .getByRole('region', { name: /Tickets at line 1/ })
    .getByRole('listitem')
    .first()
    .waitFor({ timeout: CEILING_MS })
  await press(page, 'KeyF', 'f')
  await page.waitForURL('**/wall?kiosk=1')
  expect(await page.locator('[data-kiosk]').boundingBox()).toMatchObject({ x: 0, y: 0, width: 1440 })
  const smallest = await page.evaluate(() => {
    const shown = [...document.querySelectorAll<HTMLElement>('[data-kiosk] *')].filter((each) =>
      [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    return Math.min(...shown.filter((each) => !each.closest('.sr')).map((each) => Number.parseFloat(getComputedStyle(each).fontSize)))
  })
  expect(smallest, 'type that is read at four metres').toBeGreaterThanOrEqual(20)
  await shoot(page, 'journey-wall')
  await press(page, 'KeyF', 'f')
  await page.waitForURL((url) => !url.search.includes('kiosk'))
})

test('a device is found and opened by the keyboard alone', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /Name, address/ }).waitFor()
  await page.keyboard.type('clinic-gw-2')
  await page
    .getByRole('option', { name: /clinic-gw-2/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'clinic-gw-2', level: 1 }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('inc-')
  await page.getByRole('option', { name: /INC-/ }).first().waitFor()
  await page.keyboard.press('Escape')
})

test('a list hands out all that matches, as CSV and as JSON', async () => {
  await page.goto(`${world.url}/devices?q=clinic`)
  await rows().first().waitFor()
  const shown = await rows().count()
  await page.getByRole('button', { name: 'Columns and export' }).click()
  await page.getByRole('checkbox', { name: 'Client' }).uncheck()
  await expect.poll(() => page.getByRole('columnheader', { name: 'Client' }).count()).toBe(0)
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  const table = readFileSync(await csv.path(), 'utf8')
  expect(table.startsWith('\uFEFF'), 'a spreadsheet knows it is UTF-8').toBe(true)
  const lines = table.trim().split('\r\n')
  expect(lines).toHaveLength(shown + 1)
  expect(lines[0]).toBe('State,Name,Address,Site,Alarms,For,Last answer')
  const [json] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'JSON' }).click()])
  expect(JSON.parse(readFileSync(await json.path(), 'utf8'))).toHaveLength(shown)
  await page.getByRole('checkbox', { name: 'Client' }).check()
  await page.keyboard.press('Escape')
})

test('tabs by keys; a drawn-out span is in the URL, Back takes it away, and a shared link shows it again', async () => {
  await page.goto(`${world.url}/devices/${await device('clinic-gw-2')}`)
  await page.getByRole('heading', { name: 'clinic-gw-2', level: 1 }).waitFor()
  await press(page, 'Digit2', '2')
  await page.waitForURL('**tab=interfaces')
  await press(page, 'Digit3', '3')
  await page.waitForURL('**tab=graphs')
  const plot = page.locator('.u-over').first()
  await plot.waitFor({ timeout: CEILING_MS })
  await plot.scrollIntoViewIfNeeded()
  const box = await plot.boundingBox()
  if (!box) throw new Error('the graph has no place')
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.9, box.y + 40, { steps: 8 })
  await page.mouse.up()
  await page.waitForURL(/from=\d+&to=\d+/)
  const zoomed = page.url()
  await page.getByRole('radio', { name: 'As drawn out' }).waitFor({ state: 'attached' })
  await page.goBack()
  await page.waitForURL((url) => !url.search.includes('from='))
  const other = await openPage(browser, { tongue: 'ru', scheme: 'dark', width: 1440 }, await opened.context.storageState())
  await other.page.goto(zoomed)
  expect(await other.page.getByRole('radio', { name: 'Выделенное' }).isChecked()).toBe(true)
  expect(other.faults).toEqual([])
  await other.context.close()
})

test('a configuration of 8,000 lines with 28 changes shows 28 places, and no secret', async () => {
  const id = await device('clinic-gw-2')
  const PORTS = 2_700
  const port = (at: number, words: string) => [`interface Loopback${at}`, ` description ${words} ${at}`]
  for (let from = 0; from < PORTS; from += 900) {
    await world.fault({ fault: 'config-change', device: 'clinic-gw-2', lines: Array.from({ length: 900 }, (_, at) => port(from + at, 'calm')).flat() })
  }
  await world.fault({ fault: 'config-change', device: 'clinic-gw-2', lines: ['snmp-server community topsecret1 RO'] })
  const backedUp = async (number: number) => {
    await world.api('POST', `/devices/${id}/backup`, {})
    await until(`revision ${number}`, async () => {
      const [latest] = await world.list(`/configs?device=${id}`)
      return Number(get(latest, 'number')) >= number
    })
  }
  const before = (await world.list(`/configs?device=${id}`)).length
  await backedUp(before + 1)
  await world.fault({
    fault: 'config-change',
    device: 'clinic-gw-2',
    lines: Array.from({ length: 28 }, (_, at) => port(at * 96 + 7, 'changed')).flat(),
  })
  await page.goto(`${world.url}/devices/${id}/configs`)
  await page.getByRole('button', { name: 'Back up now' }).waitFor()
  // Until the page knows whether one may, the key does nothing: it is pressed until the revision is there.
  await until(`revision ${before + 2} by key`, async () => {
    await press(page, 'KeyB', 'b')
    const [newest] = await world.list(`/configs?device=${id}`)
    return Number(get(newest, 'number')) >= before + 2
  })
  await page.getByRole('link', { name: `Revision ${before + 2}` }).click({ timeout: CEILING_MS })
  await page.getByRole('heading', { name: '28 changes' }).waitFor()
  const [latest] = await world.list(`/configs?device=${id}`)
  expect(Number(get(latest, 'lines'))).toBeGreaterThan(8_000)
  const diff = page.getByRole('region', { name: 'Difference' })
  expect(await diff.getAttribute('data-hunks')).toBe('28')
  await shoot(page, 'journey-diff')
  for (let at = 0; at < 28; at += 1) await press(page, 'KeyJ', 'j')
  await page.locator('[data-hunk="28"]').waitFor()
  expect(await page.locator('[data-kind]').count(), 'rows drawn, not all of them').toBeLessThan(1_000)
  await page.getByText('Whole text').click()
  await page.getByRole('heading', { name: /Whole text/ }).waitFor()
  expect(await page.content()).not.toContain('topsecret1')
  const whole = text(await world.api('GET', `/configs/${text(latest, 'id')}`), 'text')
  expect(whole).not.toContain('topsecret1')
  expect(whole).toContain('<secret hidden>')
  expect(opened.faults).toEqual([])
})

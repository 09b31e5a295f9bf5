// Item 9 "See": first setup, login, a fault appears without reload, is acknowledged by keyboard on both layouts, and clears.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, press, shoot } from '../browser'
import { ADMIN, activeAlarm, CEILING_MS, get, makeNetwork, type Network, setUp, text, until, World } from '../world'

let world: World
let browser: Browser
let network: Network
let english: Awaited<ReturnType<typeof openPage>>

beforeAll(async () => {
  world = await World.open()
  browser = await launch()
  english = await openPage(browser, { tongue: 'en', scheme: 'light', width: 1440 })
})
afterAll(async () => {
  await browser?.close()
  await network?.agent.remove()
  await world?.close()
})

const alarm = async (id: string) => world.api('GET', `/alarms/${id}`)
const isAcked = async (id: string) => get(await alarm(id), 'acked_by') !== null
const rows = (page: Page) => page.locator('tbody [role=row]')
const dialog = (page: Page) => page.getByRole('dialog')

test('a new installation is set up in the page', async () => {
  const { page } = english
  await page.goto(world.url)
  await page.waitForURL('**/setup')
  await setUp(world, page)
  await expect.poll(() => page.getByText('All clear.').isVisible()).toBe(true)
  await shoot(page, 'journey-setup-done')
})

test('logging out and in again, after one wrong password', async () => {
  const { page } = english
  await page.getByRole('button', { name: 'You' }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.waitForURL('**/login**')
  // The refused login is a failed request: the browser itself reports it as an error.
  const before = english.faults.length
  await page.getByRole('textbox', { name: 'E-mail' }).fill(ADMIN.email)
  await page.locator('input[name=password]').fill('not the password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('E-mail or password is wrong.').waitFor()
  english.faults.splice(before)
  await page.locator('input[name=password]').fill(ADMIN.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL('**/alarms')
})

test('a device comes up, and its fault appears without a reload', async () => {
  const { page } = english
  network = await makeNetwork(world)
  await page.evaluate(() => {
    document.body.dataset.sameLoad = 'yes'
  })
  await network.agent.fallSilent()
  const silentAt = Date.now()
  await rows(page).first().waitFor({ timeout: CEILING_MS })
  console.log(`from the fault to the row: ${((Date.now() - silentAt) / 1000).toFixed(1)} s`)
  expect(await rows(page).first().textContent()).toContain('edge-1')
  expect(await page.evaluate(() => document.body.dataset.sameLoad)).toBe('yes')
  await expect.poll(() => page.title()).toMatch(/^\(1\)/)
  await shoot(page, 'journey-fault-en-light')
})

test('acknowledged by keyboard with a note, and taken back', async () => {
  const { page } = english
  const id = await activeAlarm(world, network.device)
  await press(page, 'KeyJ', 'j')
  await press(page, 'KeyA', 'a')
  await dialog(page).waitFor()
  await page.keyboard.type('Called the site')
  await page.keyboard.press('Control+Enter')
  await until('the acknowledgement', () => isAcked(id), CEILING_MS)
  expect(text(await alarm(id), 'ack_note')).toBe('Called the site')
  await expect.poll(() => rows(page).first().textContent(), { timeout: 30_000 }).toContain('anna')
  await press(page, 'KeyU', 'u')
  await until('it taken back', async () => !(await isAcked(id)), CEILING_MS)
  await expect.poll(() => rows(page).first().textContent(), { timeout: 30_000 }).not.toContain('anna')
})

test('the same on a Russian layout, in Russian and in the dark, seen by the other browser too', async () => {
  const id = await activeAlarm(world, network.device)
  const russian = await openPage(browser, { tongue: 'ru', scheme: 'dark', width: 1440 }, await english.context.storageState())
  const { page } = russian
  await page.evaluate(() => localStorage.setItem('polyot.language', 'ru')).catch(() => {})
  await page.goto(`${world.url}/alarms`)
  await page.evaluate(() => localStorage.setItem('polyot.language', 'ru'))
  await page.reload()
  await page.getByRole('heading', { name: 'Аварии' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme)).toBe('dark')
  await rows(page).first().waitFor()
  await press(page, 'KeyJ', 'о')
  await press(page, 'KeyA', 'ф')
  await dialog(page).waitFor()
  await page.keyboard.type('Звоню на площадку')
  await page.keyboard.press('Control+Enter')
  await until('the acknowledgement', () => isAcked(id), CEILING_MS)
  expect(text(await alarm(id), 'ack_note')).toBe('Звоню на площадку')
  await expect.poll(() => rows(english.page).first().textContent(), { timeout: 30_000 }).toContain('anna')
  await shoot(page, 'journey-acked-ru-dark')
  await press(page, 'KeyU', 'г')
  await until('it taken back', async () => !(await isAcked(id)), CEILING_MS)
  expect(russian.faults).toEqual([])
  await russian.context.close()
})

test('what is typed in a field never fires, nor anything when the keys are off', async () => {
  const { page } = english
  await press(page, 'Slash', '/')
  await page.keyboard.type('a')
  expect(await page.getByRole('searchbox').inputValue()).toBe('a')
  expect(await dialog(page).count()).toBe(0)
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+Slash')
  await dialog(page).getByRole('switch').uncheck({ force: true })
  await page.keyboard.press('Escape')
  await press(page, 'KeyA', 'a')
  expect(await dialog(page).count()).toBe(0)
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
  await dialog(page).getByRole('switch').check({ force: true })
  await page.keyboard.press('Escape')
})

test('blind is not calm: a silent server turns the counters to question marks, and it recovers by itself', async () => {
  const { page } = english
  world.freeze()
  const frozenAt = Date.now()
  await page.getByRole('alert').waitFor({ timeout: 100_000 })
  console.log(`from the silence to the amber bar: ${((Date.now() - frozenAt) / 1000).toFixed(1)} s`)
  expect(await page.getByRole('list', { name: 'Active alarms by severity' }).textContent()).toContain('?')
  expect(await page.title()).toMatch(/^\(\?\)/)
  await shoot(page, 'journey-blind')
  world.thaw()
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: CEILING_MS })
  expect(await page.getByRole('list', { name: 'Active alarms by severity' }).textContent()).not.toContain('?')
  expect(await page.evaluate(() => document.body.dataset.sameLoad)).toBe('yes')
  // Requests cut by the freeze may be reported by the browser itself.
  english.faults.splice(0, english.faults.length, ...english.faults.filter((fault) => !/Failed to load resource|net::ERR/.test(fault)))
})

test('the fault ends, and so does the row', async () => {
  const { page } = english
  network.agent.speak()
  const spokeAt = Date.now()
  await page.getByText('All clear.').waitFor({ timeout: 2 * CEILING_MS })
  console.log(`from the recovery to all clear: ${((Date.now() - spokeAt) / 1000).toFixed(1)} s`)
  expect(english.faults).toEqual([])
})

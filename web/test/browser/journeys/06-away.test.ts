// The server dies: the page says so, refuses acts with the reason and keeps what it showed; it rises: the page recovers by itself and nothing is done twice.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, press, shoot } from '../browser'
import { activeAlarm, CEILING_MS, get, makeNetwork, type Network, setUp, until, World } from '../world'

let world: World
let browser: Browser
let network: Network
let page: Page

beforeAll(async () => {
  world = await World.open()
  browser = await launch()
  const opened = await openPage(browser, { tongue: 'en', scheme: 'dark', width: 1440 })
  page = opened.page
  await setUp(world, page)
  network = await makeNetwork(world)
  await network.agent.fallSilent()
  await activeAlarm(world, network.device)
})
afterAll(async () => {
  await browser?.close()
  await network?.agent.remove()
  await world?.close()
})
const rows = () => page.locator('tbody [role=row]')

test('a dead server is told within ten seconds, and the rows stay', async () => {
  await rows().first().waitFor({ timeout: CEILING_MS })
  await page.evaluate(() => {
    document.body.dataset.sameLoad = 'yes'
  })
  await world.die()
  const diedAt = Date.now()
  await page.getByRole('alert').waitFor({ timeout: 100_000 })
  console.log(`from the death to the amber bar: ${((Date.now() - diedAt) / 1000).toFixed(1)} s`)
  expect(await rows().first().textContent()).toContain('edge-1')
  expect(await page.getByRole('list', { name: 'Active alarms by severity' }).textContent()).toContain('?')
  await page.getByText(/not refreshed since/).waitFor()
  await shoot(page, 'journey-dead')
})

test('an act is refused with the reason, and what was typed stays', async () => {
  await press(page, 'KeyJ', 'j')
  await press(page, 'KeyA', 'a')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('Said once')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('dialog').getByText('The server does not answer.').waitFor()
  expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe('Said once')
})

test('it rises: the page recovers without a reload, and the act is done once', async () => {
  await world.rise()
  await page.getByRole('alert').first().waitFor({ state: 'attached' })
  await page.getByText(/No news from the server/).waitFor({ state: 'detached', timeout: CEILING_MS })
  await page.getByRole('dialog').getByRole('textbox').press('Control+Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const acks = await until('the acknowledgement', async () => {
    const done = (await world.list('/audit?limit=200')).filter((each) => get(each, 'action') === 'alarm.ack')
    return done.length > 0 ? done : undefined
  })
  expect(acks).toHaveLength(1)
  await expect.poll(() => rows().first().textContent(), { timeout: 30_000 }).toContain('anna')
  expect(await page.getByRole('list', { name: 'Active alarms by severity' }).textContent()).not.toContain('?')
  expect(await page.evaluate(() => document.body.dataset.sameLoad)).toBe('yes')
})

test('the wall turns amber and its counters to question marks', async () => {
  await page.goto(`${world.url}/wall`)
  await page.waitForSelector('[data-ready]')
  await world.die()
  await page.getByText('The feed is lost: what is shown may be old.').waitFor({ timeout: 100_000 })
  expect(await page.getByRole('main').getByRole('list', { name: 'Active alarms by severity' }).textContent()).toMatch(/^(\S \?[A-Z][a-z]+){5}\?/)
  await shoot(page, 'journey-wall-blind')
  await world.rise()
  await page.getByText('The feed is lost: what is shown may be old.').waitFor({ state: 'detached', timeout: CEILING_MS })
})

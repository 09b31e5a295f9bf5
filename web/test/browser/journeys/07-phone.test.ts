// The same shift in one hand: set up, acknowledge with a note, write into the ticket, resolve; nothing to touch is smaller than 44 px.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, shoot } from '../browser'
import { activeAlarm, CEILING_MS, get, makeNetwork, type Network, setUp, text, until, World } from '../world'

const TOUCH_PX = 44
let world: World
let browser: Browser
let network: Network
let page: Page
let faults: string[]

beforeAll(async () => {
  world = await World.open()
  browser = await launch()
  const opened = await openPage(browser, { tongue: 'ru', scheme: 'dark', width: 390 })
  page = opened.page
  faults = opened.faults
})
afterAll(async () => {
  await browser?.close()
  await network?.agent.remove()
  await world?.close()
})

/** What a finger must hit: buttons, fields and links that stand alone. */
const small = () =>
  page.evaluate((least) => {
    const targets = [
      ...document.querySelectorAll<HTMLElement>(
        'main button, main input:not([type=checkbox]):not([type=radio]), main textarea, dialog[open] button, dialog[open] textarea',
      ),
    ]
    return targets
      .filter((each) => each.checkVisibility() && !each.closest('.sr'))
      .map((each) => ({ what: each.ariaLabel ?? each.textContent, height: each.getBoundingClientRect().height }))
      .filter(({ height }) => height > 0 && height < least)
  }, TOUCH_PX)

test('a new installation is set up on a phone', async () => {
  const startedAt = Date.now()
  await page.goto(world.url)
  await page.waitForURL('**/setup')
  await page.getByRole('heading', { level: 1 }).waitFor()
  console.log(`to the first page: ${Date.now() - startedAt} ms`)
  await setUp(world, page)
})

test('the alarm is taken with a note, by two touches and the words', async () => {
  network = await makeNetwork(world)
  await network.agent.fallSilent()
  const id = await activeAlarm(world, network.device)
  await page.locator('tbody [role=row]').first().tap({ timeout: CEILING_MS })
  const panel = page.getByRole('complementary')
  await panel.getByRole('button', { name: 'Принять' }).waitFor()
  const low = await panel.getByRole('button', { name: 'Принять' }).boundingBox()
  expect((low?.y ?? 0) > 844 * 0.6, 'under the thumb').toBe(true)
  await panel.getByRole('button', { name: 'Принять' }).tap()
  await page.getByRole('dialog').getByRole('textbox').fill('Еду на площадку')
  expect(await small()).toEqual([])
  await shoot(page, 'journey-phone-ack')
  await page.getByRole('dialog').locator('button[type=submit]').tap()
  await until('the acknowledgement', async () => get(await world.api('GET', `/alarms/${id}`), 'ack_note') === 'Еду на площадку')
})

test('the ticket is taken, written into and resolved from the lower edge', async () => {
  const [ticket] = await until('the ticket', async () => {
    const list = await world.list('/tickets')
    return list.length > 0 ? list : undefined
  })
  const id = text(ticket, 'id')
  await page.goto(`${world.url}/tickets`)
  await page.locator('tbody [role=row]').first().tap()
  await page.waitForURL(`**/tickets/${id}`)
  await page.getByRole('button', { name: 'Взять в работу' }).tap()
  await page.getByText(/ведёт anna/).waitFor()
  expect(await small()).toEqual([])
  await page.getByRole('button', { name: 'Записать' }).tap()
  await page.keyboard.type('Питание на узле есть')
  await page.getByRole('button', { name: 'Добавить запись' }).tap()
  await page.getByRole('listitem').filter({ hasText: 'Питание на узле есть' }).waitFor()
  await page.getByRole('button', { name: 'Решить' }).tap()
  await page.getByRole('dialog').getByRole('textbox').fill('Автомат включён')
  await shoot(page, 'journey-phone-resolve')
  await page.getByRole('dialog').locator('button[type=submit]').tap()
  await until('it resolved', async () => get(await world.api('GET', `/tickets/${id}`), 'state') === 'resolved')
  expect(faults).toEqual([])
})

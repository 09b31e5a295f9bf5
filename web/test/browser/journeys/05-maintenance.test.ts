// Maintenance: what the preview promises is what is muted; when it ends the alarm speaks again; the report leaves its minutes out.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, shoot } from '../browser'
import { activeAlarm, CEILING_MS, get, makeNetwork, type Network, setUp, text, until, World } from '../world'

let world: World
let browser: Browser
let network: Network
let page: Page
let faults: string[]
let alarm: string

beforeAll(async () => {
  world = await World.open()
  browser = await launch()
  const opened = await openPage(browser, { tongue: 'ru', scheme: 'light', width: 1440 })
  page = opened.page
  faults = opened.faults
  await setUp(world, page)
  network = await makeNetwork(world)
  await network.agent.fallSilent()
  alarm = await activeAlarm(world, network.device)
})
afterAll(async () => {
  await browser?.close()
  await network?.agent.remove()
  await world?.close()
})

const mutedBy = async () => get(await world.api('GET', `/alarms/${alarm}`), 'muted_by')
let promised = 0

test('the form says beforehand what it would do', async () => {
  await page.goto(`${world.url}/devices/${network.device}`)
  await page.getByRole('button', { name: 'Работы' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Тема' }).fill('Замена блока питания')
  const preview = dialog.locator('[data-preview]')
  await preview.waitFor()
  const count = (await preview.textContent())?.match(/Будет приглушена (\d+) открытая авария/)?.[1]
  promised = Number(count)
  expect(promised).toBe(1)
  expect(await preview.textContent()).toContain('edge-1')
  await shoot(page, 'journey-maintenance-preview')
  // It begins now: the field holds the next five minutes.
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  await dialog.locator('input[name=starts_at]').fill(now)
  await dialog.locator('button[type=submit]').click()
  await page.getByRole('heading', { name: 'Замена блока питания' }).waitFor()
})

test('as many alarms are muted as were promised, and the pages say so', async () => {
  await until('it to run', async () => get((await world.list('/maintenances'))[0], 'state') === 'running')
  await until('the alarm to be muted', async () => (await mutedBy()) !== null)
  const [window] = await world.list('/maintenances')
  expect(get(window, 'muted_alarms')).toBe(promised)
  await page
    .getByRole('region', { name: 'Приглушённые аварии' })
    .getByRole('link', { name: /edge-1/ })
    .waitFor({ timeout: CEILING_MS })
  await page.goto(`${world.url}/alarms`)
  await page.getByText('приглушена', { exact: true }).first().waitFor()
  await page.goto(`${world.url}/devices/${network.device}`)
  await page.getByText(/Здесь идут работы до/).waitFor()
  await shoot(page, 'journey-maintenance-runs')
})

test('ended, the alarm speaks again', async () => {
  const [window] = await world.list('/maintenances')
  await page.goto(`${world.url}/maintenance/${text(window, 'id')}`)
  await page.getByRole('button', { name: 'Закончить сейчас' }).click()
  await page.getByText('Закончены', { exact: true }).first().waitFor()
  await until('the alarm to speak', async () => (await mutedBy()) === null)
})

test('the report shows the window and its evidence, and saves as CSV', async () => {
  await page.goto(`${world.url}/reports/availability`)
  await page.getByRole('heading', { name: 'Доступ в интернет' }).waitFor()
  await page.getByRole('list', { name: 'Основания' }).getByText('Работы').waitFor()
  await shoot(page, 'journey-report')
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Сохранить CSV' }).click()])
  expect(csv.suggestedFilename()).toMatch(/\.csv$/)
  expect(faults).toEqual([])
})

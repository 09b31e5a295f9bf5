// Two clients are hit and the brake is set to one: the notices are held, shown with the reason, and a person decides. Needs root for a network namespace of its own.
import { execFileSync } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, shoot } from '../browser'
import { CEILING_MS, get, setUp, text, until, World } from '../world'

const TAG = `plt${process.pid % 100_000}`
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' })
const isRoot = process.getuid?.() === 0
if (!isRoot) console.error('SKIPPED 03-tell: not root, so no network namespace can be made')

let world: World
let browser: Browser
let page: Page
let faults: string[]

beforeAll(async () => {
  if (!isRoot) return
  ip('netns', 'add', TAG)
  ip('link', 'add', `${TAG}a`, 'type', 'veth', 'peer', 'name', `${TAG}b`, 'netns', TAG)
  ip('addr', 'add', '10.99.77.1/30', 'dev', `${TAG}a`)
  ip('link', 'set', `${TAG}a`, 'up')
  ip('-n', TAG, 'addr', 'add', '10.99.77.2/30', 'dev', `${TAG}b`)
  ip('-n', TAG, 'link', 'set', `${TAG}b`, 'up')
  world = await World.open()
  browser = await launch()
  const opened = await openPage(browser, { tongue: 'ru', scheme: 'light', width: 1440 })
  page = opened.page
  faults = opened.faults
  await setUp(world, page)
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
  if (isRoot) ip('netns', 'del', TAG)
})

test.runIf(isRoot)('two notices are held with their reason, and the page says so by itself', async () => {
  await world.change('/settings', { brake: { clients_per_minute: 1 } })
  const [provider] = await world.list('/tenants?kind=provider')
  const client = text(await world.api('POST', '/tenants', { kind: 'client', name: 'Ромашка', parent: text(provider, 'id'), language: 'ru' }), 'id')
  const site = text(await world.api('POST', '/tenants', { kind: 'site', name: 'Тверская 7', parent: client }), 'id')
  const device = text(await world.api('POST', '/devices', { site, name: 'cpe-1', address: '10.99.77.2' }), 'id')
  const other = text(await world.api('POST', '/tenants', { kind: 'client', name: 'Василёк', parent: text(provider, 'id'), language: 'ru' }), 'id')
  for (const [tenant, email] of [
    [client, 'duty@romashka.example'],
    [other, 'duty@vasilek.example'],
  ]) {
    await world.api('POST', '/contacts', { tenant, name: 'Дежурный', email, language: 'ru' })
    await world.api('POST', '/services', { client: tenant, name: 'Доступ в интернет', endpoints: [{ device }] })
  }
  await until('the device to be up', async () => get(await world.api('GET', `/devices/${device}`), 'state') === 'up')
  ip('-n', TAG, 'link', 'set', `${TAG}b`, 'down')
  await page.goto(`${world.url}/notices`)
  await page.locator('tbody [role=row]').nth(1).waitFor({ timeout: CEILING_MS })
  await page.locator('tbody [role=row]').first().click()
  await page.getByText('Слишком много клиентов сразу: прежде чем сообщать им, нужен взгляд человека.').waitFor()
  await page.getByText('2 уведомления задержаны и ждут решения.').waitFor()
  await shoot(page, 'journey-held-ru')
  expect((await world.list('/notices')).map((each) => get(each, 'state'))).toEqual(['held', 'held'])
})

test.runIf(isRoot)('one is withdrawn and one is let go', async () => {
  await page.getByRole('button', { name: 'Отозвать' }).click()
  await page.getByText('Уведомление отозвано.').waitFor()
  await until('one withdrawn', async () => (await world.list('/notices?state=withdrawn')).length === 1)
  await page.goto(`${world.url}/notices?state=held`)
  await page.locator('tbody [role=row]').first().click()
  await page.getByRole('button', { name: 'Отправить', exact: true }).click()
  await page.getByText('Уведомление отправляется.').waitFor()
  await until('none held', async () => (await world.list('/notices?state=held')).length === 0)
  await page.getByText('ждёт решения').waitFor({ state: 'detached' })
})

test.runIf(isRoot)('the alarm shows its impact, and the ticket is taken, noted and resolved', async () => {
  await page.goto(`${world.url}/alarms`)
  const row = page.locator('tbody [role=row]').first()
  await row.waitFor()
  await expect.poll(() => row.textContent(), { timeout: 30_000 }).toContain('2 услуги · 2 клиента')
  await row.click()
  await page.getByRole('complementary').getByText('Доступ в интернет').first().waitFor()
  await shoot(page, 'journey-impact-ru')
  await row.getByRole('link', { name: 'Заявка' }).click()
  await page.getByRole('button', { name: 'Взять в работу' }).click()
  await page.getByText('ведёт anna@provider.example').waitFor()
  await page.getByRole('textbox', { name: 'Новая запись' }).fill('Звоню на площадку')
  await page.getByRole('button', { name: 'Добавить запись' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Звоню на площадку' }).waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Решить' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('Питание вернулось')
  await page.getByRole('dialog').locator('button[type=submit]').click()
  await page.getByText('Решена').first().waitFor()
  expect((await world.list('/tickets')).map((each) => get(each, 'state'))).toEqual(['resolved'])
  await shoot(page, 'journey-ticket-ru')
  expect(faults).toEqual([])
})

// A provider enters a client, a site, credentials, a router, a service, a contact and a colleague, all in the page; the API knows them after.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openPage, shoot } from '../browser'
import { Agent, get, setUp, text, until, World } from '../world'

let world: World
let browser: Browser
let agent: Agent
let page: Page
let faults: string[]

beforeAll(async () => {
  world = await World.open()
  browser = await launch()
  agent = await Agent.start()
  const opened = await openPage(browser, { tongue: 'en', scheme: 'light', width: 390 })
  page = opened.page
  faults = opened.faults
  await setUp(world, page)
})
afterAll(async () => {
  await browser?.close()
  await agent?.remove()
  await world?.close()
})

const dialog = () => page.getByRole('dialog')
const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true })
const field = (name: string) => dialog().getByRole('textbox', { name, exact: true })
const send = async () => {
  await dialog().locator('button[type=submit]').click()
  await dialog().waitFor({ state: 'detached' })
}
const names = async (path: string) => (await world.list(path)).map((each) => get(each, 'name'))

test('a client, after a form without a name was refused where it is wrong', async () => {
  await page.goto(`${world.url}/clients`)
  await button('Add a client').click()
  await dialog().locator('button[type=submit]').click()
  await dialog().getByText('Fill this in.').waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name')
  await field('Name').fill('Ромашка')
  await send()
  await page.getByRole('heading', { name: 'Ромашка', level: 1 }).waitFor()
  expect(await names('/tenants?kind=client')).toEqual(['Ромашка'])
})

test('a site of the client', async () => {
  await button('Add a site').click()
  await field('Name').fill('Тверская 7')
  await send()
  await page.getByRole('link', { name: 'Тверская 7' }).waitFor()
  expect(await names('/tenants?kind=site')).toEqual(['Тверская 7'])
})

test('credentials, which never come back', async () => {
  await page.goto(`${world.url}/admin/credentials`)
  await button('Add credentials').click()
  await field('Name').fill('loopback')
  await dialog().locator('input[name=community]').fill('public')
  await send()
  await page.getByText('loopback').waitFor()
  expect(JSON.stringify(await world.list('/credentials'))).not.toContain('public')
})

test('a router, whose state arrives without a reload', async () => {
  await page.goto(`${world.url}/devices`)
  await button('Add a device').click()
  await field('Name').fill('edge-1')
  await field('Address').fill('not an address at all')
  await field('SNMP port').fill(String(agent.port))
  // No site is chosen for anyone: the device would stand with the wrong client.
  const site = dialog().getByRole('combobox', { name: 'Site' })
  expect(await site.inputValue()).toBe('')
  await site.selectOption({ index: 1 })
  await dialog()
    .getByRole('checkbox', { name: /loopback/ })
    .check()
  // The server refuses the address; the page shows it at the field. A refused request is an error of the console by itself.
  await dialog().locator('button[type=submit]').click()
  await dialog().locator('[name=address][aria-invalid=true]').waitFor()
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('status of 400')))
  await shoot(page, 'journey-device-refused')
  await field('Address').fill('127.0.0.1')
  await send()
  await page.getByRole('heading', { name: 'edge-1', level: 1 }).waitFor()
  await page
    .getByRole('main')
    .getByText(/^✓\s?Up$/)
    .first()
    .waitFor({ timeout: 120_000 })
  await page.getByRole('tab', { name: /Interfaces/ }).click()
  await page.getByRole('row', { name: /lo/ }).first().waitFor({ timeout: 120_000 })
  await page.getByRole('row', { name: /lo/ }).first().click()
  await page.getByRole('heading', { name: /Traffic of/ }).waitFor()
  await shoot(page, 'journey-interfaces-390')
})

test('a service on one of its ports, and a contact who is told in Russian', async () => {
  const [client] = await world.list('/tenants?kind=client')
  await page.goto(`${world.url}/clients/${text(client, 'id')}`)
  await button('Add a service').click()
  await field('Name').fill('Доступ в интернет')
  await dialog().getByRole('combobox', { name: 'Device' }).selectOption({ index: 1 })
  await until('the ports to be offered', async () => (await dialog().getByRole('combobox', { name: 'Interface' }).locator('option').count()) > 1)
  await dialog().getByRole('combobox', { name: 'Interface' }).selectOption({ index: 1 })
  await send()
  expect(await names('/services')).toEqual(['Доступ в интернет'])
  await button('Add a contact').click()
  await field('Name').fill('Дежурный')
  await dialog().locator('button[type=submit]').click()
  await dialog().getByText('An e-mail address or a webhook is needed.').waitFor()
  await field('E-mail').fill('duty@romashka.example')
  await dialog().getByRole('combobox', { name: 'Language of the notices' }).selectOption('ru')
  await send()
  const [contact] = await world.list('/contacts')
  expect([get(contact, 'name'), get(contact, 'email'), get(contact, 'language')]).toEqual(['Дежурный', 'duty@romashka.example', 'ru'])
})

test('a colleague, who accepts with the link', async () => {
  await page.goto(`${world.url}/admin/people`)
  await button('Invite').click()
  await field('E-mail').fill('boris@provider.example')
  await dialog().getByRole('combobox', { name: 'Role' }).selectOption('provider_l1')
  await dialog().locator('button[type=submit]').click()
  const link = (await page.locator('[data-secret]').textContent()) ?? ''
  await dialog().getByRole('button', { name: 'Done' }).click()
  const other = await openPage(browser, { tongue: 'ru', scheme: 'dark', width: 390 })
  await other.page.goto(link)
  await other.page.locator('input[name=password]').fill('long enough to be kept')
  await other.page.locator('input[name=again]').fill('long enough to be kept')
  await other.page.locator('button[type=submit]').click()
  await other.page.waitForURL('**/alarms')
  // Line 1 reads, but does not write devices: the button says so instead of failing.
  await other.page.goto(`${world.url}/devices`)
  const add = other.page.getByRole('button', { name: 'Добавить устройство' })
  expect(await add.getAttribute('aria-disabled')).toBe('true')
  await add.click({ force: true })
  await other.page.getByText('Ваша роль этого не позволяет.').waitFor()
  expect(other.faults).toEqual([])
  await other.context.close()
})

test('the settings are kept, and the audit trail is whole', async () => {
  await page.goto(`${world.url}/admin/settings`)
  await page.getByRole('textbox', { name: 'More clients in a minute than' }).fill('7')
  await page.getByRole('main').locator('button[type=submit]').click()
  await page.getByText('The settings are saved.').waitFor()
  expect(JSON.stringify(await world.api('GET', '/settings'))).toContain('"clients_per_minute":7')
  await page.goto(`${world.url}/admin/audit`)
  await button('Check the chain').click()
  await page.getByText(/The chain is whole/).waitFor()
})

test('a device is removed by typing its name', async () => {
  const [service] = await world.list('/services')
  await world.api('DELETE', `/services/${text(service, 'id')}`)
  const [device] = await world.list('/devices')
  await page.goto(`${world.url}/devices/${text(device, 'id')}`)
  await button('Remove').click()
  const remove = dialog().getByRole('button', { name: 'Remove', exact: true })
  expect(await remove.isDisabled()).toBe(true)
  await dialog().getByRole('textbox').fill('edge-1')
  await remove.click()
  await page.waitForURL('**/devices')
  expect(await world.list('/devices')).toEqual([])
  expect(faults).toEqual([])
})

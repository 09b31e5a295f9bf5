import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const SHOTS = join(import.meta.dirname, '../shots')

export interface Look {
  tongue: 'en' | 'ru'
  scheme: 'light' | 'dark'
  width: 390 | 1440
}
export const LOOKS: readonly Look[] = (['en', 'ru'] as const).flatMap((tongue) =>
  (['light', 'dark'] as const).flatMap((scheme) => ([1440, 390] as const).map((width) => ({ tongue, scheme, width }))),
)
export const nameOf = ({ tongue, scheme, width }: Look) => `${tongue}-${scheme}-${width}`

/** playwright-core lays a new empty profile for each launch. */
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS })

/** A page of that look; the language is kept as a person's choice would be, the scheme comes from the system. */
export async function openPage(browser: Browser, look: Look, state?: Awaited<ReturnType<BrowserContext['storageState']>>) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width === 390 ? 844 : 900 },
    colorScheme: look.scheme,
    ...(look.width === 390 ? { hasTouch: true, isMobile: true } : {}),
    locale: look.tongue === 'ru' ? 'ru-RU' : 'en-GB',
    ...(state ? { storageState: state } : {}),
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return { context, page, faults: watch(page) }
}

/** What must never happen on a page: console errors, uncaught ones, requests that leave the machine. */
export function watch(page: Page): string[] {
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && hostname !== '127.0.0.1') faults.push(`request leaves the machine: ${request.url()}`)
  })
  return faults
}

/** A key as the browser gets it: the place on the board and, apart from it, what the layout writes. */
export async function press(page: Page, code: string, writes: string) {
  const session = await page.context().newCDPSession(page)
  const key = { code, key: writes, text: writes, unmodifiedText: writes }
  await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key })
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', code, key: writes })
  await session.detach()
}

export async function shoot(page: Page, name: string) {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
}

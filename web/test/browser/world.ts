// A new installation for a test: the real binary on a free port in a temporary folder, and a real SNMP agent beside it.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

export const ADMIN = { email: 'anna@provider.example', password: 'quiet surface, loud exceptions' }
export const DEMO = { email: 'demo@polyot.example', password: 'polyot-demo-2026' }
const BINARY = process.env.POLYOT_BIN ?? join(import.meta.dirname, '../../../target/debug/polyot')
const SNMPD = '/usr/sbin/snmpd'
/** How long a test waits at most for what should take seconds. */
export const CEILING_MS = 300_000

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
async function freeUdpPort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}

/** Asks until the answer is there; says what it waited for when it never came. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, ceilingMs = CEILING_MS): Promise<T> {
  const started = Date.now()
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() - started > ceilingMs) throw new Error(`waited ${ceilingMs} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => child.kill('SIGKILL'), 20_000)
    child.once('exit', () => {
      clearTimeout(cut)
      resolve()
    })
  })
}

/** Debian's snmpd on a loopback port: a device that can be struck dumb. */
export class Agent {
  readonly port: number
  readonly #folder: string
  #child: ChildProcess | undefined

  private constructor(port: number) {
    this.port = port
    this.#folder = mkdtempSync(join(tmpdir(), 'polyot-agent-'))
  }
  static async start(): Promise<Agent> {
    if (!existsSync(SNMPD)) throw new Error(`${SNMPD} is missing: apt-get install snmpd`)
    const agent = new Agent(await freeUdpPort())
    agent.speak()
    return agent
  }
  speak() {
    const config = join(this.#folder, 'snmpd.conf')
    writeFileSync(config, 'rocommunity public 127.0.0.1\nsysLocation loopback\nsysName edge-1\n')
    this.#child = spawn(SNMPD, ['-f', '-C', '-c', config, '-Lf', join(this.#folder, 'log'), '-p', join(this.#folder, 'pid'), `udp:127.0.0.1:${this.port}`], {
      stdio: 'ignore',
      env: { ...process.env, SNMP_PERSISTENT_DIR: this.#folder, MIBS: '' },
    })
  }
  async fallSilent() {
    if (!this.#child) return
    this.#child.kill('SIGTERM')
    await ended(this.#child)
    this.#child = undefined
  }
  async remove() {
    await this.fallSilent()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export class World {
  readonly url: string
  readonly #folder: string
  readonly #args: readonly string[]
  #child: ChildProcess
  #log = ''
  #token = ''
  #who: { email: string; password: string } = ADMIN

  private constructor(url: string, folder: string, args: readonly string[]) {
    this.url = url
    this.#folder = folder
    this.#args = args
    this.#child = this.#spawn()
  }
  #spawn(): ChildProcess {
    const child = spawn(BINARY, this.#args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '', HOME: this.#folder } })
    const take = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-200_000)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    return child
  }
  async #lives() {
    await until(
      'the server to live',
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`the server ended by itself:\n${this.log}`)
        return (await fetch(`${this.url}/livez`).catch(() => undefined))?.ok
      },
      60_000,
    )
  }
  static async #open(args: (folder: string, listen: string) => readonly string[]): Promise<World> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: build it, or name another one in POLYOT_BIN`)
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'polyot-web-'))
    const world = new World(`http://127.0.0.1:${port}`, folder, args(folder, `127.0.0.1:${port}`))
    await world.#lives()
    return world
  }
  /** A new installation that nobody has set up. */
  static open = () => World.#open((folder, listen) => ['serve', '--data', join(folder, 'data'), '--listen', listen])
  /** The simulated network with its 24 devices, taking faults when it is told to. */
  static async demo(): Promise<World> {
    const world = await World.#open((folder, listen) => ['demo', '--control', '--fault-after', '0', '--keep', join(folder, 'data'), '--listen', listen])
    await until('the demo to be registered', async () => /Faults are taken/.test(world.log), 60_000)
    world.#who = DEMO
    return world
  }
  /** A fault of the simulated network, by its control port. */
  async fault(order: { fault: string; device?: string; interface?: string; lines?: string[] }) {
    const control = this.#log.match(/Faults are taken by POST at (\S+)/)?.[1] ?? ''
    const answer = await fetch(control, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) })
    if (!answer.ok) throw new Error(`fault ${order.fault}: ${await answer.text()}`)
  }
  /** The process dies at once, as in a power cut … */
  async die() {
    this.#child.kill('SIGKILL')
    await ended(this.#child)
  }
  /** … and is there again, on the same address with the same data. */
  async rise() {
    this.#child = this.#spawn()
    await this.#lives()
  }
  get log() {
    return this.#log
  }
  /** The link that the server prints once. */
  async setupLink(): Promise<string> {
    return until('the setup link in the log', async () => this.#log.match(/https?:\/\/\S+\/setup\S*/)?.[0], 20_000)
  }
  /** Freezes and thaws the process: for the page, a server that went silent. */
  freeze() {
    this.#child.kill('SIGSTOP')
  }
  thaw() {
    this.#child.kill('SIGCONT')
  }
  async close() {
    this.thaw()
    this.#child.kill('SIGTERM')
    await ended(this.#child)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    if (this.#token === '' && path !== '/sessions') {
      const opened: unknown = await this.api('POST', '/sessions', this.#who)
      this.#token = text(opened, 'token')
    }
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`)
    return said === '' ? undefined : JSON.parse(said)
  }
  /** A change of the version that is there now. */
  async change(path: string, patch: unknown): Promise<unknown> {
    const version = get(await this.api('GET', path), 'version')
    return this.api('PATCH', path, patch, { 'if-match': `"${version}"` })
  }
  async list(path: string): Promise<unknown[]> {
    const page = await this.api('GET', path)
    return Array.isArray(get(page, 'items')) ? [...items(page)] : []
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
export const get = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
export function text(value: unknown, name: string): string {
  const found = get(value, name)
  if (typeof found !== 'string') throw new Error(`no ${name} in ${JSON.stringify(value)}`)
  return found
}
function* items(page: unknown): Generator<unknown> {
  const list = get(page, 'items')
  if (Array.isArray(list)) yield* list
}

/** The first setup, done in the page as a person would. */
export async function setUp(world: World, page: Page) {
  await page.goto(await world.setupLink())
  const field = (name: string | RegExp) => page.getByRole('textbox', { name })
  await field(/Name of your company|Название вашей компании/).fill('Northern Node')
  await field(/E-mail|Почта/).fill(ADMIN.email)
  await page.locator('input[name=password]').fill(ADMIN.password)
  await page.locator('input[name=again]').fill(ADMIN.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/alarms')
  await until('the server to be ready', async () => (await fetch(`${world.url}/readyz`)).ok, 60_000)
  // By default the collector asks its gateway; a test keeps to this machine.
  await world.change('/settings', { reference_targets: ['127.0.0.1'] })
}

export interface Network {
  client: string
  site: string
  device: string
  agent: Agent
}

/** A client with a site, a device that answers, a service on it and a contact. */
export async function makeNetwork(world: World): Promise<Network> {
  const agent = await Agent.start()
  const provider = (await world.list('/tenants?kind=provider'))[0]
  const client = text(await world.api('POST', '/tenants', { kind: 'client', name: 'Ромашка', parent: text(provider, 'id'), language: 'ru' }), 'id')
  const site = text(await world.api('POST', '/tenants', { kind: 'site', name: 'Москва, Тверская 7', parent: client }), 'id')
  const credential = text(
    await world.api('POST', '/credentials', { tenant: text(provider, 'id'), name: 'loopback', kind: 'snmp_v2c', community: 'public' }),
    'id',
  )
  const device = text(
    await world.api('POST', '/devices', { site, name: 'edge-1', address: '127.0.0.1', snmp_port: agent.port, credentials: [credential] }),
    'id',
  )
  await world.api('POST', '/contacts', { tenant: client, name: 'Дежурный', email: 'duty@romashka.example', language: 'ru' })
  await world.api('POST', '/services', { client, name: 'Доступ в интернет', endpoints: [{ device }] })
  await until('the device to be up', async () => text(await world.api('GET', `/devices/${device}`), 'state') === 'up')
  return { client, site, device, agent }
}

export async function activeAlarm(world: World, device: string): Promise<string> {
  return until('an alarm of the device', async () => {
    const [alarm] = await world.list(`/alarms?state=active&device=${device}`)
    return alarm === undefined ? undefined : text(alarm, 'id')
  })
}

/** Logs in as the page asks. */
export async function logIn(world: World, page: Page, who: { email: string; password: string }) {
  await page.goto(`${world.url}/login`)
  await page.locator('input[name=email]').fill(who.email)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/alarms')
}

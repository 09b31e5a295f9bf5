import { QueryClient } from '@tanstack/react-query'
import { describe, expect, test } from 'vitest'
import { FrameReader } from '../../src/api/events'
import type { Alarm } from '../../src/api/nouns'
import { entryOf } from '../../src/api/version'
import { align } from '../../src/chart/align'
import { duration, quantity } from '../../src/i18n/format'
import { firstTongue } from '../../src/i18n/i18n'
import { match, type Shortcut } from '../../src/keys/registry'
import { asApi, asCli, toCsv, toJson } from '../../src/list/export'
import { makeAsker, takeFrame } from '../../src/live/patches'
import { group } from '../../src/routes/operator/alarms/group'
import { changes } from '../../src/routes/operator/audit/changes'
import { choice, readView, text } from '../../src/url/view'

describe('events', () => {
  const read = (...pieces: string[]) => {
    const reader = new FrameReader()
    return pieces.flatMap((piece) => reader.push(piece))
  }
  test('are whole however the bytes were cut', () => {
    const whole = 'id: 7\nevent: alarm.raised\ndata: {"a":1}\n\n'
    const frame = { id: '7', event: 'alarm.raised', data: '{"a":1}' }
    expect(read(whole)).toEqual([frame])
    expect(read(...whole)).toEqual([frame])
    expect(read('id: 7\r\nevent: alarm.raised\r\n', 'data: {"a":1}\r\n\r\n')).toEqual([frame])
  })
  test('leave beats out', () => {
    expect(read(': beat\n\n', 'event: hello\ndata: {"seq":3}\n\n: beat\n\n')).toEqual([{ id: '', event: 'hello', data: '{"seq":3}' }])
  })
  test('ask for a list once, however many come, and ignore kinds from the future', async () => {
    const cache = new QueryClient()
    const asked: string[] = []
    cache.invalidateQueries = async (filter) => {
      asked.push(String(filter?.queryKey))
    }
    const asker = makeAsker(cache)
    for (let at = 0; at < 500; at += 1) takeFrame({ id: String(at), event: 'ticket.changed', data: '' }, asker)
    takeFrame({ id: '500', event: 'lease.signed', data: '' }, asker)
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    asker.stop()
    expect(asked.sort()).toEqual(['alarms', 'summary', 'tickets'])
  })
})

describe('keys', () => {
  const key = (code: string): Shortcut => ({ code, cap: code, text: 'keys.open', run: () => {} })
  const list = [key('KeyA'), key('KeyG KeyA'), key('shift+Slash'), key('Slash')]
  test.each([
    ['KeyA', false, '', 'KeyA'],
    ['KeyA', false, 'KeyG', 'KeyG KeyA'],
    ['Slash', false, '', 'Slash'],
    ['Slash', true, '', 'shift+Slash'],
    ['KeyA', true, '', undefined],
    ['KeyQ', false, 'KeyG', undefined],
  ])('%s, shift %s, after "%s" is %s', (code, shift, before, expected) => {
    expect(match(list, code, shift, before)?.code).toBe(expected)
  })
  test('the page shown last wins', () => {
    const last = key('KeyA')
    expect(match([...list, last], 'KeyA', false, '')).toBe(last)
  })
})

describe('numbers', () => {
  test.each([
    [0, '0s'],
    [48_000, '48s'],
    [161_000, '2m 41s'],
    [18_720_000, '5h 12m'],
    [273_600_000, '3d 4h'],
    [-5_000, '0s'],
  ])('%d ms lasts %s', (ms, expected) => {
    expect(duration('en', ms)).toBe(expected)
  })
  test('a duration is Russian in Russian', () => {
    expect(duration('ru', 161_000).replaceAll('\u00a0', ' ')).toBe('2 мин 41 с')
  })
  test.each([
    ['bps', 0, '0 bit/s'],
    ['bps', 1_500_000, '1.5 Mbit/s'],
    ['bps', 987_654_321, '988 Mbit/s'],
    ['bytes', 8_589_934_592, '8 GiB'],
    ['percent', 3.14, '3.1%'],
    ['ratio', 0.97, '97%'],
    ['ms', 0.42, '0.42 ms'],
  ] as const)('%s of %d is %s', (unit, value, expected) => {
    expect(quantity('en', value, unit).replaceAll('\u00a0', ' ')).toBe(expected)
  })
  test.each([
    ['ru', 'en-US', 'ru'],
    [null, 'ru-RU', 'ru'],
    [null, 'de-DE', 'en'],
    ['nonsense', 'en-GB', 'en'],
  ])('kept %s, browser %s: %s', (kept, browser, expected) => {
    expect(firstTongue(kept, browser)).toBe(expected)
  })
})

describe('graphs', () => {
  const series = (stepS: number, ...at: number[]) => ({
    object: 'dev_1',
    metric: 'cpu_load',
    unit: 'percent' as const,
    step_s: stepS,
    points: at.map((seconds) => ({ at: new Date(seconds * 1000).toISOString(), min: seconds, avg: seconds, max: seconds })),
  })
  test('a gap is a gap', () => {
    expect(align([{ series: series(10, 10, 20, 60, 70) }])).toEqual([
      [10, 20, 30, 60, 70],
      [10, 20, null, 60, 70],
    ])
  })
  test('out is below zero, and missing points of one line do not move the other', () => {
    expect(align([{ series: series(10, 10, 20) }, { series: series(10, 20, 30), isBelow: true }])).toEqual([
      [10, 20, 30],
      [10, 20, null],
      [null, -20, -30],
    ])
  })
})

describe('alarms', () => {
  const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
    id,
    class: 'unreachable',
    severity: 'critical',
    state: 'active',
    object: { kind: 'device', id: 'dev_1', name: id },
    is_root: false,
    first_miss_at: '2026-11-22T10:00:00Z',
    raised_at: '2026-11-22T10:00:30Z',
    flaps: 0,
    detail: '',
    impact: { services: 0, clients: 0 },
    version: 1,
    can: { ack: true, unack: 'state' },
    ...more,
  })
  const shown = (list: Alarm[], isOpen = true) =>
    group(list, () => isOpen, false).map((row) => `${'  '.repeat(row.depth)}${row.alarm.id}${row.symptoms > 0 ? ` +${row.symptoms}` : ''}`)
  const cause = alarm('cause', { is_root: true, incident: 'inc_1' })
  const symptom = alarm('symptom', { incident: 'inc_1', severity: 'minor', suppressed_by: 'cause' })
  test('symptoms stand below their cause and fold into it', () => {
    expect(shown([symptom, cause])).toEqual(['cause +1', '  symptom'])
    expect(shown([symptom, cause], false)).toEqual(['cause +1'])
  })
  test('a symptom whose cause is filtered out is not lost', () => {
    expect(shown([symptom])).toEqual(['symptom'])
  })
  test('two causes of one incident both stand on top, and a chain leads to its first cause', () => {
    const second = alarm('second', { is_root: true, incident: 'inc_1', severity: 'major' })
    const behind = alarm('behind', { incident: 'inc_1', suppressed_by: 'symptom' })
    expect(shown([behind, symptom, cause, second])).toEqual(['cause +2', '  behind', '  symptom', 'second'])
  })
  test('a ring of suppressions hides nothing', () => {
    const list = [alarm('a', { suppressed_by: 'b' }), alarm('b', { suppressed_by: 'a' })]
    expect(
      shown(list)
        .map((line) => line.trim().slice(0, 1))
        .sort(),
    ).toEqual(['a', 'b'])
  })
  test('the worst not yet acknowledged comes first', () => {
    const acked = alarm('acked', { acked_by: { id: 'usr_1', email: 'a@b' } })
    expect(shown([acked, alarm('minor', { severity: 'minor' }), alarm('critical')])).toEqual(['critical', 'minor', 'acked'])
  })
})

describe('what a list hands out', () => {
  const rows = [
    { name: 'Ромашка, "ООО"', note: '=1+1', count: -3 },
    { name: 'a', note: null, count: 0 },
  ]
  type Row = (typeof rows)[number]
  const columns = [
    { head: 'Name', value: (row: Row) => row.name },
    { head: 'Note', value: (row: Row) => row.note },
    { head: 'Count', value: (row: Row) => row.count },
  ]
  test('is CSV that no sheet runs', () => {
    expect(toCsv(columns, rows)).toBe('\uFEFFName,Note,Count\r\n"Ромашка, ""ООО""",\'=1+1,-3\r\na,,0\r\n')
  })
  test('is the object of the API as JSON', () => {
    expect(JSON.parse(toJson(rows, (row) => ({ id: row.name })))).toEqual([{ id: 'Ромашка, "ООО"' }, { id: 'a' }])
  })
  test('is asked the same by the command', () => {
    const source = { path: '/api/v1/devices', query: { state: 'up', q: "o'k &" } }
    expect(asCli(source)).toBe("polyot api GET '/api/v1/devices?state=up&q=o%27k+%26'")
    expect(asApi({ path: '/api/v1/users', query: {} }, 'https://noc.example')).toBe(
      `curl -H "Authorization: Bearer $POLYOT_TOKEN" 'https://noc.example/api/v1/users'`,
    )
  })
})

describe('a new build', () => {
  test('is known by the name of its entry', () => {
    expect(entryOf('<script type="module" crossorigin src="/assets/index-CdSTTTgO.js"></script>')).toBe('assets/index-CdSTTTgO.js')
    expect(entryOf('<h1>no page</h1>')).toBe(null)
  })
})

describe('small parts', () => {
  test('a bent link still opens: what is not known is dropped', () => {
    const spec = { state: choice(['active', 'cleared'], 'active'), q: text() }
    expect(readView(spec, new URLSearchParams('state=burning&q=msk&x=1'))).toEqual({ state: 'active', q: 'msk' })
  })
  test('the audit shows only what changed', () => {
    expect(changes({ name: 'a', tz: 'UTC' }, { name: 'b', tz: 'UTC', shadow: true })).toEqual([
      { field: 'name', removed: ['a'], added: ['b'] },
      { field: 'shadow', removed: [], added: [true] },
    ])
    expect(changes(null, { name: 'a' })).toEqual([{ field: 'name', removed: [], added: ['a'] }])
    expect(changes({ brake: { hold_s: 180, on: true }, targets: ['a', 'b'] }, { brake: { hold_s: 60, on: true }, targets: ['b', 'c'] })).toEqual([
      { field: 'brake.hold_s', removed: [180], added: [60] },
      { field: 'targets', removed: ['a'], added: ['c'] },
    ])
    expect(changes(null, { endpoints: [{ device: 'dev_1', interface: null }] })).toEqual([{ field: 'endpoints', removed: [], added: ['device dev_1'] }])
    expect(changes(null, null)).toEqual([])
  })
})

import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { alarms, reference } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { tenants } from '../../../api/tenants'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import type { Shortcut } from '../../../keys/registry'
import { useKeys } from '../../../keys/registry'
import { Choice, SearchBox } from '../../../list/Filters'
import { List } from '../../../list/List'
import { dressed, holds, useRows } from '../../../list/useRows'
import { isBlind, useFeed } from '../../../live/stream'
import { useAct } from '../../../parts/act/useAct'
import { ALARM_CLASS, SEVERITIES, SEVERITY } from '../../../parts/words/words'
import { Page } from '../../../ui/Page'
import { Segments } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { choice, text, useView } from '../../../url/view'
import { AckDialog } from './AckDialog'
import { AlarmPanel } from './AlarmPanel'
import css from './alarms.module.css'
import { alarmColumns } from './columns'
import { type Grouped, group } from './group'

/** Beside the panel the list is laid as cards, unless the screen is very wide. */
const BESIDE_PANEL_PX = 1360
const spec = {
  state: choice(['active', 'cleared'], 'active'),
  severity: choice(['critical', 'major', 'minor', 'warning', 'indeterminate'], ''),
  class: choice(['unreachable', 'interface_down', 'snmp_silent', 'collector_lost', 'metric', 'external'], ''),
  acked: choice(['true', 'false'], ''),
  muted: choice(['true', 'false'], ''),
  client: text(),
  q: text(),
  open: text(),
}
const matches = (alarm: Alarm, sought: string) =>
  holds(sought, [alarm.object.name, alarm.device?.name, alarm.site?.name, alarm.client?.name, alarm.detail, alarm.incident ? reference(alarm.incident) : ''])

export default function AlarmsPage() {
  const say = useSay()
  const navigate = useNavigate()
  const { view, set, isFiltered } = useView(spec)
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const [acking, setAcking] = useState<readonly Alarm[]>([])
  const {
    query,
    all,
    rows: matching,
    origin,
  } = useRows(
    alarms.list({
      state: view.state,
      severity: view.severity,
      class: view.class,
      client: view.client,
      ...(view.acked === '' ? {} : { acked: view.acked === 'true' }),
      ...(view.muted === '' ? {} : { muted: view.muted === 'true' }),
    }),
    view.q === '' ? undefined : (alarm) => matches(alarm, view.q),
  )
  const rows = group(matching, (id) => !folded.has(id), view.state === 'cleared')
  const fold = (id: string) => setFolded((before) => toggled(before, id))
  const open = (row: Grouped) => set({ open: view.open === row.alarm.id ? '' : row.alarm.id })
  const chosen = all.filter((each) => marked.has(each.id))
  const unack = useAct(alarms.unack, { touches: [alarms.key, ['summary']], said: say('alarms.said.unacked') })

  const rowKeys = (row: Grouped | undefined): Shortcut[] => [
    {
      code: 'KeyA',
      cap: 'a',
      text: 'alarms.ack',
      run: () => {
        const these = chosen.length > 0 ? chosen : row ? [row.alarm] : []
        setAcking(these.filter((each) => each.can.ack === true))
      },
    },
    { code: 'KeyU', cap: 'u', text: 'alarms.unack', run: () => row && row.alarm.can.unack === true && unack.mutate({ id: row.alarm.id }) },
  ]
  useKeys([
    {
      code: 'Escape',
      cap: 'Esc',
      text: 'keys.close',
      run: () => {
        set({ open: '' })
        setMarked(new Set())
      },
    },
  ])

  return (
    <div className={css.console}>
      <Page
        title={say('alarms.title')}
        ready={!query.isPending}
        isThumb
        actions={
          chosen.length > 0 ? (
            <>
              <span className="small dim">{say('alarms.marked', { count: chosen.length })}</span>
              <Button size="xs" onClick={() => setAcking(chosen.filter((each) => each.can.ack === true))}>
                {say('alarms.ack')}
              </Button>
              <Button size="xs" variant="default" onClick={() => setMarked(new Set())}>
                {say('list.unmark')}
              </Button>
            </>
          ) : undefined
        }
      >
        <div className={css.sheet}>
          <List
            label={say('alarms.title')}
            rows={rows}
            idOf={(row) => row.alarm.id}
            columns={alarmColumns(fold, folded, view.state === 'cleared')}
            query={query}
            name="alarms"
            origin={dressed(
              origin,
              (alarm): Grouped => ({ alarm, depth: 0, symptoms: 0 }),
              (row) => row.alarm,
            )}
            filters={<AlarmFilters view={view} set={set} />}
            isFiltered={isFiltered && (view.state !== 'cleared' || all.length > 0 || view.q !== '')}
            clear={() => set({ severity: '', class: '', acked: '', muted: '', client: '', q: '', state: '' })}
            none={view.state === 'cleared' ? { text: say('alarms.none_cleared') } : { text: say('alarms.none'), hint: <AllClear /> }}
            open={open}
            enter={(row) => void navigate(go.alarm(row.alarm.id))}
            openId={view.open}
            depthOf={(row) => row.depth}
            toneOf={(row) =>
              row.depth === 1 || row.alarm.state === 'cleared' || row.alarm.acked_by || row.alarm.muted_by ? undefined : SEVERITY[row.alarm.severity].tone
            }
            marked={{ ids: marked, toggle: (id) => setMarked((before) => toggled(before, id)) }}
            rowKeys={rowKeys}
            roomPx={view.open === '' ? 0 : BESIDE_PANEL_PX}
            isCalm
          />
        </div>
      </Page>
      {view.open === '' ? null : <AlarmPanel id={view.open} close={() => set({ open: '' })} ack={(alarm) => setAcking([alarm])} />}
      <AckDialog
        alarms={acking}
        close={() => setAcking([])}
        done={() => {
          setAcking([])
          setMarked(new Set())
        }}
      />
    </div>
  )
}

const toggled = (before: ReadonlySet<string>, id: string) => {
  const next = new Set(before)
  if (!next.delete(id)) next.add(id)
  return next
}

interface FilterProps {
  view: { state: string; severity: string; class: string; acked: string; muted: string; client: string; q: string }
  set: (change: Record<string, string>, replace?: boolean) => void
}
function AlarmFilters({ view, set }: FilterProps) {
  const say = useSay()
  const all = useQuery(tenants.all)
  const clients = (all.data ?? []).filter((each) => each.kind === 'client')
  return (
    <>
      <Segments
        label={say('alarms.state')}
        value={view.state}
        options={[
          ['active', say('alarms.active')],
          ['cleared', say('alarms.cleared')],
        ]}
        onChange={(state) => set({ state: state === 'active' ? '' : state, open: '' })}
      />
      <SearchBox label={say('alarms.find')} value={view.q} onChange={(q) => set({ q }, true)} />
      <Choice
        label={say('col.severity')}
        value={view.severity}
        options={SEVERITIES.map((each) => [each, say(SEVERITY[each].text)] as const)}
        onChange={(severity) => set({ severity })}
      />
      <Choice
        label={say('col.class')}
        value={view.class}
        options={Object.entries(ALARM_CLASS).map(([name, key]) => [name, say(key)] as const)}
        onChange={(name) => set({ class: name })}
      />
      {clients.length > 0 ? (
        <Choice
          label={say('col.client')}
          value={view.client}
          options={clients.map((each) => [each.id, each.name] as const)}
          onChange={(client) => set({ client })}
        />
      ) : null}
      <Choice
        label={say('alarms.ack_filter')}
        value={view.acked}
        options={[
          ['false', say('alarms.not_acked')],
          ['true', say('alarms.acked')],
        ]}
        onChange={(acked) => set({ acked })}
      />
      <Choice
        label={say('alarms.muted_filter')}
        value={view.muted}
        options={[
          ['false', say('alarms.not_muted')],
          ['true', say('alarms.muted')],
        ]}
        onChange={(muted) => set({ muted })}
      />
    </>
  )
}

/** "All clear" always says how fresh that is; blind is not calm. */
function AllClear() {
  const say = useSay()
  const format = useFormat()
  const feed = useFeed()
  if (isBlind(feed.state)) return <>{say('alarms.none_blind')}</>
  return <>{feed.heardAt > 0 ? say('alarms.none_heard', { at: format.clock(feed.heardAt) }) : ''}</>
}

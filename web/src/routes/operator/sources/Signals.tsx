import { Checkbox } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Signal, type SignalState, signals, sources } from '../../../api/beside'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { Choice, SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { SeverityBadge } from '../../../parts/alarm/SeverityBadge'
import { GoRef } from '../../../parts/link/Go'
import { SIGNAL_STATE } from '../../../parts/words/besideWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Panel } from '../../../ui/Page'
import { Instant } from '../../../ui/Pieces'
import { MapForm } from './MapForm'
import css from './sources.module.css'

interface View {
  q: string
  source: string
  state: SignalState | ''
  unmapped: '1' | ''
}
const labelWords = (row: Signal) => Object.entries(row.labels).map(([name, value]) => `${name}=${value}`)

/** The labels below it: by them a person knows what it is about. */
function Title({ row }: { row: Signal }) {
  return (
    <span className={css.title} title={[row.title, ...labelWords(row)].join('\n')}>
      <span className="clip">{row.title}</span>
      <span className="small dim clip">
        {row.source.name} <span className="mono">{labelWords(row).join(' ')}</span>
      </span>
    </span>
  )
}
function Last({ row }: { row: Signal }) {
  const say = useSay()
  return (
    <span title={say('signals.count', { count: row.count })}>
      <Instant at={row.last_at} />
    </span>
  )
}
function About({ row }: { row: Signal }) {
  const say = useSay()
  const about = row.device ?? row.service
  return about ? <GoRef of={about} /> : <span className="dim">{say('signals.unmapped')}</span>
}

export function Signals({ view, set }: { view: View; set: (change: Partial<Record<keyof View, string>>, replace?: boolean) => void }) {
  const say = useSay()
  const systems = useInfiniteQuery(sources.list())
  const list = signals.list({ source: view.source, state: view.state, ...(view.unmapped === '1' ? { unmapped: true } : {}) })
  const { query, rows, origin } = useRows(list, view.q === '' ? undefined : (row) => holds(view.q, [row.title, ...labelWords(row)]))
  const [mapped, setMapped] = useState<Signal | null>(null)
  const columns: Column<Signal>[] = [
    { id: 'severity', head: 'col.severity', phone: 'side', cell: (row) => <SeverityBadge severity={row.severity} />, value: (row) => row.severity },
    { id: 'title', head: 'col.title', size: 'grow', phone: 'lead', cell: (row) => <Title row={row} />, value: (row) => row.title },
    { id: 'about', head: 'signals.about', cell: (row) => <About row={row} />, value: (row) => (row.device ?? row.service)?.name ?? null },
    { id: 'state', head: 'col.state', cell: (row) => <WordPill word={SIGNAL_STATE[row.state]} />, value: (row) => row.state },
    { id: 'last', head: 'signals.last', phone: 'end', cell: (row) => <Last row={row} />, value: (row) => row.last_at },
    {
      id: 'acts',
      head: 'col.acts',
      cell: (row) => (
        <Act small can={row.can.map} onClick={() => setMapped(row)}>
          {say('signals.map')}
        </Act>
      ),
    },
  ]
  return (
    <Panel title={say('signals.list')} count={rows.length} flush>
      <List
        label={say('signals.list')}
        rows={rows}
        idOf={(row) => row.id}
        columns={columns}
        query={query}
        name="signals"
        origin={origin}
        filters={
          <>
            <SearchBox label={say('signals.find')} value={view.q} onChange={(q) => set({ q }, true)} />
            <Choice
              label={say('signals.source')}
              value={view.source}
              options={(systems.data?.pages ?? []).flatMap((page) => page.items).map((each) => [each.id, each.name] as const)}
              onChange={(source) => set({ source })}
            />
            <Choice
              label={say('col.state')}
              value={view.state}
              options={Object.entries(SIGNAL_STATE).map(([name, word]) => [name, say(word.text)] as const)}
              onChange={(state) => set({ state })}
            />
            <Checkbox
              size="xs"
              label={say('signals.only_unmapped')}
              checked={view.unmapped === '1'}
              onChange={() => set({ unmapped: view.unmapped === '1' ? '' : '1' })}
            />
          </>
        }
        isFiltered={view.q !== '' || view.source !== '' || view.state !== '' || view.unmapped !== ''}
        clear={() => set({ q: '', source: '', state: '', unmapped: '' })}
        none={{ text: say('signals.none') }}
      />
      <Dialog title={say('signals.map_title')} opened={mapped !== null} close={() => setMapped(null)}>
        {mapped ? <MapForm signal={mapped} close={() => setMapped(null)} /> : null}
      </Dialog>
    </Panel>
  )
}

import { Button, Checkbox } from '@mantine/core'
import { type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { useFormat } from '../i18n/format'
import { type Key, useSay } from '../i18n/i18n'
import { type Shortcut, useKeys } from '../keys/registry'
import { isBlind, useFeed } from '../live/stream'
import { Icon } from '../ui/Icon'
import { IconButton } from '../ui/IconButton'
import { Empty, Waiting } from '../ui/Pieces'
import type { Cell } from './export'
import { ListTools } from './ListTools'
import css from './list.module.css'
import { ProblemView } from './ProblemView'
import { useCalm } from './useCalm'
import { useColumns } from './useColumns'
import { useNarrow } from './useNarrow'
import type { Origin } from './useRows'

export interface Column<T> {
  id: string
  head: Key
  cell: (row: T) => ReactNode
  /** For an export: the API's own word, number or instant. Without it the column is not exported. */
  value?: (row: T) => Cell
  /** grow takes what is left, broad the same but never little; fit is as wide as its widest cell. */
  size?: 'grow' | 'broad' | 'fit'
  /** Where it stands when the list is narrow: the title, the line above it, its right edge, the line below, or nowhere. */
  phone?: 'lead' | 'line' | 'side' | 'end' | 'none'
  isNumber?: boolean
}

export interface ListQuery {
  isPending: boolean
  isError: boolean
  error: unknown
  refetch: () => unknown
  dataUpdatedAt: number
  hasNextPage?: boolean
  isFetchingNextPage?: boolean
  fetchNextPage?: () => unknown
}

export interface ListProps<T> {
  label: string
  rows: readonly T[]
  idOf: (row: T) => string
  columns: readonly Column<T>[]
  /** With a name the list has its tools: columns, export, copy as a command. It is the file's name too. */
  name?: string
  origin?: Origin<T>
  filters?: ReactNode
  query: ListQuery
  isFiltered?: boolean
  clear?: () => void
  none: { text: string; hint?: ReactNode; act?: ReactNode }
  open?: (row: T) => void
  /** Enter; the same as `open` when not given. */
  enter?: (row: T) => void
  openId?: string
  depthOf?: (row: T) => number
  toneOf?: (row: T) => string | undefined
  /** Marks rows for acts on many. */
  marked?: { ids: ReadonlySet<string>; toggle: (id: string) => void }
  rowKeys?: (row: T | undefined) => readonly Shortcut[]
  /** Rows stand still under the pointer; new ones wait. */
  isCalm?: boolean
  /** With less room than this the rows are cards, even if the columns would fit. */
  roomPx?: number
}

export function List<T>(props: ListProps<T>) {
  const { name, columns } = props
  const say = useSay()
  const { hidden, toggle } = useColumns(name ?? '')
  // On a phone the choices would push the rows off the screen.
  const [isOpen, setOpen] = useState(false)
  if (name === undefined) return <Body {...props} />
  const shown = columns.filter((column) => column.phone === 'lead' || !hidden.includes(column.id))
  return (
    <>
      <div className={css.filters} data-open={isOpen ? '' : undefined}>
        {props.filters}
        <span className={css.ends}>
          {props.filters ? (
            <IconButton className={css.narrowOnly} label={say('list.filters')} expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              <Icon name="settings" />
            </IconButton>
          ) : null}
          <ListTools name={name} columns={columns} hidden={hidden} toggle={toggle} origin={props.origin} />
        </span>
      </div>
      <Body {...props} columns={shown} />
    </>
  )
}

function Body<T>(props: ListProps<T>) {
  const say = useSay()
  const { query, rows, isFiltered } = props
  if (query.isPending) return <Waiting />
  if (query.isError && rows.length === 0) return <ProblemView error={query.error} retry={query.refetch} />
  if (rows.length === 0) {
    if (isFiltered) {
      return (
        <Empty
          text={say('list.nothing_matches')}
          act={
            props.clear ? (
              <Button variant="default" onClick={props.clear}>
                {say('list.clear')}
              </Button>
            ) : undefined
          }
        />
      )
    }
    return <Empty text={props.none.text} hint={props.none.hint} act={props.none.act} />
  }
  return <Filled {...props} />
}

function Filled<T>(props: ListProps<T>) {
  const { columns, idOf, label, query, marked, open, depthOf, toneOf } = props
  const say = useSay()
  const format = useFormat()
  const feed = useFeed()
  const frame = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const isNarrow = useNarrow(frame, columns.length, props.roomPx ?? 0)
  const [cursorId, setCursorId] = useState('')
  const [isPointed, setPointed] = useState(false)
  const calm = useCalm(props.rows, idOf, Boolean(props.isCalm) && (isPointed || (marked?.ids.size ?? 0) > 0))
  const rows = calm.rows
  const at = rows.findIndex((row) => idOf(row) === (cursorId || props.openId))
  const current = at < 0 ? undefined : rows[at]

  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]
    if (!next) return
    setCursorId(idOf(next))
    const line = body.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(idOf(next))}"]`)
    line?.focus()
    line?.scrollIntoView({ block: 'nearest' })
  }
  const withCurrent = (run: (row: T) => void) => () => {
    const row = current ?? rows[0]
    if (row) run(row)
  }
  const enter = props.enter ?? open
  useKeys([
    { code: 'KeyJ', cap: 'j', text: 'keys.next', run: () => move(1) },
    { code: 'KeyK', cap: 'k', text: 'keys.previous', run: () => move(-1) },
    ...(enter ? [{ code: 'Enter', cap: 'Enter', text: 'keys.open' as const, run: withCurrent(enter) }] : []),
    ...(open ? [{ code: 'KeyO', cap: 'o', text: 'keys.side' as const, run: withCurrent(open) }] : []),
    ...(marked ? [{ code: 'KeyX', cap: 'x', text: 'keys.mark' as const, run: withCurrent((row) => marked.toggle(idOf(row))) }] : []),
    ...(props.rowKeys?.(current ?? rows[0]) ?? []),
  ])
  /** The whole cell is the target: a box of 16 px is none under a finger. */
  const onMark = (row: T) => (event: MouseEvent) => {
    event.stopPropagation()
    setCursorId(idOf(row))
    if (event.target === event.currentTarget) marked?.toggle(idOf(row))
  }
  const onRow = (row: T) => (event: MouseEvent) => {
    setCursorId(idOf(row))
    const onControl = event.target instanceof Element && event.target.closest('a, button, input, label') !== null
    if (!onControl) open?.(row)
  }

  return (
    <div ref={frame} className={css.frame} onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')} onPointerLeave={() => setPointed(false)}>
      {isBlind(feed.state) || query.isError ? <p className={css.stale}>{say('list.stale', { at: format.clock(query.dataUpdatedAt) })}</p> : null}
      {calm.waiting > 0 ? (
        <button type="button" className={css.waitingRows} onClick={calm.release}>
          {say('list.waiting', { count: calm.waiting })}
        </button>
      ) : null}
      <table className={css.table} role="grid" aria-label={label} data-opens={open ? '' : undefined} data-narrow={isNarrow ? '' : undefined}>
        <thead role="rowgroup">
          <tr role="row">
            {marked ? (
              <th role="columnheader" className={css.mark}>
                <span className="sr">{say('list.mark')}</span>
              </th>
            ) : null}
            {columns.map((column) => (
              <th key={column.id} role="columnheader" data-size={column.size} data-number={column.isNumber ? '' : undefined}>
                {say(column.head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>
          {rows.map((row, index) => {
            const id = idOf(row)
            return (
              <tr
                key={id}
                role="row"
                data-id={id}
                data-tone={toneOf?.(row)}
                data-depth={depthOf?.(row) || undefined}
                aria-selected={id === props.openId || marked?.ids.has(id) || false}
                tabIndex={row === current || (at < 0 && index === 0) ? 0 : -1}
                onClick={onRow(row)}
                onFocus={() => setCursorId(id)}
              >
                {marked ? (
                  <td role="gridcell" className={css.mark} onClick={onMark(row)}>
                    <Checkbox size="xs" aria-label={say('list.mark')} checked={marked.ids.has(id)} onChange={() => marked.toggle(id)} tabIndex={-1} />
                  </td>
                ) : null}
                {columns.map((column) => (
                  <td
                    key={column.id}
                    role="gridcell"
                    data-size={column.size}
                    data-phone={column.phone ?? 'line'}
                    data-number={column.isNumber ? '' : undefined}
                    data-label={say(column.head)}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
      {query.hasNextPage ? (
        <div className={css.more}>
          <span className="dim small">{say('list.partial', { count: rows.length })}</span>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage ?? false} onClick={() => query.fetchNextPage?.()}>
            {say('list.more')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

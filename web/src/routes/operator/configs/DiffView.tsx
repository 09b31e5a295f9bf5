import { type CSSProperties, useRef, useState } from 'react'
import type { DiffLine } from '../../../api/contract3'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import css from './configs.module.css'
import { type Row, SECRET, secretsIn, widthsOf } from './rows'
import { useWindow } from './useWindow'

/** Height of a line; the same as `--line-row` of tokens.css. */
const ROW_PX = 20
const SIGN = { same: ' ', added: '+', removed: '−' } as const

/** Lines with their signs, drawn only where they are seen: a file may have ten thousand. */
export function DiffView({ label, rows }: { label: string; rows: readonly Row[] }) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(-1)
  const { from, to } = useWindow(box, rows.length, ROW_PX)
  const { left, right } = widthsOf(rows)
  const hunks = rows.flatMap((row, index) => (row.kind === 'hunk' ? [index] : []))
  const jump = (by: number) => {
    const next = Math.max(0, Math.min(hunks.length - 1, at + by))
    setAt(next)
    box.current?.scrollTo({ top: (hunks[next] ?? 0) * ROW_PX })
  }
  useKeys(
    hunks.length > 0
      ? [
          { code: 'KeyJ', cap: 'j', text: 'configs.next_place', run: () => jump(1) },
          { code: 'KeyK', cap: 'k', text: 'configs.previous_place', run: () => jump(-1) },
        ]
      : [],
  )
  const widths: CSSProperties & Record<`--${string}`, string> = { '--left': `${left}ch`, '--right': `${right}ch` }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section ref={box} className={css.box} aria-label={label} tabIndex={0} data-hunks={hunks.length} style={widths}>
      <div className={css.all} style={{ height: rows.length * ROW_PX }}>
        {rows.slice(from, to).map((row, index) => {
          // The rows of a difference never move: the place is their name.
          const line = from + index
          return (
            <div key={line} className={css.line} style={{ top: line * ROW_PX }}>
              <OneRow row={row} />
            </div>
          )
        })}
      </div>
    </section>
  )
}

function OneRow({ row }: { row: Row }) {
  const say = useSay()
  if (row.kind === 'hunk') {
    const { section, old_start, new_start } = row.hunk
    return (
      <div className={css.hunk} data-hunk={row.at + 1}>
        {say('configs.place', { number: row.at + 1, old: old_start, new: new_start })}
        {section ? <strong>{section}</strong> : null}
      </div>
    )
  }
  if (row.kind === 'one') return <Half line={row.line} number={row.line.kind === 'removed' ? row.line.old : row.line.new} side="whole" />
  return (
    <>
      <Half line={row.old} number={row.old?.old ?? null} side="left" />
      <Half line={row.new} number={row.new?.new ?? null} side="right" />
    </>
  )
}

function Half({ line, number, side }: { line: DiffLine | null; number: number | null; side: 'left' | 'right' | 'whole' }) {
  if (!line) return <div className={css.half} data-side={side} data-kind="none" />
  return (
    <div className={css.half} data-side={side} data-kind={line.kind}>
      <span className={css.number}>{number ?? ''}</span>
      <span className={css.sign}>{SIGN[line.kind]}</span>
      <span className={css.text}>
        {line.spans.map((span, at) => {
          const key = at
          return span.changed && line.kind !== 'same' ? (
            <mark key={key}>
              <Words text={span.text} />
            </mark>
          ) : (
            <Words key={key} text={span.text} />
          )
        })}
      </span>
    </div>
  )
}

/** A secret is said to be there, and is not. */
function Words({ text }: { text: string }) {
  const say = useSay()
  if (!text.includes(SECRET)) return text
  return secretsIn(text).map((part, at) => {
    const key = at
    return part === null ? (
      <span key={key} className={css.secret} title={say('configs.secret_why')}>
        {say('configs.secret')}
      </span>
    ) : (
      <span key={key}>{part}</span>
    )
  })
}

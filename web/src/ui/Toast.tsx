import { Button } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useSay } from '../i18n/i18n'
import css from './ui.module.css'

interface Said {
  id: number
  tone: 'ok' | 'critical'
  text: string
  undo?: (() => void) | undefined
}
const STAYS_MS = 10_000
const AT_MOST = 4
let said: Said[] = []
let count = 0
const listeners = new Set<() => void>()
const set = (next: Said[]) => {
  said = next
  for (const each of listeners) each()
}
const drop = (id: number) => set(said.filter((each) => each.id !== id))

/** Says what was done, or what failed, for ten seconds; `undo` takes it back. */
export function toast(tone: Said['tone'], text: string, undo?: () => void) {
  count += 1
  const id = count
  set([...said, { id, tone, text, undo }].slice(-AT_MOST))
  setTimeout(() => drop(id), STAYS_MS)
}

export function Toasts() {
  const say = useSay()
  const list = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
  )
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {list.map(({ id, tone, text, undo }) => (
        <div key={id} className={css.toast} data-tone={tone}>
          <span aria-hidden="true">{tone === 'ok' ? '✓' : '▲'}</span>
          <span className={css.toastText}>{text}</span>
          {undo ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                drop(id)
                undo()
              }}
            >
              {say('ui.undo')}
            </Button>
          ) : null}
          <Button size="compact-xs" variant="subtle" onClick={() => drop(id)}>
            {say('ui.dismiss')}
          </Button>
        </div>
      ))}
    </div>
  )
}

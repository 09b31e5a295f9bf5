import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Key } from '../i18n/i18n'

/** A shortcut by the physical key (`event.code`), so that it works on any layout. */
export interface Shortcut {
  /** `KeyJ`, `shift+Slash`, a sequence: `KeyG KeyA`, or with Ctrl or ⌘: `mod+KeyK`, which works while typing too. */
  code: string
  /** What the help shows on the key cap. */
  cap: string
  text: Key
  run: () => void
}

const KEPT = 'polyot.keys'
const SEQUENCE_MS = 1_200
const active = new Map<symbol, () => readonly Shortcut[]>()
const listeners = new Set<() => void>()
const tell = () => {
  for (const each of listeners) each()
}
let isOn = globalThis.localStorage?.getItem(KEPT) !== 'off'
let first = ''
let firstAt = 0

export function switchKeys(on: boolean) {
  isOn = on
  localStorage.setItem(KEPT, on ? 'on' : 'off')
  tell()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const useKeysOn = () => useSyncExternalStore(subscribe, () => isOn)
/** Every shortcut that works now; the page's own come last. */
export const activeKeys = (): Shortcut[] => [...active.values()].flatMap((list) => list())

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]') !== null
}

/** Which shortcut an event asks for; exported for the tests. */
export function match(list: readonly Shortcut[], code: string, shift: boolean, before: string): Shortcut | undefined {
  const pressed = shift ? `shift+${code}` : code
  const inSequence = before === '' ? undefined : list.findLast((each) => each.code === `${before} ${pressed}`)
  return inSequence ?? list.findLast((each) => each.code === pressed)
}

function onKey(event: KeyboardEvent) {
  const isMod = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
  if (isMod && !event.defaultPrevented && !document.querySelector('dialog[open]')) {
    const withMod = activeKeys().findLast((each) => each.code === `mod+${event.code}`)
    if (withMod) {
      event.preventDefault()
      withMod.run()
    }
    return
  }
  if (!isOn || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return
  if (document.querySelector('dialog[open]')) return
  const isControl = event.target instanceof HTMLElement && event.target.closest('button, a, [role=menuitem]') !== null
  if (isControl && (event.code === 'Enter' || event.code === 'Space')) return
  const list = activeKeys()
  const before = Date.now() - firstAt < SEQUENCE_MS ? first : ''
  const found = match(list, event.code, event.shiftKey, before)
  first = list.some((each) => each.code.startsWith(`${event.code} `)) ? event.code : ''
  firstAt = Date.now()
  if (!found) return
  event.preventDefault()
  found.run()
}

/** The shell calls it once. */
export function listenKeys(): () => void {
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** While the caller is shown, its shortcuts work. */
export function useKeys(list: readonly Shortcut[]) {
  const latest = useRef(list)
  // The registry lives outside React: it is told of the list that the last render made.
  useEffect(() => {
    latest.current = list
  })
  useEffect(() => {
    const id = Symbol('keys')
    active.set(id, () => latest.current)
    tell()
    return () => {
      active.delete(id)
      tell()
    }
  }, [])
}

import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { Icon, type IconName } from './Icon'
import css from './ui.module.css'

/** A button with a small panel in the browser's top layer, so that no box clips it; Esc and a press elsewhere close it. */
export function Menu({ label, icon, children }: { label: string; icon: IconName; children: (close: () => void) => ReactNode }) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  // Laid where there is room, once its content has a size; sizes are outside React.
  useLayoutEffect(() => {
    const element = panel.current
    const at = button.current?.getBoundingClientRect()
    if (!isOpen || !element || !at) return
    const under = at.bottom + element.offsetHeight <= innerHeight
    element.style.top = `${under ? at.bottom : Math.max(0, at.top - element.offsetHeight)}px`
    element.style.left = `${Math.max(8, Math.min(at.right - element.offsetWidth, innerWidth - element.offsetWidth - 8))}px`
  }, [isOpen])
  return (
    <>
      <button ref={button} type="button" className={css.iconButton} aria-label={label} title={label} aria-expanded={isOpen} popoverTarget={id}>
        <Icon name={icon} />
      </button>
      <div ref={panel} id={id} popover="auto" className={css.float} aria-label={label} role="group" onToggle={(event) => setOpen(event.newState === 'open')}>
        {isOpen ? children(() => panel.current?.hidePopover()) : null}
      </div>
    </>
  )
}

import type { ReactNode } from 'react'
import css from './ui.module.css'

interface IconButtonProps {
  label: string
  onClick?: () => void
  children: ReactNode
  className?: string | undefined
  expanded?: boolean
  controls?: string
  popover?: string
}

/** A button that is only a sign; its name is read aloud and shown on hover. */
export function IconButton({ label, onClick, children, className, expanded, controls, popover }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`${css.iconButton} ${className ?? ''}`}
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      aria-controls={controls}
      popoverTarget={popover}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

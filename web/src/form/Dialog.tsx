import { type ReactNode, useEffect, useRef } from 'react'
import { useSay } from '../i18n/i18n'
import { Icon } from '../ui/Icon'
import { IconButton } from '../ui/IconButton'
import css from './form.module.css'

interface DialogProps {
  title: string
  opened: boolean
  close: () => void
  children: ReactNode
}

/** The browser's own modal dialog: it keeps the focus in, takes Esc, and gives the focus back. */
export function Dialog(props: DialogProps) {
  return props.opened ? <Open {...props} /> : null
}

function Open({ title, close, children }: DialogProps) {
  const say = useSay()
  const dialog = useRef<HTMLDialogElement>(null)
  // The dialog's own state is outside React.
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={css.dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) close()
      }}
    >
      <div className={css.sheet}>
        <header className={css.dialogHead}>
          <h2>{title}</h2>
          <IconButton label={say('ui.close')} onClick={close}>
            <Icon name="close" />
          </IconButton>
        </header>
        <div className={css.dialogBody}>{children}</div>
      </div>
    </dialog>
  )
}

import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { reasonWords } from '../../api/problemText'
import { useSay } from '../../i18n/i18n'
import { toast } from '../../ui/Toast'

interface ActProps {
  can: boolean | string | undefined
  children: string
  onClick: () => void
  busy?: boolean
  main?: boolean
  danger?: boolean
  icon?: ReactNode
  small?: boolean
}

/** A verb as a button. When the object does not allow it, it stays reachable and says why. */
export function Act({ can, children, onClick, busy = false, main = false, danger = false, icon, small = false }: ActProps) {
  const say = useSay()
  const reason = reasonWords(say, can)
  return (
    <Button
      size={small ? 'xs' : 'sm'}
      variant={danger ? 'outline' : main ? 'filled' : 'default'}
      {...(danger ? { color: 'danger' } : {})}
      leftSection={icon}
      loading={busy}
      {...(reason === null ? {} : { 'data-disabled': true, 'aria-disabled': true, title: reason, 'aria-description': reason })}
      onClick={(event) => {
        event.stopPropagation()
        if (reason === null) onClick()
        else toast('critical', reason)
      }}
    >
      {children}
    </Button>
  )
}

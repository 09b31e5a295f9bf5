import { Button } from '@mantine/core'
import { useSay } from '../../i18n/i18n'
import { CopyButton } from '../../ui/Pieces'

/** What is shown once and never again. */
export function Secret({ text, value, close }: { text: string; value: string; close: () => void }) {
  const say = useSay()
  return (
    <div className="stack">
      <p>{text}</p>
      <p className="mono" style={{ overflowWrap: 'anywhere' }} data-secret="">
        {value}
      </p>
      <div className="row">
        <CopyButton value={value} label={say('ui.copy')} />
        <span className="end" />
        <Button onClick={close}>{say('ui.done')}</Button>
      </div>
    </div>
  )
}

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { problemWords } from '../../api/problemText'
import { Dialog } from '../../form/Dialog'
import { useSay } from '../../i18n/i18n'

/** Destruction asks for the name, typed. */
export function Remove({ name, opened, close, remove }: { name: string; opened: boolean; close: () => void; remove: () => Promise<unknown> }) {
  const say = useSay()
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const run = async () => {
    setBusy(true)
    setProblem('')
    try {
      await remove()
      close()
    } catch (error) {
      const words = problemWords(say, error)
      setProblem(`${words.title} ${words.detail}`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={say('remove.title', { name })} opened={opened} close={close}>
      <div className="stack">
        <p>{say('remove.text')}</p>
        {problem ? (
          <p role="alert" style={{ color: 'var(--critical-text)' }}>
            {problem}
          </p>
        ) : null}
        <TextInput
          label={say('remove.type_name', { name })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus=""
          autoComplete="off"
        />
        <div className="row">
          <span className="end" />
          <Button variant="default" onClick={close}>
            {say('ui.cancel')}
          </Button>
          <Button color="danger" disabled={typed.trim() !== name} loading={busy} onClick={run}>
            {say('remove.submit')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

import { Button } from '@mantine/core'
import { useState } from 'react'
import { problemWords } from '../../api/problemText'
import { Dialog } from '../../form/Dialog'
import { useSay } from '../../i18n/i18n'

interface ConfirmProps {
  title: string
  text: string
  submit: string
  opened: boolean
  close: () => void
  run: () => Promise<unknown>
}

/** An act that reaches far and that no undo button takes back: says what it does before it does it. */
export function Confirm({ title, text, submit, opened, close, run }: ConfirmProps) {
  const say = useSay()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const send = async () => {
    setBusy(true)
    setProblem('')
    try {
      await run()
      close()
    } catch (error) {
      const words = problemWords(say, error)
      setProblem(`${words.title} ${words.detail}`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} opened={opened} close={close}>
      <div className="stack">
        <p>{text}</p>
        {problem ? (
          <p role="alert" style={{ color: 'var(--critical-text)' }}>
            {problem}
          </p>
        ) : null}
        <div className="row">
          <span className="end" />
          <Button variant="default" onClick={close}>
            {say('ui.cancel')}
          </Button>
          <Button loading={busy} onClick={() => void send()}>
            {submit}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

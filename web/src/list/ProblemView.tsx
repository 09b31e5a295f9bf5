import { Button } from '@mantine/core'
import { isProblem } from '../api/client'
import { problemWords } from '../api/problemText'
import { useSay } from '../i18n/i18n'
import { CopyButton, Empty } from '../ui/Pieces'

/** An answer that did not come: what, the request's number, and the way on. */
export function ProblemView({ error, retry }: { error: unknown; retry: () => void }) {
  const say = useSay()
  const words = problemWords(say, error)
  const isFinal = isProblem(error) && (error.status === 403 || error.status === 404)
  return (
    <Empty
      text={words.title}
      hint={words.detail}
      act={
        <div className="row">
          {isFinal ? null : (
            <Button variant="default" onClick={retry}>
              {say('ui.retry')}
            </Button>
          )}
          {words.requestId ? (
            <>
              <span className="mono dim">{words.requestId}</span>
              <CopyButton value={words.requestId} label={say('ui.copy_request')} />
            </>
          ) : null}
        </div>
      }
    />
  )
}

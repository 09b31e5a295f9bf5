import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemWords } from '../../api/problemText'
import { useSay } from '../../i18n/i18n'
import { toast } from '../../ui/Toast'

interface How<I> {
  /** Keys of what it changes: asked again when it is done. */
  touches: readonly (readonly string[])[]
  said: string
  undo?: ((input: I) => Promise<unknown>) | undefined
}

/** One act on an object: says what was done, offers to take it back, or says why it failed. */
export function useAct<I, O>(run: (input: I) => Promise<O>, how: How<I>) {
  const say = useSay()
  const cache = useQueryClient()
  const refresh = () => Promise.all(how.touches.map((key) => cache.invalidateQueries({ queryKey: key })))
  const failed = (error: unknown) => {
    const words = problemWords(say, error)
    toast('critical', [words.title, words.detail].filter((each) => each !== '').join(' '))
  }
  return useMutation({
    mutationFn: run,
    onSuccess: (_out, input) => {
      const { undo } = how
      toast('ok', how.said, undo ? () => void undo(input).then(refresh, failed) : undefined)
    },
    onError: failed,
    onSettled: refresh,
  })
}

import { Checkbox } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { summary } from '../../../api/admin'
import { devices } from '../../../api/devices'
import { type Import, imports } from '../../../api/imports'
import { Dialog } from '../../../form/Dialog'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { Confirm } from '../../../parts/act/Confirm'
import { useAct } from '../../../parts/act/useAct'
import { toast } from '../../../ui/Toast'

export type Verb = 'apply' | 'discard' | 'undo'
const touches = [imports.key, devices.key, summary.key]

export function ImportDialogs({ plan, verb, close }: { plan: Import; verb: Verb | null; close: () => void }) {
  const say = useSay()
  const discard = useAct(imports.discard, { touches, said: say('imports.discarded') })
  const undo = useAct(imports.undo, { touches, said: say('imports.undone') })
  return (
    <>
      <Dialog title={say('imports.apply_ask')} opened={verb === 'apply'} close={close}>
        <Apply plan={plan} close={close} />
      </Dialog>
      <Confirm
        title={say('imports.discard')}
        text={plan.file_name}
        submit={say('imports.discard')}
        opened={verb === 'discard'}
        close={close}
        run={() => discard.mutateAsync(plan.id)}
      />
      <Confirm
        title={say('imports.undo_ask')}
        text={say('imports.undo_text')}
        submit={say('imports.undo')}
        opened={verb === 'undo'}
        close={close}
        run={() => undo.mutateAsync(plan.id)}
      />
    </>
  )
}

/** What is left out must be known before the rest goes in. */
function Apply({ plan, close }: { plan: Import; close: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const { add, change, bad, conflict } = plan.counts
  const isWhole = bad + conflict === 0
  const form = useForm({
    initialValues: { accept_bad: false },
    validate: { accept_bad: (value) => (value || isWhole ? null : say('imports.accept_needed')) },
  })
  return (
    <Form
      form={form}
      submit={say('imports.apply')}
      cancel={close}
      send={async ({ accept_bad }) => {
        await imports.apply(plan.id, accept_bad)
        await Promise.all(touches.map((key) => cache.invalidateQueries({ queryKey: key })))
        toast('ok', say('imports.applied'))
        close()
      }}
    >
      <p>{say('imports.apply_text', { add, change })}</p>
      {isWhole ? null : (
        <>
          <p>{say('imports.apply_bad', { bad, conflict })}</p>
          <Checkbox name="accept_bad" label={say('imports.accept_bad')} {...form.getInputProps('accept_bad', { type: 'checkbox' })} />
        </>
      )}
    </Form>
  )
}

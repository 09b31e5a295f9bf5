import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { alarms } from '../../../api/alarms'
import type { Alarm } from '../../../api/nouns'
import { Dialog } from '../../../form/Dialog'
import { LongField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { toast } from '../../../ui/Toast'
import { objectName } from './columns'

/** Acknowledge one or several, with an optional note that all see. Enter sends. */
export function AckDialog({ alarms: list, close, done }: { alarms: readonly Alarm[]; close: () => void; done: () => void }) {
  const say = useSay()
  const [first] = list
  const title = list.length === 1 && first ? say('alarms.ack_title', { name: objectName(first) }) : say('alarms.ack_many', { count: list.length })
  return (
    <Dialog title={title} opened={list.length > 0} close={close}>
      <AckForm list={list} close={close} done={done} />
    </Dialog>
  )
}

function AckForm({ list, close, done }: { list: readonly Alarm[]; close: () => void; done: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({ initialValues: { note: '' } })
  const refresh = () => Promise.all([alarms.key, ['summary'], ['incidents']].map((key) => cache.invalidateQueries({ queryKey: key })))
  return (
    <Form
      form={form}
      submit={say('alarms.ack')}
      cancel={close}
      send={async ({ note }) => {
        for (const { id } of list) await alarms.ack({ id, note })
        toast('ok', say('alarms.said.acked', { count: list.length }), () => void Promise.all(list.map(({ id }) => alarms.unack({ id }))).then(refresh))
        done()
        await refresh()
      }}
    >
      <LongField form={form} name="note" label="alarms.note" hint={say('alarms.note_hint')} focus rows={3} />
    </Form>
  )
}

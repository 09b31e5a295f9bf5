import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import type { Notice } from '../../api/nouns'
import { notices } from '../../api/support'
import { LongField } from '../../form/Fields'
import { Form } from '../../form/Form'
import { useSay } from '../../i18n/i18n'
import { LANGUAGE } from '../words/words'

/** What was wrong is told in a second message; a sent one is never changed. */
export function CorrectionForm({ notice, close }: { notice: Notice; close: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const form = useForm({ initialValues: { text: '' }, validate: { text: (text) => (text.trim() === '' ? say('field.required') : null) } })
  return (
    <Form
      form={form}
      submit={say('notices.correct_send')}
      cancel={close}
      send={async ({ text }, key) => {
        await notices.correct({ id: notice.id, text }, key)
        await cache.invalidateQueries({ queryKey: notices.key })
        close()
      }}
    >
      <LongField
        form={form}
        name="text"
        label="notices.correct_text"
        hint={say('notices.correct_hint', { language: say(LANGUAGE[notice.language]) })}
        required
        focus
        rows={6}
      />
    </Form>
  )
}

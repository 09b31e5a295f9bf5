import { FileInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Import, type ImportFormat, imports } from '../../../api/imports'
import { tenants } from '../../../api/tenants'
import { LongField, SelectField, TextField } from '../../../form/Fields'
import { Form } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { IMPORT_FORMAT } from '../../../parts/words/besideWords'

const FORMATS: readonly ImportFormat[] = ['csv', 'zabbix', 'librenms', 'oxidized']
const CHUNK_BYTES = 32_768

/** Its bytes, for the encoding of a file is not known here. */
async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES))
  return btoa(binary)
}

export function ImportForm({ close, done }: { close: () => void; done: (made: Import) => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const tree = useQuery(tenants.all)
  const [file, setFile] = useState<File | null>(null)
  const sites = (tree.data ?? [])
    .filter((each) => each.kind === 'site')
    .map((each): [string, string] => [
      each.id,
      [...each.path.filter((above) => above.kind !== 'provider' && above.id !== each.id).map((above) => above.name), each.name].join(' › '),
    ])
  const form = useForm({
    initialValues: { format: 'csv', text: '', site: '', columns: '' },
    validate: { text: (value) => (file === null && value.trim() === '' ? say('imports.need_file') : null) },
  })
  const format = FORMATS.find((each) => each === form.getValues().format) ?? 'csv'
  return (
    <Form
      form={form}
      submit={say('imports.preview')}
      cancel={close}
      send={async (values, key) => {
        const content = file ? { file_name: file.name, base64: await base64(file) } : { file_name: format, text: values.text }
        const made = await imports.create(
          {
            format,
            ...content,
            ...(values.site === '' ? {} : { site: values.site }),
            ...(format === 'oxidized' && values.columns !== '' ? { columns: values.columns } : {}),
          },
          key,
        )
        await cache.invalidateQueries({ queryKey: imports.key })
        done(made)
      }}
    >
      <SelectField form={form} name="format" label="imports.format_name" options={FORMATS.map((each): [string, string] => [each, say(IMPORT_FORMAT[each])])} />
      <FileInput
        label={say('imports.file')}
        placeholder={say('imports.pick')}
        value={file}
        onChange={setFile}
        clearable
        clearButtonProps={{ 'aria-label': say('ui.remove') }}
      />
      {file ? null : <LongField form={form} name="text" label="imports.or_paste" rows={6} isMono />}
      {format === 'oxidized' ? <TextField form={form} name="columns" label="imports.columns" hint={say('imports.columns_hint')} isMono /> : null}
      <SelectField form={form} name="site" label="imports.site" options={sites} empty={say('imports.no_site')} />
    </Form>
  )
}

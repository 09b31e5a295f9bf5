import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { credentials } from '../../../api/admin'
import { some } from '../../../api/client'
import type { Credential, CredentialKind } from '../../../api/nouns'
import { tenants } from '../../../api/tenants'
import { LongField, SecretField, SelectField, TextField } from '../../../form/Fields'
import { Form, Side } from '../../../form/Form'
import { useSay } from '../../../i18n/i18n'
import { CREDENTIAL_KIND } from '../../../parts/words/words'

const KINDS: readonly CredentialKind[] = ['snmp_v2c', 'snmp_v3', 'ssh', 'enable']
const AUTH = ['sha256', 'sha512', 'sha384', 'sha224', 'sha1', 'md5'] as const
const PRIV = ['aes128', 'aes192', 'aes256', 'des'] as const
const same = (words: readonly string[]) => words.map((word): [string, string] => [word, word.toUpperCase()])

/** Goes in and never comes out: what is kept cannot be shown, only replaced. */
export function CredentialForm({ credential, close }: { credential: Credential | undefined; close: () => void }) {
  const say = useSay()
  const cache = useQueryClient()
  const all = useQuery(tenants.all)
  const places = (all.data ?? []).filter((each) => each.kind !== 'site')
  const form = useForm({
    initialValues: {
      name: credential?.name ?? '',
      tenant: '',
      kind: String(credential?.kind ?? 'snmp_v2c'),
      community: '',
      user: '',
      auth: 'sha256',
      auth_password: '',
      priv: 'aes128',
      priv_password: '',
      password: '',
      key: '',
    },
    validate: { name: (value) => (value.trim() === '' ? say('field.required') : null) },
  })
  const values = form.getValues()
  const kind = KINDS.find((each) => each === values.kind) ?? 'snmp_v2c'
  return (
    <Form
      form={form}
      submit={say('ui.save')}
      cancel={close}
      send={async (typed, key) => {
        const secrets =
          kind === 'snmp_v2c'
            ? { community: typed.community }
            : kind === 'snmp_v3'
              ? {
                  user: typed.user,
                  auth_password: typed.auth_password,
                  priv_password: typed.priv_password,
                  ...(typed.user === ''
                    ? {}
                    : { auth: AUTH.find((each) => each === typed.auth) ?? AUTH[0], priv: PRIV.find((each) => each === typed.priv) ?? PRIV[0] }),
                }
              : kind === 'enable'
                ? { password: typed.password }
                : { user: typed.user, password: typed.password, key: typed.key }
        if (credential) await credentials.change(credential.id, credential.version, { name: typed.name, ...some(secrets) })
        else await credentials.create({ tenant: typed.tenant || (places[0]?.id ?? ''), name: typed.name, kind, ...some(secrets) }, key)
        await cache.invalidateQueries({ queryKey: credentials.key })
        close()
      }}
    >
      {credential ? <p className="dim small">{say('credentials.rotate_hint')}</p> : null}
      <TextField form={form} name="name" label="col.name" required focus />
      {credential ? null : (
        <Side>
          <SelectField form={form} name="kind" label="col.kind" options={KINDS.map((each): [string, string] => [each, say(CREDENTIAL_KIND[each])])} />
          <SelectField form={form} name="tenant" label="credentials.place" options={places.map((each): [string, string] => [each.id, each.name])} />
        </Side>
      )}
      {kind === 'snmp_v2c' ? <SecretField form={form} name="community" label="credentials.community" /> : null}
      {kind === 'snmp_v2c' || kind === 'enable' ? null : <TextField form={form} name="user" label="credentials.user" isMono />}
      {kind === 'snmp_v3' ? (
        <>
          <Side>
            <SelectField form={form} name="auth" label="credentials.auth" options={same(AUTH)} />
            <SecretField form={form} name="auth_password" label="credentials.auth_password" />
          </Side>
          <Side>
            <SelectField form={form} name="priv" label="credentials.priv" options={same(PRIV)} />
            <SecretField form={form} name="priv_password" label="credentials.priv_password" />
          </Side>
        </>
      ) : null}
      {kind === 'enable' ? <SecretField form={form} name="password" label="field_name.password" /> : null}
      {kind === 'ssh' ? (
        <>
          <SecretField form={form} name="password" label="field_name.password" />
          <LongField form={form} name="key" label="credentials.key" hint={say('credentials.key_hint')} isMono />
        </>
      ) : null}
    </Form>
  )
}

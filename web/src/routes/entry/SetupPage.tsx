import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useLocation, useNavigate } from 'react-router'
import { session } from '../../api/session'
import { SecretField, SelectField, TextField } from '../../form/Fields'
import { Form, Side } from '../../form/Form'
import { useSay, useTongue } from '../../i18n/i18n'
import { ProblemView } from '../../list/ProblemView'
import { timeZones } from '../../parts/words/timeZones'
import { LANGUAGE } from '../../parts/words/words'
import { Waiting } from '../../ui/Pieces'
import { go } from '../../url/go'
import { EntryFrame } from './EntryFrame'

export default function SetupPage() {
  const say = useSay()
  const setup = useQuery(session.setup)
  const { hash } = useLocation()
  if (setup.isPending) return <Waiting />
  if (setup.isError) return <ProblemView error={setup.error} retry={setup.refetch} />
  if (!setup.data.needed) return <Navigate to={go.login()} replace />
  return (
    <EntryFrame title={say('entry.setup.title')} text={say('entry.setup.text')}>
      <SetupForm key={hash} needsToken={setup.data.token_required} fromLink={hash.slice(1)} />
    </EntryFrame>
  )
}

/** The printed link carries the code behind `#`, which no server or proxy ever sees. */
function SetupForm({ needsToken, fromLink }: { needsToken: boolean; fromLink: string }) {
  const say = useSay()
  const tongue = useTongue()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const required = (value: string) => (value.trim() === '' ? say('field.required') : null)
  const form = useForm({
    initialValues: {
      token: fromLink,
      provider_name: '',
      email: '',
      password: '',
      again: '',
      language: tongue === 'ru' ? 'ru' : 'en',
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    validate: {
      token: (value) => (needsToken ? required(value) : null),
      provider_name: required,
      email: required,
      password: required,
      again: (value, all) => (value === all.password ? null : say('field.differs')),
    },
  })
  const isFromLink = fromLink !== ''
  return (
    <Form
      form={form}
      submit={say('entry.setup.submit')}
      send={async ({ token, provider_name, email, password, language, tz }) => {
        const chosen = language === 'ru' ? 'ru' : 'en'
        await session.setUp({ ...(needsToken ? { token } : {}), email, password, provider: { name: provider_name }, language: chosen, tz })
        cache.setQueryData(session.setup.queryKey, { needed: false, token_required: false })
        await cache.fetchQuery({ ...session.me, staleTime: 0 })
        await navigate(go.home(), { replace: true })
      }}
    >
      {needsToken && !isFromLink ? (
        <TextField form={form} name="token" label="field_name.setup_token" hint={say('entry.setup.token_hint')} required isMono />
      ) : null}
      <TextField form={form} name="provider_name" label="field_name.provider" hint={say('entry.setup.provider_hint')} autoComplete="organization" required />
      <TextField form={form} name="email" label="field_name.email" type="email" autoComplete="username" required />
      <Side>
        <SecretField form={form} name="password" label="field_name.password" required />
        <SecretField form={form} name="again" label="field_name.again" required />
      </Side>
      <p className="dim small">{say('entry.password_hint')}</p>
      <Side>
        <SelectField
          form={form}
          name="language"
          label="field_name.language"
          options={[
            ['en', say(LANGUAGE.en)],
            ['ru', say(LANGUAGE.ru)],
          ]}
        />
        <SelectField form={form} name="tz" label="field_name.tz" options={timeZones()} />
      </Side>
    </Form>
  )
}

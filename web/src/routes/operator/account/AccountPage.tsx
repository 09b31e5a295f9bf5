import { useQuery } from '@tanstack/react-query'
import { session } from '../../../api/session'
import { factor } from '../../../api/trust'
import { useSay } from '../../../i18n/i18n'
import { Page } from '../../../ui/Page'
import { Factor } from './Factor'
import { Sessions } from './Sessions'
import { Tokens } from './Tokens'

/** What opens the installation in my name: sessions, tokens, the second factor. */
export default function AccountPage() {
  const say = useSay()
  const me = useQuery(session.me)
  const second = useQuery(factor.get)
  return (
    <Page title={say('account.title')} sub={me.data?.email} ready={!second.isPending}>
      <div className="main-side">
        <Sessions />
        <Factor />
      </div>
      <Tokens />
    </Page>
  )
}

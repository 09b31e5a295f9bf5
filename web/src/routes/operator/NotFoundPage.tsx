import { useSay } from '../../i18n/i18n'
import { Go } from '../../parts/link/Go'
import { Page } from '../../ui/Page'
import { Empty } from '../../ui/Pieces'
import { go } from '../../url/go'

export default function NotFoundPage() {
  const say = useSay()
  return (
    <Page title={say('ui.no_page')}>
      <Empty text={say('ui.no_page_text')} act={<Go to={go.home()}>{say('nav.alarms')}</Go>} />
    </Page>
  )
}

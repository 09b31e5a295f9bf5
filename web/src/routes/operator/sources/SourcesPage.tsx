import { useSay } from '../../../i18n/i18n'
import { Page } from '../../../ui/Page'
import { Tabs } from '../../../ui/Tabs'
import { choice, text, useView } from '../../../url/view'
import { Signals } from './Signals'
import { Sources } from './Sources'

const spec = { tab: choice(['systems', 'signals'], 'systems'), q: text(), source: text(), state: choice(['open', 'closed'], ''), unmapped: choice(['1'], '') }

/** Systems that watch beside us, and what they tell. */
export default function SourcesPage() {
  const say = useSay()
  const { view, set } = useView(spec)
  return (
    <Page title={say('sources.title')} sub={say('sources.text')} ready>
      <Tabs
        label={say('sources.title')}
        value={view.tab}
        tabs={[
          ['systems', say('sources.tab_systems')],
          ['signals', say('sources.tab_signals')],
        ]}
        onChange={(tab) => set({ tab: tab === 'systems' ? '' : tab, q: '', source: '', state: '', unmapped: '' })}
      />
      {view.tab === 'systems' ? <Sources q={view.q} set={set} /> : <Signals view={view} set={set} />}
    </Page>
  )
}

import { TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { AvailabilityReport } from '../../../api/contract3'
import { reports } from '../../../api/reports'
import { tenants } from '../../../api/tenants'
import { useSay, useTongue } from '../../../i18n/i18n'
import { Choice } from '../../../list/Filters'
import { ProblemView } from '../../../list/ProblemView'
import { useNow } from '../../../live/clock'
import { Go } from '../../../parts/link/Go'
import { Page } from '../../../ui/Page'
import { Empty, Segments, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { text, useView } from '../../../url/view'
import { type Preset, presetOf } from './period'
import css from './reports.module.css'
import { ServiceReport } from './ServiceReport'

const spec = { client: text(), from: text(), to: text() }
const PRESETS: readonly Preset[] = ['week', 'month', 'last_month']

/** How a client's services did in a period, and why: each minute that counts has its evidence below. */
export default function AvailabilityPage() {
  const say = useSay()
  const tongue = useTongue()
  const now = useNow()
  const { view, set } = useView(spec)
  const tree = useQuery(tenants.all)
  const clients = (tree.data ?? []).filter((each) => each.kind === 'client')
  const client = view.client === '' ? (clients[0]?.id ?? '') : view.client
  const fallback = presetOf('month', now)
  const period = { client, from: view.from || fallback.from, to: view.to || fallback.to }
  const query = useQuery({ ...reports.availability(period), placeholderData: (before) => before })
  const preset = PRESETS.find((each) => {
    const span = presetOf(each, now)
    return span.from === period.from && span.to === period.to
  })
  const isNone = tree.data !== undefined && clients.length === 0
  return (
    <Page
      title={say('reports.title')}
      sub={query.data ? <Heading report={query.data} /> : undefined}
      ready={!tree.isPending && (isNone || !query.isPending)}
      actions={
        query.data ? (
          <span className={`row ${css.screen}`}>
            <a className={css.link} href={reports.csv(period, tongue)} download>
              {say('reports.csv')}
            </a>
            <button type="button" className={css.link} onClick={() => print()}>
              {say('reports.print')}
            </button>
          </span>
        ) : undefined
      }
    >
      <div className={`row ${css.screen}`}>
        {clients.length > 0 ? (
          <Choice
            label={say('col.client')}
            value={client}
            options={clients.map((each) => [each.id, each.name] as const)}
            onChange={(id) => set({ client: id })}
          />
        ) : null}
        <Segments
          label={say('reports.period')}
          value={preset ?? 'own'}
          options={[...PRESETS.map((each) => [each, say(PRESET[each])] as const), ...(preset ? [] : [['own', say('reports.own')] as const])]}
          onChange={(each) => each !== 'own' && set(presetOf(each, now))}
        />
        <TextInput
          size="xs"
          type="date"
          aria-label={say('reports.from')}
          value={period.from}
          onChange={(event) => set({ ...period, from: event.currentTarget.value }, true)}
        />
        <TextInput
          size="xs"
          type="date"
          aria-label={say('reports.to')}
          title={say('reports.half_open')}
          value={period.to}
          onChange={(event) => set({ ...period, to: event.currentTarget.value }, true)}
        />
      </div>
      {isNone ? <Empty text={say('reports.no_clients')} act={<Go to={go.clients()}>{say('nav.clients')}</Go>} /> : null}
      {!isNone && query.isPending ? <Waiting rows={8} /> : null}
      {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : null}
      {query.data && !query.isError ? <Report report={query.data} now={now} /> : null}
    </Page>
  )
}

const PRESET = { week: 'reports.week', month: 'reports.month', last_month: 'reports.last_month' } as const

function Heading({ report }: { report: AvailabilityReport }) {
  const say = useSay()
  return <>{say('reports.heading', { client: report.client.name, from: report.from, to: report.to, tz: report.tz })}</>
}

function Report({ report, now }: { report: AvailabilityReport; now: number }) {
  const say = useSay()
  if (report.services.length === 0) return <Empty text={say('reports.no_services')} act={<Go to={go.tenant(report.client.id)}>{report.client.name}</Go>} />
  return (
    <div className="stack-wide">
      <ul className={css.legend} aria-label={say('reports.legend')}>
        <li data-kind="down">{say('reports.kind.down')}</li>
        <li data-kind="degraded">{say('reports.kind.degraded')}</li>
        <li data-kind="maintenance">{say('reports.kind.maintenance')}</li>
      </ul>
      {report.services.map((each) => (
        <ServiceReport key={each.service.id} of={each} report={report} now={now} />
      ))}
    </div>
  )
}

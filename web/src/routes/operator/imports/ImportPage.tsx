import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { type Import, imports } from '../../../api/imports'
import { useSay } from '../../../i18n/i18n'
import { ProblemView } from '../../../list/ProblemView'
import { Act } from '../../../parts/act/Act'
import { Crumbs, GoRef } from '../../../parts/link/Go'
import { IMPORT_FORMAT, IMPORT_STATE } from '../../../parts/words/besideWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Facts, Page, Panel } from '../../../ui/Page'
import { Instant, Waiting } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { ImportDialogs, type Verb } from './ImportDialogs'
import { Rows } from './Rows'

export default function ImportPage() {
  const say = useSay()
  const { id = '' } = useParams()
  const query = useQuery(imports.one(id))
  const [verb, setVerb] = useState<Verb | null>(null)
  const plan = query.data
  const crumbs = <Crumbs path={[[go.imports(), say('nav.imports')]]} />
  if (!plan) {
    return (
      <Page title={say('imports.title')} crumbs={crumbs} ready={!query.isPending}>
        {query.isError ? <ProblemView error={query.error} retry={query.refetch} /> : <Waiting />}
      </Page>
    )
  }
  const isPreview = plan.state === 'previewed'
  const isApplied = plan.state === 'applied'
  return (
    <Page
      title={plan.file_name}
      crumbs={crumbs}
      badge={<WordPill word={IMPORT_STATE[plan.state]} />}
      ready
      actions={
        isPreview || isApplied ? (
          isPreview ? (
            <>
              <Act can={plan.can.discard} onClick={() => setVerb('discard')}>
                {say('imports.discard')}
              </Act>
              <Act main can={plan.can.apply} onClick={() => setVerb('apply')}>
                {say('imports.apply')}
              </Act>
            </>
          ) : (
            <Act can={plan.can.undo} onClick={() => setVerb('undo')}>
              {say('imports.undo')}
            </Act>
          )
        ) : undefined
      }
    >
      <About plan={plan} />
      <Rows plan={plan} />
      <ImportDialogs plan={plan} verb={verb} close={() => setVerb(null)} />
    </Page>
  )
}

function About({ plan }: { plan: Import }) {
  const say = useSay()
  const notes = [...plan.notes, ...(plan.simulated ? [say('imports.simulated')] : [])]
  const facts = (
    <Panel title={say('imports.summary')}>
      <Facts
        rows={[
          [say('imports.format_name'), say(IMPORT_FORMAT[plan.format])],
          [say('imports.place'), <GoRef key="place" of={plan.tenant} />],
          [say('imports.by'), plan.created_by?.email],
          [say('col.created'), <Instant key="created" at={plan.created_at} />],
          ...(plan.state === 'previewed'
            ? []
            : [[say('imports.count_applied'), plan.counts.applied] as const, [say('imports.count_left'), plan.counts.left] as const]),
        ]}
      />
    </Panel>
  )
  if (notes.length === 0) return <div style={{ maxWidth: 'var(--measure)' }}>{facts}</div>
  return (
    <div className="cols">
      {facts}
      <Panel title={say('imports.notes')}>
        <ul className="stack">
          {notes.map((note) => (
            <li key={note} className="small">
              {note}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

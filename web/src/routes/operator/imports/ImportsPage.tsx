import { useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { type Import, imports } from '../../../api/imports'
import { session } from '../../../api/session'
import { Dialog } from '../../../form/Dialog'
import { useSay } from '../../../i18n/i18n'
import { useKeys } from '../../../keys/registry'
import { SearchBox } from '../../../list/Filters'
import { type Column, List } from '../../../list/List'
import { holds, useRows } from '../../../list/useRows'
import { Act } from '../../../parts/act/Act'
import { Go } from '../../../parts/link/Go'
import { IMPORT_FORMAT, IMPORT_STATE, IMPORT_VERDICT, IMPORT_VERDICTS } from '../../../parts/words/besideWords'
import { WordPill } from '../../../parts/words/WordPill'
import { Icon } from '../../../ui/Icon'
import { Page, Panel } from '../../../ui/Page'
import { Instant, None } from '../../../ui/Pieces'
import { go } from '../../../url/go'
import { text, useView } from '../../../url/view'
import { ImportForm } from './ImportForm'

const spec = { q: text(), add: text() }

function Counts({ row }: { row: Import }) {
  const say = useSay()
  const counted = IMPORT_VERDICTS.filter((each) => row.counts[each] > 0)
  return <>{counted.length === 0 ? <None /> : counted.map((each) => `${say(IMPORT_VERDICT[each].text)}: ${row.counts[each]}`).join(' · ')}</>
}

export default function ImportsPage() {
  const say = useSay()
  const navigate = useNavigate()
  const me = useQuery(session.me)
  const { view, set, isFiltered } = useView(spec)
  const { query, rows, origin } = useRows(imports.list(), view.q === '' ? undefined : (row) => holds(view.q, [row.file_name]))
  const may = me.data?.can.write_devices
  const open = () => set({ add: '1' }, true)
  const close = () => set({ add: '' }, true)
  useKeys([{ code: 'KeyN', cap: 'n', text: 'imports.new', run: () => may === true && open() }])
  const columns: Column<Import>[] = [
    { id: 'state', head: 'col.state', phone: 'side', cell: (row) => <WordPill word={IMPORT_STATE[row.state]} />, value: (row) => row.state },
    {
      id: 'file',
      head: 'imports.file',
      size: 'grow',
      phone: 'lead',
      cell: (row) => <Go to={go.import(row.id)}>{row.file_name}</Go>,
      value: (row) => row.file_name,
    },
    { id: 'format', head: 'imports.format_name', cell: (row) => say(IMPORT_FORMAT[row.format]), value: (row) => row.format },
    { id: 'counts', head: 'imports.rows', cell: (row) => <Counts row={row} /> },
    { id: 'by', head: 'imports.by', cell: (row) => row.created_by?.email ?? <None />, value: (row) => row.created_by?.email ?? null },
    { id: 'created', head: 'col.created', phone: 'end', cell: (row) => <Instant at={row.created_at} />, value: (row) => row.created_at },
  ]
  const add = (
    <Act main can={may} icon={<Icon name="plus" />} onClick={open}>
      {say('imports.new')}
    </Act>
  )
  return (
    <Page title={say('imports.title')} sub={say('imports.text')} ready={!query.isPending} actions={rows.length > 0 || isFiltered ? add : undefined}>
      <Panel title={say('imports.list')} count={rows.length > 0 ? rows.length : undefined} flush>
        <List
          label={say('imports.list')}
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          query={query}
          name="imports"
          origin={origin}
          filters={<SearchBox label={say('imports.find')} value={view.q} onChange={(q) => set({ q }, true)} />}
          isFiltered={isFiltered}
          clear={() => set({ q: '' })}
          none={{ text: say('imports.none'), act: add }}
          open={(row) => void navigate(go.import(row.id))}
        />
      </Panel>
      <Dialog title={say('imports.new')} opened={view.add !== '' && may === true} close={close}>
        <ImportForm close={close} done={(made) => void navigate(go.import(made.id))} />
      </Dialog>
    </Page>
  )
}

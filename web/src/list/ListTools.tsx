import { Button, Checkbox } from '@mantine/core'
import { useRef, useState } from 'react'
import { EXPORT_ROWS_MAX } from '../api/pages'
import { problemWords } from '../api/problemText'
import { useFormat } from '../i18n/format'
import { useSay } from '../i18n/i18n'
import { copyText } from '../ui/copy'
import { Menu } from '../ui/Menu'
import { toast } from '../ui/Toast'
import type { Column } from './List'
import css from './list.module.css'
import type { Origin } from './useRows'

interface ToolsProps<T> {
  name: string
  columns: readonly Column<T>[]
  hidden: readonly string[]
  toggle: (id: string) => void
  origin: Origin<T> | undefined
}

/** What every list can do beside showing rows: put columns away, hand all that matches to a file, say which command asks the same. */
export function ListTools<T>({ name, columns, hidden, toggle, origin }: ToolsProps<T>) {
  const say = useSay()
  const format = useFormat()
  const running = useRef<AbortController | null>(null)
  const [read, setRead] = useState<number | null>(null)

  const save = async (kind: 'csv' | 'json', from: Origin<T>) => {
    const cut = new AbortController()
    running.current = cut
    setRead(0)
    try {
      const [{ download, toCsv, toJson }, { rows, isWhole }] = await Promise.all([import('./export'), from.read(cut.signal, setRead)])
      cut.signal.throwIfAborted()
      const shown = columns.flatMap(({ id, head, value }) => (value && !hidden.includes(id) ? [{ head: say(head), value }] : []))
      download(name, kind, kind === 'csv' ? toCsv(shown, rows) : toJson(rows, from.raw))
      if (isWhole) toast('ok', say('list.exported', { count: rows.length }))
      else toast('critical', say('list.export_cut', { max: format.number(EXPORT_ROWS_MAX) }))
    } catch (error) {
      if (!cut.signal.aborted) toast('critical', problemWords(say, error).title)
    } finally {
      setRead(null)
    }
  }
  const copy = async (kind: 'cli' | 'api', from: Origin<T>) => {
    const { asApi, asCli } = await import('./export')
    const done = await copyText(kind === 'cli' ? asCli(from.source) : asApi(from.source, location.origin))
    toast(done ? 'ok' : 'critical', say(done ? 'ui.copied' : 'list.no_copy'))
  }
  return (
    <Menu label={say('list.tools')} icon="columns">
      {(close) => (
        <div className={css.tools}>
          <p className="small dim">{say('list.columns')}</p>
          {columns
            .filter((column) => column.phone !== 'lead')
            .map((column) => (
              <Checkbox key={column.id} size="xs" label={say(column.head)} checked={!hidden.includes(column.id)} onChange={() => toggle(column.id)} />
            ))}
          {origin ? (
            <>
              <p className="small dim">{say('list.export')}</p>
              {read === null ? (
                <div className="row">
                  <Button size="xs" variant="default" onClick={() => void save('csv', origin)}>
                    CSV
                  </Button>
                  <Button size="xs" variant="default" onClick={() => void save('json', origin)}>
                    JSON
                  </Button>
                </div>
              ) : (
                <div className="row" role="status">
                  <span>{say('list.exporting', { count: read })}</span>
                  <Button size="xs" variant="default" onClick={() => running.current?.abort()}>
                    {say('ui.cancel')}
                  </Button>
                </div>
              )}
              <p className="small dim">{say('list.copy_as')}</p>
              <div className="row">
                <Button size="xs" variant="default" onClick={() => void copy('cli', origin).then(close)}>
                  {say('list.cli')}
                </Button>
                <Button size="xs" variant="default" onClick={() => void copy('api', origin).then(close)}>
                  API
                </Button>
              </div>
            </>
          ) : null}
        </div>
      )}
    </Menu>
  )
}

import { Button } from '@mantine/core'
import type { Source } from '../../../api/beside'
import { useSay } from '../../../i18n/i18n'
import { Act } from '../../../parts/act/Act'
import { CopyButton } from '../../../ui/Pieces'
import css from './sources.module.css'

const receiver = (url: string, secret: string) => `receivers:
  - name: polyot
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization:
            credentials: ${secret}
`

interface ConnectProps {
  source: Source
  close: () => void
  edit: () => void
  renew: () => void
}

/** What is typed into the other system; the secret only right after it was made. */
export function Connect({ source, close, edit, renew }: ConnectProps) {
  const say = useSay()
  const url = location.origin + source.path
  const snippet = receiver(url, source.secret ?? say('sources.secret_place'))
  return (
    <div className="stack">
      <Copied name={say('sources.url')} value={url} />
      {source.secret ? (
        <>
          <Copied name={say('sources.secret')} value={source.secret} />
          <p className="small">{say('sources.secret_once')}</p>
        </>
      ) : (
        <p className="dim small">{say('sources.secret_kept')}</p>
      )}
      {source.kind === 'alertmanager' ? (
        <>
          <div className="spread">
            <h3>{say('sources.snippet')}</h3>
            <CopyButton value={snippet} label={say('ui.copy')} />
          </div>
          <pre className={css.snippet}>{snippet}</pre>
        </>
      ) : (
        <p>{say('sources.zabbix_text')}</p>
      )}
      <div className="row">
        {source.secret ? null : (
          <>
            <Act small can={source.can.edit} onClick={edit}>
              {say('sources.edit')}
            </Act>
            <Act small can={source.can.edit} onClick={renew}>
              {say('sources.renew')}
            </Act>
          </>
        )}
        <span className="end" />
        <Button onClick={close}>{say('ui.done')}</Button>
      </div>
    </div>
  )
}

function Copied({ name, value }: { name: string; value: string }) {
  const say = useSay()
  return (
    <div className={css.copied}>
      <div className={css.value}>
        <p className="dim small">{name}</p>
        <p className="mono">{value}</p>
      </div>
      <CopyButton value={value} label={say('ui.copy')} />
    </div>
  )
}

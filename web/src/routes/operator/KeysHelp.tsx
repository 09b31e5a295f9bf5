import { Switch } from '@mantine/core'
import { Dialog } from '../../form/Dialog'
import { useSay } from '../../i18n/i18n'
import { activeKeys, switchKeys, useKeysOn } from '../../keys/registry'
import css from './shell.module.css'

/** What each key does here and now; read from the registry, so it cannot lie. */
export function KeysHelp({ opened, close }: { opened: boolean; close: () => void }) {
  const say = useSay()
  const isOn = useKeysOn()
  return (
    <Dialog title={say('keys.help')} opened={opened} close={close}>
      <div className="stack">
        <Switch label={say('keys.on')} description={say('keys.on_hint')} checked={isOn} onChange={(event) => switchKeys(event.currentTarget.checked)} />
        <dl className={css.keys}>
          {activeKeys().map((key) => (
            <div key={key.code}>
              <dt>
                {key.cap.split(' ').map((cap) => (
                  <kbd key={cap}>{cap}</kbd>
                ))}
              </dt>
              <dd>{say(key.text)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  )
}

import { type KeyboardEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Me } from '../../../api/nouns'
import { Dialog } from '../../../form/Dialog'
import { speak, useSay, useTongue } from '../../../i18n/i18n'
import { holds } from '../../../list/useRows'
import { routes } from '../../../routes'
import { Icon } from '../../../ui/Icon'
import { go } from '../../../url/go'
import css from './palette.module.css'
import { type Found, type Group, LOADED_MAX, useFound } from './useFound'

interface PaletteProps {
  me: Me
  close: () => void
  help: () => void
  nextTheme: () => void
}

/** Objects, pages and acts by name, without the mouse. */
export default function Palette(props: PaletteProps) {
  const say = useSay()
  return (
    <Dialog title={say('palette.title')} opened close={props.close}>
      <Search {...props} />
    </Dialog>
  )
}

function Search({ me, close, help, nextTheme }: PaletteProps) {
  const say = useSay()
  const tongue = useTongue()
  const navigate = useNavigate()
  const list = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const open = (to: string) => {
    close()
    void navigate(to)
  }
  const then = (act: () => void) => () => {
    close()
    act()
  }
  const found = useFound(typed, open)
  const pages: Found[] = routes.flatMap(({ path, nav, who }) =>
    nav && (who === undefined || me.can[who] === true) ? [{ id: path, text: say(nav.text), hint: `g ${nav.cap}`, icon: nav.icon, run: () => open(path) }] : [],
  )
  const acts: Found[] = [
    ...(me.can.write_devices === true ? [{ id: 'add_device', text: say('palette.add_device'), icon: 'plus' as const, run: () => open(go.addDevice()) }] : []),
    { id: 'theme', text: say('keys.theme'), hint: 'Shift D', icon: 'auto', run: then(nextTheme) },
    { id: 'language', text: say('palette.other_language'), icon: 'edit', run: then(() => void speak(tongue === 'ru' ? 'en' : 'ru')) },
    { id: 'help', text: say('keys.help'), hint: '?', icon: 'help', run: then(help) },
  ]
  const named = (title: Group['title'], each: Found[]): Group => ({ title, found: each.filter(({ text }) => holds(typed, [text])) })
  const groups = [...found.groups, named('palette.acts', acts), named('palette.pages', pages)].filter((group) => group.found.length > 0)
  const all = groups.flatMap((group) => group.found)
  const chosen = all[Math.min(at, all.length - 1)]
  const move = (by: number) => {
    const next = Math.max(0, Math.min(all.length - 1, Math.min(at, all.length - 1) + by))
    setAt(next)
    list.current?.querySelectorAll('[role=option]')[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') chosen?.run()
    else return
    event.preventDefault()
  }
  return (
    <div className={css.palette}>
      <input
        className={css.input}
        type="text"
        role="combobox"
        aria-label={say('palette.hint')}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `found-${chosen.id}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={say('palette.hint')}
        data-autofocus=""
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <p className="sr" role="status">
        {found.isAsking ? say('palette.asking') : say('palette.results', { count: all.length })}
      </p>
      <div ref={list} id="palette-list" role="listbox" aria-label={say('palette.title')} className={css.list}>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={say(group.title)}>
            <p className={css.title} aria-hidden="true">
              {say(group.title)}
            </p>
            {group.found.map((each) => (
              <div
                key={each.id}
                id={`found-${each.id}`}
                role="option"
                aria-selected={each === chosen}
                className={css.option}
                onClick={each.run}
                onPointerMove={() => setAt(all.indexOf(each))}
              >
                <Icon name={each.icon} />
                <span className={css.text}>{each.text}</span>
                {each.hint ? <span className={css.hint}>{each.hint}</span> : null}
              </div>
            ))}
          </div>
        ))}
        {all.length === 0 && !found.isAsking ? <p className="dim">{say('palette.none')}</p> : null}
      </div>
      {found.hasFailed ? <p className={css.failed}>{say('palette.failed')}</p> : null}
      {typed.trim() === '' ? null : <p className="dim small">{say('palette.latest', { max: LOADED_MAX })}</p>}
    </div>
  )
}

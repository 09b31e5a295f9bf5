import { useQuery } from '@tanstack/react-query'
import type { ObjectInput } from '../../../api/contract3'
import { maintenance } from '../../../api/maintenance'
import type { Ref } from '../../../api/nouns'
import { problemWords } from '../../../api/problemText'
import { useSay } from '../../../i18n/i18n'
import { GoRef } from '../../../parts/link/Go'
import css from './maintenance.module.css'

const NAMES_MAX = 6

function Names({ of }: { of: readonly Ref[] }) {
  const say = useSay()
  return (
    <>
      {of.slice(0, NAMES_MAX).map((each, at) => (
        <span key={each.id}>
          {at > 0 ? ', ' : ' '}
          <GoRef of={each} />
        </span>
      ))}
      {of.length > NAMES_MAX ? ` ${say('wall.more', { count: of.length - NAMES_MAX })}` : ''}
    </>
  )
}

/** Before anything is kept: what would be silent, and who would hear of it. */
export function Preview({ starts, ends, objects, announces }: { starts: string | null; ends: string | null; objects: ObjectInput[]; announces: boolean }) {
  const say = useSay()
  const isWhole = starts !== null && ends !== null && ends > starts && objects.length > 0
  const query = useQuery({
    ...maintenance.preview({ starts_at: starts ?? '', ends_at: ends ?? '', objects }),
    enabled: isWhole,
    placeholderData: (before) => before,
    retry: false,
  })
  const seen = query.data
  return (
    <section className={css.preview} aria-label={say('maintenance.preview')} aria-live="polite">
      <h3>{say('maintenance.preview')}</h3>
      {!isWhole ? <p className="dim small">{say('maintenance.preview_first')}</p> : null}
      {isWhole && query.isError ? <p className={css.bad}>{problemWords(say, query.error).detail || problemWords(say, query.error).title}</p> : null}
      {isWhole && seen && !query.isError ? (
        <ul className={css.effects} data-preview="">
          <li>
            <strong>{say('wall.devices', { count: seen.devices.length })}</strong>
            <Names of={seen.devices} />
          </li>
          <li>
            <strong>{say('alarms.services', { count: seen.services.length })}</strong>
            <Names of={seen.services} />
          </li>
          <li>
            <strong>{say('maintenance.would_mute', { count: seen.open_alarms })}</strong>
          </li>
          <li>
            {announces && seen.contacts > 0 ? (
              <>
                <strong>{say('maintenance.would_tell', { count: seen.contacts })}</strong>
                <Names of={seen.clients} />
              </>
            ) : (
              <strong>{say(announces ? 'maintenance.nobody_to_tell' : 'maintenance.would_not_tell')}</strong>
            )}
          </li>
        </ul>
      ) : null}
    </section>
  )
}

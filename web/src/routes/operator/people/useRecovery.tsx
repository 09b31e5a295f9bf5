import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Person } from '../../../api/nouns'
import { problemWords } from '../../../api/problemText'
import { session } from '../../../api/session'
import { factor, resets } from '../../../api/trust'
import { Dialog } from '../../../form/Dialog'
import { useFormat } from '../../../i18n/format'
import { useSay } from '../../../i18n/i18n'
import type { Column } from '../../../list/List'
import { Act } from '../../../parts/act/Act'
import { Confirm } from '../../../parts/act/Confirm'
import { Secret } from '../../../parts/act/Secret'
import { Go } from '../../../parts/link/Go'
import { toast } from '../../../ui/Toast'
import { go } from '../../../url/go'
import css from './people.module.css'

const NOTHING = { isNew: false, who: '', link: '', until: '' }

/** The ways back in for somebody who lost the password or the phone. */
export function useRecovery() {
  const say = useSay()
  const format = useFormat()
  const me = useQuery(session.me)
  const [handed, setHanded] = useState(NOTHING)
  const [freed, setFreed] = useState<Person | null>(null)
  const hand = useMutation({
    mutationFn: (person: Person) => resets.hand(person.id),
    onSuccess: ({ link, expires_at }, person) => setHanded({ isNew: !person.is_active, who: person.email, link, until: format.dateTime(expires_at) }),
    onError: (error) => {
      const words = problemWords(say, error)
      toast('critical', [words.title, words.detail].filter((each) => each !== '').join(' '))
    },
  })
  const isAdmin = me.data?.grants.some((grant) => grant.role === 'provider_admin') ?? false
  const column: Column<Person> = {
    id: 'acts',
    head: 'col.acts',
    cell: (row) =>
      row.id === me.data?.id ? (
        <Go to={go.account()}>{say('account.title')}</Go>
      ) : (
        <span className={css.acts}>
          <Act small can={row.can.edit} onClick={() => hand.mutate(row)}>
            {say(row.is_active ? 'reset.hand' : 'reset.again')}
          </Act>
          {row.is_active && isAdmin ? (
            <Act small can={true} onClick={() => setFreed(row)}>
              {say('reset.factor_remove')}
            </Act>
          ) : null}
        </span>
      ),
  }
  const close = () => setHanded(NOTHING)
  const dialogs = (
    <>
      <Dialog title={say(handed.isNew ? 'people.link_title' : 'reset.hand_title')} opened={handed.link !== ''} close={close}>
        <Secret text={say('reset.hand_text', { who: handed.who, until: handed.until })} value={handed.link} close={close} />
      </Dialog>
      <Confirm
        title={say('reset.factor_remove')}
        text={say('reset.factor_remove_text', { who: freed?.email ?? '' })}
        submit={say('reset.factor_remove')}
        opened={freed !== null}
        close={() => setFreed(null)}
        run={async () => {
          if (freed) await factor.removeOf(freed.id)
          toast('ok', say('reset.factor_removed'))
        }}
      />
    </>
  )
  return { column, dialogs }
}

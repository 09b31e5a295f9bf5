import { useSay } from '../../../i18n/i18n'
import { Segments } from '../../../ui/Pieces'
import type { Ranged } from './ranges'

/** The spans back from now; beside them the piece that was drawn out in a graph. */
export function RangePick({ ranged }: { ranged: Ranged }) {
  const say = useSay()
  return (
    <Segments
      label={say('graph.range')}
      value={ranged.chosen}
      options={[
        ['1h', say('graph.h1')],
        ['6h', say('graph.h6')],
        ['24h', say('graph.h24')],
        ['7d', say('graph.d7')],
        ...(ranged.chosen === 'own' ? [['own', say('graph.own')] as const] : []),
      ]}
      onChange={(range) => range !== 'own' && ranged.choose(range)}
    />
  )
}

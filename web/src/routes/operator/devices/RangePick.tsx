import { useSay } from '../../../i18n/i18n'
import { Segments } from '../../../ui/Pieces'
import type { Range } from './ranges'

export function RangePick({ value, onChange }: { value: Range; onChange: (range: Range) => void }) {
  const say = useSay()
  return (
    <Segments
      label={say('graph.range')}
      value={value}
      options={[
        ['1h', say('graph.h1')],
        ['6h', say('graph.h6')],
        ['24h', say('graph.h24')],
        ['7d', say('graph.d7')],
      ]}
      onChange={onChange}
    />
  )
}

import type { Device } from '../../../api/nouns'
import { Graph, type Metric } from '../../../chart/Graph'
import { type Key, useSay } from '../../../i18n/i18n'
import { Panel } from '../../../ui/Page'
import { RangePick } from './RangePick'
import { METRICS, RANGES, type Range } from './ranges'

const SHOWN: readonly (readonly [Key, readonly Metric[]])[] = [
  ['graph.rtt', METRICS.rtt],
  ['graph.up', METRICS.up],
  ['graph.cpu', METRICS.cpu],
  ['graph.memory', METRICS.memory],
]

export function Graphs({ device, range, setRange }: { device: Device; range: Range; setRange: (range: Range) => void }) {
  const say = useSay()
  return (
    <div className="stack">
      <div>
        <RangePick value={range} onChange={setRange} />
      </div>
      <div className="cols">
        {SHOWN.map(([title, metrics]) => (
          <Panel key={title} title={say(title)}>
            <Graph object={device.id} title={say(title)} metrics={metrics} seconds={RANGES[range]} />
          </Panel>
        ))}
      </div>
    </div>
  )
}

import type { Device } from '../../../api/nouns'
import { Graph, type Metric } from '../../../chart/Graph'
import { type Key, useSay } from '../../../i18n/i18n'
import { Panel } from '../../../ui/Page'
import { RangePick } from './RangePick'
import { METRICS, type Ranged } from './ranges'

const SHOWN: readonly (readonly [Key, readonly Metric[]])[] = [
  ['graph.rtt', METRICS.rtt],
  ['graph.up', METRICS.up],
  ['graph.cpu', METRICS.cpu],
  ['graph.memory', METRICS.memory],
]

export function Graphs({ device, ranged }: { device: Device; ranged: Ranged }) {
  const say = useSay()
  return (
    <div className="stack">
      <div className="row">
        <RangePick ranged={ranged} />
        <span className="dim small">{say('graph.zoom_hint')}</span>
      </div>
      <div className="cols">
        {SHOWN.map(([title, metrics]) => (
          <Panel key={title} title={say(title)}>
            <Graph object={device.id} title={say(title)} metrics={metrics} span={ranged.span} zoom={ranged.zoom} />
          </Panel>
        ))}
      </div>
    </div>
  )
}

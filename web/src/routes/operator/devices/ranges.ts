import type { Metric } from '../../../chart/Graph'
import type { Span } from '../../../chart/span'

export const RANGES = { '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const
export type Range = keyof typeof RANGES
/** What the URL says of the time shown, and how to say another. */
export interface Ranged {
  chosen: Range | 'own'
  span: Span
  choose: (range: Range) => void
  zoom: (from: number, to: number) => void
}
interface View {
  range: Range
  from: string
  to: string
}
export function rangedBy(view: View, set: (change: { [K in keyof View]?: string }) => void): Ranged {
  const [from, to] = [Number(view.from), Number(view.to)]
  const isOwn = /^\d+$/.test(view.from) && /^\d+$/.test(view.to) && from < to
  return {
    chosen: isOwn ? 'own' : view.range,
    span: isOwn ? { from, to } : { seconds: RANGES[view.range] },
    choose: (range) => set({ range, from: '', to: '' }),
    zoom: (a, b) => set({ from: String(a), to: String(b) }),
  }
}

/** Which metrics a graph draws. Constants: a new array each time would redraw it each second. */
export const METRICS = {
  rtt: [{ name: 'reach_rtt', label: 'metric.rtt' }],
  up: [{ name: 'reach_up', label: 'metric.up' }],
  cpu: [{ name: 'cpu_load', label: 'metric.cpu' }],
  memory: [
    { name: 'mem_used', label: 'metric.mem_used' },
    { name: 'mem_total', label: 'metric.mem_total' },
  ],
  traffic: [
    { name: 'in_bps', label: 'metric.in' },
    { name: 'out_bps', label: 'metric.out', isBelow: true },
  ],
  packets: [
    { name: 'in_pps', label: 'metric.in' },
    { name: 'out_pps', label: 'metric.out', isBelow: true },
  ],
  errors: [
    { name: 'in_errors', label: 'metric.in_errors' },
    { name: 'out_errors', label: 'metric.out_errors', isBelow: true },
    { name: 'in_discards', label: 'metric.in_discards' },
    { name: 'out_discards', label: 'metric.out_discards', isBelow: true },
  ],
} as const satisfies Record<string, readonly Metric[]>

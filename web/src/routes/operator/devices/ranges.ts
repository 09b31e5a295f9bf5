import type { Metric } from '../../../chart/Graph'

export const RANGES = { '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const
export type Range = keyof typeof RANGES

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

import type { AlignedData } from 'uplot'
import type { Series } from '../api/nouns'

/** A hole wider than this many steps is a gap, drawn as one. */
const GAP_STEPS = 1.6

/** Series on one time axis; a null between two points that lie too far apart breaks the line there. */
export function align(lines: readonly { series: Series; isBelow?: boolean }[]): AlignedData {
  const stamps = new Set<number>()
  for (const { series } of lines) {
    let before: number | undefined
    for (const point of series.points) {
      const at = Date.parse(point.at) / 1000
      if (before !== undefined && series.step_s > 0 && at - before > series.step_s * GAP_STEPS) stamps.add(before + series.step_s)
      stamps.add(at)
      before = at
    }
  }
  const axis = [...stamps].sort((a, b) => a - b)
  const values = lines.map(({ series, isBelow }) => {
    const known = new Map(series.points.map((point) => [Date.parse(point.at) / 1000, point.avg]))
    return axis.map((at) => {
      const value = known.get(at)
      return value === undefined ? null : isBelow ? -value : value
    })
  })
  return [axis, ...values]
}

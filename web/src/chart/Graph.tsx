import { useQueries } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { series } from '../api/devices'
import { type Key, useSay } from '../i18n/i18n'
import { Waiting } from '../ui/Pieces'
import { isFixed, type Span } from './span'

const Chart = lazy(() => import('./Chart'))

export interface Metric {
  name: string
  label: Key
  isBelow?: boolean
}

interface GraphProps {
  object: string
  title: string
  metrics: readonly Metric[]
  span: Span
  zoom?: ((from: number, to: number) => void) | undefined
}

/** A titled graph of one object's metrics; says when nothing was measured in this span. */
export function Graph({ object, title, metrics, span, zoom }: GraphProps) {
  const say = useSay()
  const answers = useQueries({
    queries: metrics.map((metric) =>
      isFixed(span) ? series.between(object, metric.name, span.from, span.to) : series.last(object, metric.name, span.seconds),
    ),
  })
  const stamp = answers.map((each) => each.dataUpdatedAt).join(' ')
  const failed = answers.every((each) => each.isError)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stamp says when an answer changed; the answers' array is new each time
  const lines = useMemo(
    () =>
      metrics.flatMap((metric, at) => {
        const data = answers[at]?.data
        return data && data.points.length > 0 ? [{ label: say(metric.label), series: data, isBelow: metric.isBelow ?? false }] : []
      }),
    [metrics, stamp, say],
  )
  if (answers.some((each) => each.isPending)) return <Waiting rows={4} />
  if (lines.length === 0) return <p className="dim small">{failed ? say('graph.failed') : say('graph.none')}</p>
  return (
    <Suspense fallback={<Waiting rows={4} />}>
      <Chart label={title} lines={lines} span={span} zoom={zoom} />
    </Suspense>
  )
}

import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Series } from '../api/nouns'
import { quantity, tick, type Unit } from '../i18n/format'
import { type Tongue, useTongue } from '../i18n/i18n'
import { align } from './align'
import css from './chart.module.css'
import { boundsOf, type Span } from './span'

export interface Line {
  label: string
  series: Series
  /** Drawn below zero: traffic out. */
  isBelow?: boolean
}

/** A point between two gaps has no line to lie on: it is drawn as a dot. */
function lonely(plot: uPlot, at: number): number[] {
  const values = plot.data[at] ?? []
  const isPoint = (index: number) => values[index] !== null && values[index] !== undefined
  return [...values.keys()].filter((index) => isPoint(index) && !isPoint(index - 1) && !isPoint(index + 1))
}
/** A shorter drag is a slip of the hand. */
const DRAG_PX = 8
/** Steps of an axis of bytes: powers of two, or its marks would be crooked numbers. */
const BYTE_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power)

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const HEIGHT_PX = Number.parseInt(colour('--chart'), 10) || 168

function options(
  lines: readonly Line[],
  tongue: Tongue,
  width: number,
  span: { from: number; to: number },
  unit: Unit,
  readout: (at: number | null) => void,
  zoom: ((from: number, to: number) => void) | undefined,
): uPlot.Options {
  const axis = { stroke: colour('--dim'), grid: { stroke: colour('--hair'), width: 1 }, ticks: { show: false }, font: `12px ${colour('--sans')}` }
  const isBounded = unit === 'percent' || unit === 'ratio'
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: zoom !== undefined, y: false, setScale: false },
      // The hand is seen in every graph, the drawn-out piece counts once: else Back would have to be pressed for each graph.
      sync: { key: 'polyot', filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
    },
    scales: {
      x: { range: () => [span.from, span.to] },
      y: {
        range: (_plot, low, high) => {
          if (unit === 'ratio') return [0, 1]
          const top = Math.max(high ?? 0, isBounded ? 5 : 0) * 1.1 || 1
          return [Math.min(0, (low ?? 0) * 1.1), isBounded ? Math.min(100, top) : top]
        },
      },
    },
    padding: [8, 12, 0, 0],
    axes: [
      { ...axis, size: 28, gap: 6, values: (_plot, marks) => marks.map((at) => tick(tongue, at, span.to - span.from)) },
      {
        ...axis,
        size: 72,
        gap: 6,
        ...(unit === 'bytes' ? { incrs: BYTE_STEPS } : {}),
        values: (_plot, marks) => marks.map((value) => quantity(tongue, Math.abs(value), unit)),
      },
    ],
    series: [
      {},
      ...lines.map((line, at) => {
        const stroke = colour(`--c-${(at % 4) + 1}`)
        return { label: line.label, stroke, width: 1.5, fill: `${stroke}26`, spanGaps: false, points: { show: true, size: 5, fill: stroke, filter: lonely } }
      }),
    ],
    hooks: {
      setCursor: [(plot) => readout(plot.cursor.idx ?? null)],
      setSelect: [
        ({ select, posToVal }) => {
          if (select.width > DRAG_PX) zoom?.(Math.floor(posToVal(select.left, 'x')), Math.ceil(posToVal(select.left + select.width, 'x')))
        },
      ],
    },
  }
}

interface ChartProps {
  label: string
  lines: readonly Line[]
  span: Span
  /** A piece of time was drawn out with the mouse. */
  zoom?: ((from: number, to: number) => void) | undefined
}

/** Lines over time; where nothing was measured nothing is drawn. */
export default function Chart({ label, lines, span, zoom }: ChartProps) {
  const tongue = useTongue()
  const box = useRef<HTMLDivElement>(null)
  const zooms = useRef(zoom)
  const hasZoom = zoom !== undefined
  const { from: fixedFrom, to: fixedTo, seconds } = { from: undefined, to: undefined, seconds: 0, ...span }
  const said = useRef<HTMLParagraphElement>(null)
  const unit = lines[0]?.series.unit ?? 'ratio'
  const summary = lines.map(({ label: name, series }) => {
    const last = series.points.at(-1)
    return last ? `${name} ${quantity(tongue, last.avg, unit)}` : `${name} —`
  })
  const summaryText = summary.join(' · ')

  // The drawing keeps the function of the last render.
  useEffect(() => {
    zooms.current = zoom
  })
  // uPlot draws by itself: it is made anew when the data, the width, the theme or the language change.
  useEffect(() => {
    const element = box.current
    if (!element) return
    const bounds = boundsOf(fixedFrom === undefined || fixedTo === undefined ? { seconds } : { from: fixedFrom, to: fixedTo }, Date.now())
    const onZoom = hasZoom ? (a: number, b: number) => zooms.current?.(a, b) : undefined
    const data = align(lines)
    let plot: uPlot | undefined
    const readout = (at: number | null) => {
      const stamp = at === null ? undefined : data[0]?.[at]
      if (!said.current) return
      said.current.textContent =
        at === null || stamp === undefined
          ? summaryText
          : [
              tick(tongue, stamp, 0),
              ...lines.map((line, index) => {
                const value = data[index + 1]?.[at]
                return `${line.label} ${value === null || value === undefined ? '—' : quantity(tongue, Math.abs(value), unit)}`
              }),
            ].join(' · ')
    }
    const draw = () => {
      plot?.destroy()
      plot = new uPlot(options(lines, tongue, Math.max(120, element.clientWidth), bounds, unit, readout, onZoom), data, element)
    }
    draw()
    const sized = new ResizeObserver(() => {
      if (plot && plot.width !== element.clientWidth) plot.setSize({ width: Math.max(120, element.clientWidth), height: HEIGHT_PX })
    })
    sized.observe(element)
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => {
      sized.disconnect()
      themed.disconnect()
      plot?.destroy()
    }
  }, [lines, seconds, fixedFrom, fixedTo, hasZoom, tongue, unit, summaryText])

  return (
    <figure className={css.figure}>
      <div ref={box} className={css.plot} role="img" aria-label={`${label}. ${summary.join(', ')}`} />
      <figcaption className={css.caption}>
        <span className={css.keys}>
          {lines.map((line, at) => (
            <span key={line.label} className={css.key} data-colour={at % 4}>
              {line.label}
            </span>
          ))}
        </span>
        <p ref={said} aria-hidden="true">
          {summaryText}
        </p>
      </figcaption>
    </figure>
  )
}

/** What a graph shows: so many seconds back from now, or a fixed piece of time (seconds since 1970). */
export type Span = { seconds: number } | { from: number; to: number }
export const isFixed = (span: Span): span is { from: number; to: number } => 'from' in span
export const boundsOf = (span: Span, nowMs: number) => (isFixed(span) ? span : { from: nowMs / 1000 - span.seconds, to: nowMs / 1000 })

import type { ConfigDiff, DiffHunk, DiffLine } from '../../../api/contract3'

/** One row of the drawn difference; side by side a row holds a line of each file. */
export type Row = { kind: 'hunk'; at: number; hunk: DiffHunk } | { kind: 'one'; line: DiffLine } | { kind: 'two'; old: DiffLine | null; new: DiffLine | null }

/** Removed lines stand beside the lines added in their place, as far as both go. */
function paired(lines: readonly DiffLine[]): Row[] {
  const rows: Row[] = []
  let removed: DiffLine[] = []
  let added: DiffLine[] = []
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) rows.push({ kind: 'two', old: removed[at] ?? null, new: added[at] ?? null })
    removed = []
    added = []
  }
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line)
    else if (line.kind === 'added') added.push(line)
    else {
      flush()
      rows.push({ kind: 'two', old: line, new: line })
    }
  }
  flush()
  return rows
}

export function rowsOf(diff: ConfigDiff, isWide: boolean): Row[] {
  return diff.hunks.flatMap((hunk, at): Row[] => [
    { kind: 'hunk', at, hunk },
    ...(isWide ? paired(hunk.lines) : hunk.lines.map((line): Row => ({ kind: 'one', line }))),
  ])
}

/** A whole text as rows without a change. */
export const rowsOfText = (text: string): Row[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, at): Row => ({ kind: 'one', line: { kind: 'same', old: null, new: at + 1, spans: [{ text: line, changed: false }] } }))

const lengthOf = (line: DiffLine | null) => (line ? line.spans.reduce((sum, span) => sum + span.text.length, 0) : 0)
/** Characters of the longest line, left and right: the type is of one width, so this is the width of the column. */
export function widthsOf(rows: readonly Row[]): { left: number; right: number } {
  let [left, right] = [0, 0]
  for (const row of rows) {
    if (row.kind === 'two') left = Math.max(left, lengthOf(row.old))
    if (row.kind !== 'hunk') right = Math.max(right, lengthOf(row.kind === 'two' ? row.new : row.line))
  }
  return { left, right }
}

/** What the server puts in the place of a secret. */
export const SECRET = '<secret hidden>'
export const secretsIn = (text: string): readonly (string | null)[] => text.split(SECRET).flatMap((part, at) => (at === 0 ? [part] : [null, part]))

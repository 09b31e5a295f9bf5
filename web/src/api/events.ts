/** Server-sent events read by `fetch`, not by EventSource: only so are the comment beats seen that prove that the line is alive. */
export interface Frame {
  id: string
  event: string
  data: string
}

/** Splits a growing text into frames; keeps the unfinished rest. */
export class FrameReader {
  #rest = ''

  push(text: string): Frame[] {
    this.#rest += text.replaceAll('\r\n', '\n')
    const frames: Frame[] = []
    for (let end = this.#rest.indexOf('\n\n'); end >= 0; end = this.#rest.indexOf('\n\n')) {
      const frame = parse(this.#rest.slice(0, end))
      this.#rest = this.#rest.slice(end + 2)
      if (frame) frames.push(frame)
    }
    return frames
  }
}

function parse(block: string): Frame | null {
  const frame: Frame = { id: '', event: 'message', data: '' }
  let said = false
  for (const line of block.split('\n')) {
    if (line === '' || line.startsWith(':')) continue
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'id') frame.id = value
    else if (name === 'event') frame.event = value
    else if (name === 'data') frame.data += (frame.data === '' ? '' : '\n') + value
    said = true
  }
  return said ? frame : null
}

/** Reads until the line breaks or `signal` ends it. `heard` is called for every byte that arrives. */
export async function readEvents(after: string, signal: AbortSignal, heard: () => void, take: (frame: Frame) => void): Promise<number> {
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (after !== '') headers['last-event-id'] = after
  const answer = await fetch('/api/v1/events', { headers, signal, cache: 'no-store', credentials: 'same-origin' })
  if (!answer.ok || !answer.body) return answer.status
  const reader = answer.body.getReader()
  const decoder = new TextDecoder()
  const frames = new FrameReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return answer.status
    heard()
    for (const frame of frames.push(decoder.decode(value, { stream: true }))) take(frame)
  }
}

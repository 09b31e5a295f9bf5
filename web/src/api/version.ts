/** The name of the entry script: it holds a hash of its content, so another build has another name. */
export const entryOf = (html: string): string | null => html.match(/assets\/index-[\w-]+\.js/)?.[0] ?? null

/** Whether the server gives out another build than the one that runs here. */
export async function isNewer(): Promise<boolean> {
  const own = entryOf(document.documentElement.innerHTML)
  try {
    const there = entryOf(await (await fetch('/', { cache: 'no-store' })).text())
    return own !== null && there !== null && own !== there
  } catch {
    return false
  }
}

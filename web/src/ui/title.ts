/** The tab's title has two writers: the page its name, the shell its counter. */
let page = ''
let badge = ''
const write = () => {
  const name = page === '' ? 'Polyot' : `${page} · Polyot`
  document.title = badge === '' ? name : `(${badge}) ${name}`
}
export function titlePage(next: string) {
  page = next
  write()
}
export function titleBadge(next: string) {
  badge = next
  write()
}

/** routes.ts lays what a path loads here, so that links below it need not import it. */
let warmer: (path: string) => void = () => {}
export function setWarmer(next: (path: string) => void) {
  warmer = next
}
export const warm = (path: string) => warmer(path)

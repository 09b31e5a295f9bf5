/** Light, dark or as the system says; index.html sets the attribute before the first paint by the same rule. */
export type Scheme = 'light' | 'dark' | 'auto'
const KEY = 'polyot.scheme'
const SCHEMES: readonly Scheme[] = ['light', 'dark', 'auto']

export function storedScheme(): Scheme {
  const kept = localStorage.getItem(KEY)
  return SCHEMES.find((scheme) => scheme === kept) ?? 'auto'
}

export function keepScheme(scheme: Scheme) {
  localStorage.setItem(KEY, scheme)
}

export function nextScheme(scheme: Scheme): Scheme {
  return SCHEMES[(SCHEMES.indexOf(scheme) + 1) % SCHEMES.length] ?? 'auto'
}

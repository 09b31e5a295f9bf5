import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import type adminEnglish from '../../../locales/en/admin.json'
import type otherEnglish from '../../../locales/en/pages.json'
import type english from '../../../locales/en/web.json'

type Bare<K extends string> = K extends `${infer Base}_${'one' | 'few' | 'many' | 'other'}` ? Base : K
type Leaves<T, Above extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Above}${Bare<K>}` : Leaves<T[K], `${Above}${K}.`>
}[keyof T & string]
/** A sentence of locales/{en,ru}/{web,pages,admin}.json; a missing one does not compile. */
export type Key = Leaves<typeof english> | Leaves<typeof otherEnglish> | Leaves<typeof adminEnglish>
export type Say = (key: Key, values?: Record<string, string | number>) => string

export type Tongue = 'en' | 'ru'
const KEPT = 'polyot.language'
/** `web` is loaded before anything is drawn; `pages` holds the sentences of what is not drawn first, and comes with the first such page; `admin`, of the pages of accounts, sources and imports, comes with it. */
type Part = 'web' | 'pages' | 'admin'
const catalogues = {
  en: {
    web: () => import('../../../locales/en/web.json'),
    pages: () => import('../../../locales/en/pages.json'),
    admin: () => import('../../../locales/en/admin.json'),
  },
  ru: {
    web: () => import('../../../locales/ru/web.json'),
    pages: () => import('../../../locales/ru/pages.json'),
    admin: () => import('../../../locales/ru/admin.json'),
  },
}
const wanted = new Set<Part>(['web'])
const loaded = new Set<string>()

export function firstTongue(kept: string | null, browser: string): Tongue {
  if (kept === 'en' || kept === 'ru') return kept
  return /^(ru|be|kk|uk)\b/i.test(browser) ? 'ru' : 'en'
}

async function load(tongue: Tongue) {
  for (const part of wanted) {
    if (loaded.has(tongue + part)) continue
    const catalogue = await catalogues[tongue][part]()
    i18next.addResourceBundle(tongue, 'web', catalogue.default, true, true)
    loaded.add(tongue + part)
  }
}

/** Called by the table of routes beside the page's own chunk. */
export async function wantPages() {
  wanted.add('pages')
  wanted.add('admin')
  await load(i18next.language === 'ru' ? 'ru' : 'en')
}

export async function startTongue() {
  const tongue = firstTongue(localStorage.getItem(KEPT), navigator.language)
  await i18next.use(initReactI18next).init({
    lng: tongue,
    ns: ['web'],
    defaultNS: 'web',
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    returnNull: false,
  })
  await load(tongue)
  await i18next.changeLanguage(tongue)
  document.documentElement.lang = tongue
}

export async function speak(tongue: Tongue) {
  await load(tongue)
  localStorage.setItem(KEPT, tongue)
  document.documentElement.lang = tongue
  await i18next.changeLanguage(tongue)
}

export function useSay(): Say {
  const { t } = useTranslation('web')
  return useCallback((key, values) => t(key, values ?? {}), [t])
}

export function useTongue(): Tongue {
  const { i18n } = useTranslation('web')
  return i18n.language === 'ru' ? 'ru' : 'en'
}

import { type MantineColorSchemeManager, MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { keepScheme, storedScheme } from './scheme'
import { theme, variables } from './theme'

/** Mantine's own manager keeps other names; ours is read by the line in index.html before the first paint. */
const manager: MantineColorSchemeManager = {
  get: () => storedScheme(),
  set: keepScheme,
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => keepScheme('auto'),
}

export function ThemeRoot({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} colorSchemeManager={manager} defaultColorScheme="auto" deduplicateCssVariables={false}>
      {children}
    </MantineProvider>
  )
}

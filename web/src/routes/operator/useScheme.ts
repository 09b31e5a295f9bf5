import { useMantineColorScheme } from '@mantine/core'
import { nextScheme, type Scheme } from '../../theme/scheme'

export function useScheme(): { scheme: Scheme; next: () => void } {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return { scheme: colorScheme, next: () => setColorScheme(nextScheme(colorScheme)) }
}

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** Shade 6 is primary on light, shade 4 on dark (interface.md, tokens). */
const brand: MantineColorsTuple = ['#eef2ff', '#dbe3ff', '#bac8ff', '#9db2ff', '#7c93ff', '#5c7cfa', '#3b5bdb', '#2f4bc7', '#263ea8', '#1e3288']
const danger: MantineColorsTuple = ['#fde8ee', '#fbcbd8', '#ffb3c4', '#ff8fa8', '#ff8fa8', '#d01f52', '#a3123a', '#8c0f32', '#750c2a', '#5e0a22']

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 4 },
  colors: { brand, danger },
  autoContrast: true,
  black: '#14181f',
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: 'var(--f-12)', sm: 'var(--f-13)', md: 'var(--f-14)', lg: 'var(--f-16)', xl: 'var(--f-20)' },
  lineHeights: { xs: 'var(--line)', sm: 'var(--line)', md: 'var(--line)', lg: 'var(--line)', xl: 'var(--line)' },
  radius: { xs: 'var(--r-1)', sm: 'var(--r-2)', md: 'var(--r-2)', lg: 'var(--r-3)', xl: 'var(--r-3)' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  components: {
    // Mantine reckons the label's colour from the light shade alone.
    Button: {
      defaultProps: { size: 'sm' },
      vars: (_theme: unknown, props: { variant?: string }) => ({
        root: props.variant === 'filled' || props.variant === undefined ? { '--button-color': 'var(--on-primary)' } : {},
      }),
    },
    InputWrapper: { styles: { label: { marginBottom: 'var(--s-1)' }, description: { fontSize: 'var(--f-12)', marginBottom: 'var(--s-1)' } } },
    TextInput: { defaultProps: { size: 'sm' } },
  },
})

const ours = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--dim)',
  '--mantine-color-placeholder': 'var(--dim)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--border)',
  '--mantine-color-error': 'var(--critical-text)',
  '--mantine-color-anchor': 'var(--link)',
  '--mantine-primary-color-contrast': 'var(--on-primary)',
  '--mantine-color-danger-outline': 'var(--critical-text)',
  '--mantine-color-dark-4': 'var(--border)',
  '--mantine-color-dark-6': 'var(--surface)',
  '--mantine-color-gray-4': 'var(--border)',
}

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours })

/** Our own line icons, 16 px grid: drawn here so that no icon package is loaded. */
const PATHS = {
  alarm: 'M8 2.2 14.6 13.6H1.4ZM8 6.4v3.4M8 11.7v.1',
  device: 'M2 4.5h12v7H2ZM4.5 8h.1M7 8h.1M10 8h1.8',
  clients: 'M2.5 14V3.5h6V14M8.5 7h5V14M1 14h14M5 6.2h1M5 9h1M10.5 9.7h1',
  ticket: 'M2 4.5h12v2.3a1.4 1.4 0 0 0 0 2.6v2.3H2V9.4a1.4 1.4 0 0 0 0-2.6ZM9.5 4.8v6.6',
  notice: 'M2 3.5h12v9H2ZM2.4 4l5.6 4.6L13.6 4',
  collector: 'M8 9v5M5.5 14h5M8 7.2v.1M4.6 10.6a4.8 4.8 0 0 1 0-6.8M11.4 3.8a4.8 4.8 0 0 1 0 6.8M2.6 12.6a7.6 7.6 0 0 1 0-10.8M13.4 1.8a7.6 7.6 0 0 1 0 10.8',
  people: 'M6 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 6 8ZM1.5 13.5c.3-2.6 2-4 4.5-4s4.2 1.4 4.5 4M10.6 3.2a2.4 2.4 0 0 1 0 4.5M12 9.8c1.5.5 2.4 1.8 2.6 3.7',
  key: 'M5.2 13.2a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8ZM7.2 8.2l6-6M10.8 4.6l2 2',
  settings: 'M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M9 2.8v3.4M4 9.8v3.4',
  audit: 'M4 2h6l3 3v9H4ZM10 2v3h3M6 8h5M6 10.8h5',
  menu: 'M2 4h12M2 8h12M2 12h12',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1',
  moon: 'M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5h4.5M8 8h6M8 11h4.5',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 14.2c.4-3 2.6-4.6 5.5-4.6s5.1 1.6 5.5 4.6',
  plus: 'M8 3v10M3 8h10',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  edit: 'M3 13l.6-2.8 7-7 2.2 2.2-7 7ZM9.2 4.6l2.2 2.2',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4',
  help: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM6.2 6.3c.1-1.1.8-1.7 1.8-1.7s1.8.6 1.8 1.6c0 1.4-1.8 1.4-1.8 2.8M8 11.2v.1',
  columns: 'M2 3.5h12v9H2ZM6 3.5v9M10 3.5v9',
  wall: 'M1.5 3h13v8.500h-13ZM5.500 14h5M8 11.500V14M4 8.500l2.500-2.500 2 2L12 5',
  search: 'M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM10.300 10.300 14 14',
  window: 'M2 4h12v10H2ZM2 7h12M5 2v3M11 2v3M5 10.500h3',
  report: 'M3 14V9M7 14V4M11 14V7M14 14H1.500',
  history: 'M2.300 8a5.700 5.700 0 1 0 1.900-4.200M2 2.500v2.800h2.800M8 5v3.200l2.200 1.500',
  send: 'M14 2 7 9M14 2 9.6 14 7 9 2 6.4Z',
  import: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 10.5v3h11v-3',
  source: 'M2.5 5.5 5.500 8l-3 2.500M7.500 3.500h6M7.500 8h6M7.500 12.500h6',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="7" fill="var(--primary)" />
      <path d="M7 21 25 8l-7 17-3.5-6.5Z" fill="var(--on-primary)" />
      <path d="m14.5 18.5 10.500-10.500" stroke="var(--primary)" strokeWidth="1.6" />
    </svg>
  )
}

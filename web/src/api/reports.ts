import { queryOptions } from '@tanstack/react-query'
import { client, got } from './client'

export interface Period {
  client: string
  from: string
  to: string
}
export const reports = {
  key: ['reports'],
  availability: (period: Period) =>
    queryOptions({
      queryKey: ['reports', 'availability', period],
      queryFn: () => got(client.GET('/api/v1/reports/availability', { params: { query: { ...period } } })),
      enabled: period.client !== '',
    }),
  /** A link for the browser itself: the cookie goes with it. */
  csv: (period: Period, language: string) => `/api/v1/reports/availability.csv?${new URLSearchParams({ ...period, language })}`,
}

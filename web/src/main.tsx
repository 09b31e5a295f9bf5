import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './theme/mantine.css'
import './theme/tokens.css'
import './theme/base.css'
import { App } from './App'
import { isProblem } from './api/client'
import { session } from './api/session'
import { startTongue } from './i18n/i18n'
import { ThemeRoot } from './theme/ThemeRoot'
import { LastBoundary } from './ui/LastBoundary'

const cache = new QueryClient({
  queryCache: new QueryCache({
    onError(error) {
      if (isProblem(error) && error.status === 401) cache.setQueryData(session.me.queryKey, null)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && !(isProblem(error) && error.status >= 400 && error.status < 500),
    },
  },
})

await startTongue()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <QueryClientProvider client={cache}>
      <ThemeRoot>
        <LastBoundary>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </LastBoundary>
      </ThemeRoot>
    </QueryClientProvider>,
  )
}

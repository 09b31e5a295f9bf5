import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { session } from './api/session'
import { ProblemView } from './list/ProblemView'
import { routes, warmLinks } from './routes'
import { Waiting } from './ui/Pieces'
import { Toasts } from './ui/Toast'
import { go } from './url/go'

const Shell = lazy(() => import('./routes/operator/Shell'))
const NotFound = lazy(() => import('./routes/operator/NotFoundPage'))

export function App() {
  const cache = useQueryClient()
  // Links are told once what their targets load.
  useEffect(() => warmLinks(cache), [cache])
  return (
    <>
      <Suspense fallback={<Waiting />}>
        <Routes>
          {routes
            .filter((each) => each.surface === 'entry')
            .map((each) => (
              <Route key={each.path} path={each.path} element={<each.page />} />
            ))}
          <Route element={<Guarded />}>
            <Route path="/" element={<Navigate to={go.home()} replace />} />
            {routes
              .filter((each) => each.surface === 'operator')
              .map((each) => (
                <Route key={each.path} path={each.path} element={<each.page />} />
              ))}
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </Suspense>
      <Toasts />
    </>
  )
}

/** Who is not logged in goes to the login, or to the setup of a new installation. */
function Guarded() {
  const location = useLocation()
  const me = useQuery(session.me)
  const setup = useQuery({ ...session.setup, enabled: me.data === null })
  if (me.isPending) return <Waiting />
  if (me.isError) return <ProblemView error={me.error} retry={me.refetch} />
  if (me.data !== null) return <Shell me={me.data} />
  if (setup.isPending) return <Waiting />
  if (setup.data?.needed) return <Navigate to={go.setup()} replace />
  return <Navigate to={go.login(location.pathname + location.search)} replace />
}

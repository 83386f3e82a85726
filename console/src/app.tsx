import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Shell } from './parts/shell'
import { ErrorNote } from './parts/states'
import { Allow } from './screens/allow'
import { Apps } from './screens/apps'
import { Home } from './screens/home'
import { Network } from './screens/network'
import { NotFound } from './screens/not-found'
import { Settings } from './screens/settings'
import { SignIn } from './screens/sign-in'
import { UnitScreen } from './screens/unit'
import { Units } from './screens/units'
import { node, session } from './state/node'
import { type Route, route } from './state/route'
import { useStore } from './state/store'

const screens: Record<string, (props: { route: Route }) => ComponentChildren> = {
  '': () => <Home />,
  units: () => <Units />,
  unit: ({ route }) => <UnitScreen key={route.parts[1]} route={route} />,
  apps: () => <Apps />,
  network: () => <Network />,
  settings: () => <Settings />,
}

/** The screen for the page's address; signing in stands before all of them. */
export function App() {
  const now = useStore(route)
  const who = useStore(session)
  const [error, setError] = useState<unknown>()
  const start = (): void => {
    setError(undefined)
    node().catch(setError)
  }
  useEffect(start, [])
  if (error !== undefined) {
    return (
      <main class="alone">
        <ErrorNote error={error} onRetry={start} />
      </main>
    )
  }
  if (who === undefined) return <main class="alone" aria-busy="true" />
  if (who === null) return <SignIn />
  if (now.parts[0] === 'allow') return <Allow route={now} />
  const Screen = screens[now.parts[0] ?? ''] ?? NotFound
  return (
    <Shell route={now}>
      <Screen route={now} />
    </Shell>
  )
}

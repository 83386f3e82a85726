import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { Id } from '../parts/id'
import { ErrorNote, Skeleton } from '../parts/states'
import { grantAddress } from '../state/apps'
import { useData } from '../state/data'
import { call, session } from '../state/node'
import { go, type Route } from '../state/route'
import { useStore } from '../state/store'
import { t } from '../texts/texts'
import { AppFace } from './apps'

/** Units that the app asks for by name, as people know them. */
function Wanted({ mids }: { mids: readonly string[] }) {
  const { value } = useData('units', () => call('mimei.list', {}))
  return (
    <ul class="wanted">
      {mids.map((mid) => (
        <li key={mid}>
          <Icon name="units" size={18} />
          {value?.units.find((unit) => unit.mid === mid)?.mark ?? <Id id={mid} of={t.ids.unit} />}
        </li>
      ))}
    </ul>
  )
}

/** Asks a person, in words, whether an app may act for them. */
export function Allow({ route }: { route: Route }) {
  const who = useStore(session)
  const app = route.query.get('app') ?? ''
  const path = route.query.get('path') ?? ''
  const version = route.query.get('version') ?? undefined
  const units = (route.query.get('units') ?? '').split(',').filter(Boolean)
  const about = useData(`app:${app}`, () => call('app.about', { app }))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const title = about.value?.title
  useEffect(() => {
    document.title = t.pageTitle(title ?? t.allow.title)
  }, [title])
  const allow = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      location.replace(await grantAddress({ app, path, version, units }))
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  if (about.error !== undefined) {
    return (
      <main class="alone">
        <ErrorNote error={about.error} onRetry={about.reload} />
      </main>
    )
  }
  return (
    <main class="alone">
      <section class="card" aria-busy={about.value === undefined}>
        <AppFace mid={app} title={title ?? ' '} />
        <h1>{title === undefined ? <Skeleton width="200px" /> : t.allow.asks(title)}</h1>
        <p>{t.allow.own(who?.name ?? '')}</p>
        {units.length > 0 && (
          <>
            <p>{t.allow.units}</p>
            <Wanted mids={units} />
          </>
        )}
        <p class="quiet small">{t.allow.limits}</p>
        {about.value !== undefined && (
          <p class="quiet small">
            {t.allow.madeBy} <Id id={about.value.author} of={t.ids.author} />
          </p>
        )}
        {error !== undefined && <ErrorNote error={error} />}
        <div class="actions end">
          <Button onClick={() => go('/apps', true)}>{t.allow.no}</Button>
          <Button
            tone="primary"
            busy={busy}
            disabled={about.value === undefined}
            onClick={() => void allow()}
          >
            {t.allow.yes}
          </Button>
        </div>
      </section>
    </main>
  )
}

import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { Button } from '../parts/button'
import { Menu } from '../parts/menu'
import { Empty, ErrorNote, Skeleton } from '../parts/states'
import { openApp } from '../state/apps'
import { useData } from '../state/data'
import { call } from '../state/node'
import { ask, below } from '../state/picking'
import { go, unitAddress } from '../state/route'
import { attempt, tell } from '../state/toasts'
import type { Picking } from '../state/uploads'
import { size } from '../texts/format'
import { t } from '../texts/texts'
import { InstallApp } from './apps-install'
import { DropArea } from './files-drop'
import { Page } from './page'

const loadApps = () => call('app.list', {})
type App = Awaited<ReturnType<typeof loadApps>>['apps'][number]

/** A hue from the id: every app keeps its own colour on every node. */
const hueOf = (mid: string): number =>
  [...mid].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)

export function AppFace({ mid, title }: { mid: string; title: string }) {
  return (
    <span class="app-face" style={{ '--hue': hueOf(mid) }} aria-hidden="true">
      {[...title][0]?.toUpperCase() ?? '?'}
    </span>
  )
}

/** Takes back what the person let the app do; it asks again the next time. */
async function revoke(app: App): Promise<void> {
  const well = await attempt(() => call('app.revoke', { app: app.mid }))
  if (well) tell(t.apps.revoked(app.title))
}

function AppCard({ app }: { app: App }) {
  const open = (): void => void attempt(() => openApp(app.mid))
  return (
    <li class="app-card">
      <AppFace mid={app.mid} title={app.title} />
      <div class="app-text">
        <h2 class="cut">{app.title}</h2>
        <p class="small quiet">
          {app.version === 0 ? (
            t.units.neverSaved
          ) : (
            <>
              {app.release === null ? t.versionNumber(app.version) : t.apps.release(app.release)} ·{' '}
              <Ago time={app.modified} />
            </>
          )}{' '}
          · {size(app.size)}
        </p>
      </div>
      <div class="actions">
        <Button tone="primary" icon="open" onClick={open} aria-label={t.apps.openNamed(app.title)}>
          {t.apps.open}
        </Button>
        <Menu
          label={t.apps.menuOf(app.title)}
          items={[
            { label: t.apps.files, icon: 'folder', run: () => go(unitAddress(app.mid)) },
            {
              label: t.apps.versions,
              icon: 'clock',
              run: () => go(unitAddress(app.mid, 'history')),
            },
            { label: t.unit.share, icon: 'link', run: () => go(unitAddress(app.mid, 'sharing')) },
            { label: t.apps.revoke, icon: 'lock', run: () => void revoke(app) },
          ]}
        />
      </div>
    </li>
  )
}

/** Apps on this node; a folder with an `index.html` becomes one. */
export function Apps() {
  const [picked, setPicked] = useState<Picking>()
  const { value, error, reload } = useData('apps', loadApps)
  const choose = (): void =>
    void ask('folder').then((picking) => {
      if (picking.files.length > 0) setPicked(picking)
    })
  const install = (
    <Button tone="primary" icon="plus" onClick={choose}>
      {t.apps.install}
    </Button>
  )
  return (
    <DropArea active onPicked={setPicked} label={t.apps.dropHere}>
      <Page
        title={t.nav.apps}
        lead={t.apps.lead}
        actions={value?.apps.length === 0 ? undefined : install}
      >
        {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
        {value === undefined && error === undefined && <Skeleton width="100%" height="152px" />}
        {value?.apps.length === 0 && (
          <Empty icon="apps" title={t.apps.emptyTitle} actions={install}>
            {t.apps.emptyText}
          </Empty>
        )}
        {value !== undefined && value.apps.length > 0 && (
          <ul class="app-cards">
            {value.apps.map((app) => (
              <AppCard key={app.mid} app={app} />
            ))}
          </ul>
        )}
        {picked !== undefined && (
          <InstallApp
            picking={below(picked)}
            name={picked.files[0]?.path.split('/')[0] ?? ''}
            onClose={() => setPicked(undefined)}
          />
        )}
      </Page>
    </DropArea>
  )
}

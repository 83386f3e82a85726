import { Icon } from '../parts/icon'
import { Menu } from '../parts/menu'
import { VersionPicker } from '../parts/version-picker'
import { go, type Route, withQuery } from '../state/route'
import { t } from '../texts/texts'
import { type Place, placeAddress } from './place'

function Crumbs({ place, route }: { place: Place; route: Route }) {
  const steps = place.path === '' ? [] : place.path.split('/')
  return (
    <nav class="crumbs" aria-label={t.files.where}>
      <a
        href={placeAddress(place, route, '')}
        aria-current={steps.length === 0 ? 'page' : undefined}
      >
        {t.files.top}
      </a>
      {steps.map((name, index) => (
        <>
          <Icon name="next" size={14} />
          <a
            class="cut"
            href={placeAddress(place, route, steps.slice(0, index + 1).join('/'))}
            aria-current={index === steps.length - 1 ? 'page' : undefined}
          >
            {name}
          </a>
        </>
      ))}
    </nav>
  )
}

/** Where we are, which version this is, and what can be added. */
export function FilesToolbar(props: {
  place: Place
  route: Route
  pick: (what: 'files' | 'folder') => void
  onNewFolder: () => void
}) {
  const { place, route, pick, onNewFolder } = props
  return (
    <div class="toolbar">
      <Crumbs place={place} route={route} />
      <VersionPicker
        unit={place.unit}
        version={place.version}
        onPick={(version) => go(withQuery({ v: String(version), show: undefined }))}
      />
      {place.writable && (
        <Menu
          label={t.add}
          class={`button ${place.unit.changed ? 'plain' : 'primary'}`}
          items={[
            { label: t.files.uploadFiles, icon: 'upload', run: () => pick('files') },
            { label: t.files.uploadFolder, icon: 'upload', run: () => pick('folder') },
            { label: t.files.newFolder, icon: 'folder', run: onNewFolder },
          ]}
        >
          <Icon name="plus" size={18} />
          {t.add}
        </Menu>
      )}
    </div>
  )
}

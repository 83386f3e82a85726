import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { call, online, session, signOut } from '../state/node'
import { openPalette, palette } from '../state/palette'
import { useData } from '../state/data'
import { go, type Route } from '../state/route'
import { useStore } from '../state/store'
import { t } from '../texts/texts'
import { Activity } from './activity'
import { Icon, type IconName } from './icon'
import { Menu } from './menu'
import { Palette } from './palette'
import { Toasts } from './toasts'

const places: readonly { path: string; icon: IconName; label: string; also?: string }[] = [
  { path: '', icon: 'home', label: t.nav.home },
  { path: 'units', icon: 'units', label: t.nav.units, also: 'unit' },
  { path: 'apps', icon: 'apps', label: t.nav.apps },
  { path: 'network', icon: 'network', label: t.nav.network },
  { path: 'settings', icon: 'settings', label: t.nav.settings },
]

function Navigation({ here }: { here: string }) {
  return (
    <nav class="nav" aria-label={t.nav.label}>
      {places.map(({ path, icon, label, also }) => {
        const current = here === path || here === also
        return (
          <a key={path} href={`/${path}`} aria-current={current ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{label}</span>
          </a>
        )
      })}
    </nav>
  )
}

function Account() {
  const who = useStore(session)
  const items = [
    { label: t.nav.settings, icon: 'settings' as const, run: () => go('/settings') },
    { label: t.signOut, icon: 'out' as const, run: () => void signOut() },
  ]
  return (
    <Menu label={t.account(who?.name ?? '')} items={items} class="account">
      <span class="face" aria-hidden="true">
        {(who?.name ?? '?').slice(0, 1).toUpperCase()}
      </span>
      <span class="account-name cut">{who?.name}</span>
    </Menu>
  )
}

/** `/` and Ctrl or Cmd with K open the palette from everywhere. */
function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      const command = event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)
      if (!command && (event.key !== '/' || typing || event.metaKey || event.ctrlKey)) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      openPalette()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** A new screen begins at its top, and a screen reader goes on there. */
function useFocusOnMove(place: string) {
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [place])
  return main
}

/** The frame around every screen: places on the left, at phone width along the bottom. */
export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  useShortcuts()
  const connected = useStore(online)
  const paletteOpen = useStore(palette)
  const node = useData('node:id', () => call('node.id', {}))
  const [place = '', thing = ''] = route.parts
  const main = useFocusOnMove(`${place}/${thing}`)
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {t.skip}
      </a>
      <header class="side">
        <a class="brand" href="/" aria-label={t.nav.home}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span class="cut">{node.value?.name || t.product}</span>
        </a>
        <button type="button" class="find" onClick={() => openPalette()}>
          <Icon name="search" size={18} />
          <span>{t.search}</span>
          <kbd>/</kbd>
        </button>
        <Navigation here={place} />
        <Account />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {!connected && (
          <p class="away" role="status">
            <Icon name="warn" size={18} />
            {t.away}
          </p>
        )}
        {children}
      </main>
      <Activity />
      <Toasts />
      {paletteOpen && <Palette />}
    </div>
  )
}

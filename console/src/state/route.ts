/** Which screen is open is the page's address and nothing else, so every screen can be shared. */
import { store } from './store'

export interface Route {
  readonly path: string
  /** decoded parts of the path */
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function read(): Route {
  const { pathname, search } = location
  const parts = pathname.split('/').filter(Boolean).map(decode)
  return { path: pathname, parts, query: new URLSearchParams(search) }
}

export const route = store<Route>(read())

const update = (): void => route.set(read())

/** Goes to an address of the desktop. @param replace the present step of the history */
export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, '', address)
  else if (address !== location.pathname + location.search) history.pushState(null, '', address)
  update()
}

/** The present address with other values in its query; undefined takes a value out. */
export function withQuery(changes: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return location.pathname + (text === '' ? '' : `?${text}`)
}

/** Path of a unit's screen. @param path inside the unit, for its content */
export function unitAddress(mid: string, tab = '', path = ''): string {
  const tail = path === '' ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`
  return `/unit/${mid}${tab === '' && tail === '' ? '' : `/${tab || 'content'}`}${tail}`
}

/** Makes links of the page change the screen in place. */
export function followLinks(): void {
  addEventListener('popstate', update)
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.target !== '' || link.hasAttribute('download')) return
    if (link.origin !== location.origin || link.getAttribute('href')?.startsWith('#')) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}

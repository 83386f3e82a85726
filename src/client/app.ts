/**
 * What a page on a unit's own origin needs (docs/internals/security.md): the one-time code that the
 * desktop put behind the `#`, the session kept for this tab, and the way to ask for permission.
 */
import { labelToId } from '#base'

const storageKey = 'leither.sid'
const codeName = 'leither'

/** Takes the one-time code out of the page's address; undefined where there is none. */
export function takeCode(): string | undefined {
  if (typeof location === 'undefined') return undefined
  const marks = new URLSearchParams(location.hash.slice(1))
  const code = marks.get(codeName)
  if (code === null) return undefined
  marks.delete(codeName)
  const rest = marks.toString()
  // Neither the history nor a copied address keeps the code.
  const clean = location.pathname + location.search + (rest === '' ? '' : `#${rest}`)
  history.replaceState(history.state, '', clean)
  return code
}

export function keptSid(): string | undefined {
  try {
    return sessionStorage.getItem(storageKey) ?? undefined
  } catch {
    // No storage in Node and in sandboxed pages: the session lives as long as the program.
    return undefined
  }
}

export function keepSid(sid: string | undefined): void {
  try {
    if (sid === undefined) sessionStorage.removeItem(storageKey)
    else sessionStorage.setItem(storageKey, sid)
  } catch {
    // As above.
  }
}

/** The unit whose own origin this page is on, and the desktop beside it. */
export function ownOrigin(): { mid: string; desktop: string } | undefined {
  if (typeof location === 'undefined') return undefined
  const [label, ...rest] = location.hostname.split('.')
  const mid = labelToId(label.split('-')[0])
  if (mid === undefined || rest.length === 0) return undefined
  const port = location.port === '' ? '' : `:${location.port}`
  return { mid, desktop: `${location.protocol}//${rest.join('.')}${port}` }
}

/**
 * Goes to the desktop's page where the user decides what this app may do.
 * @returns never, for the page is left; false where this is no app's origin
 */
export async function goAsking(units: readonly string[]): Promise<boolean> {
  const here = ownOrigin()
  if (here === undefined) return false
  const question = new URLSearchParams({
    app: here.mid,
    path: location.pathname.slice(1) + location.search + location.hash,
  })
  const version = location.hostname.split('.')[0].split('-')[1]
  if (version !== undefined) question.set('version', version.replace(/^v/, ''))
  if (units.length > 0) question.set('units', units.join(','))
  location.assign(`${here.desktop}/allow?${question}`)
  return new Promise<never>(() => undefined)
}

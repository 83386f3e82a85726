/**
 * Where an app lives on the web. Each has an origin of its own, so that no app reads what another
 * stored in the browser; the desktop's origin is none of them. A version that was asked for by
 * name has an origin of its own, too.
 */
import { BadInput, idToLabel, labelToId, type Mid } from '#base'

export interface AppAddress {
  /** web address of the app's first page */
  readonly address: string
  /**
   * the app's own origin; undefined where the node is only known by a bare IP address, which has
   * no names below it: there apps run sandboxed, without anybody's session
   */
  readonly origin: string | undefined
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])
const isIpAddress = (host: string): boolean => /^[\d.]+$|^\[/.test(host)

/** The name that units have their origins below: the desktop's, also where a unit's is given. */
function baseOf(hostname: string): string {
  if (loopbackNames.has(hostname)) return 'localhost'
  const dot = hostname.indexOf('.')
  const isUnit = dot > 0 && labelToId(hostname.slice(0, dot).split('-')[0]) !== undefined
  return isUnit ? hostname.slice(dot + 1) : hostname
}

function suffixOf(version: string | number | undefined): string {
  if (version === undefined) return ''
  return /^\d/.test(`${version}`) ? `-v${version}` : `-${version}`
}

/**
 * @param desktop web address of the desktop, such as `http://localhost:4800/`, or of an app beside
 * @param version undefined for the one that the node shows by itself
 */
export function appAddress(
  mid: Mid,
  desktop: string,
  version?: 'cur' | 'last' | 'release' | number,
): AppAddress {
  const { protocol, hostname, port, href } = new URL(desktop)
  const base = baseOf(hostname)
  if (isIpAddress(base)) {
    const name = version === undefined ? mid : `${mid}:${version}`
    return { address: new URL(`/mm/${name}/`, href).href, origin: undefined }
  }
  const label = `${idToLabel(mid)}${suffixOf(version)}`
  const origin = `${protocol}//${label}.${base}${port === '' ? '' : `:${port}`}`
  return { address: `${origin}/`, origin }
}

/**
 * A page inside an app.
 * @param path path and query below the app's first page
 * @throws BadInput where the path leaves the app
 */
export function pageAddress({ address }: AppAddress, path: string): string {
  const inner = `./${path}`
  const page = URL.canParse(inner, address) ? new URL(inner, address).href : ''
  if (page.startsWith(address)) return page
  throw new BadInput(`path "${path.slice(0, 200)}" is not inside the app`, 'give one like a/b?c=d')
}

/** Opening apps: each runs in a web origin of its own, with a session of its own. */
import { call } from './node'

export interface Asked {
  readonly app: string
  /** path and query inside the app, as its page gave them */
  readonly path?: string
  readonly version?: string | undefined
  /** units that the app may use beside its own */
  readonly units?: readonly string[]
}

/**
 * Lets an app act for the person.
 * @returns its address with a one-time code, which only the app's own origin can make a session
 */
export async function grantAddress({
  app,
  path = '',
  version,
  units = [],
}: Asked): Promise<string> {
  const { code, address } = await call('app.grant', {
    app,
    path: path.replace(/^\/+/, ''),
    units: [...units],
    ...(version === undefined ? {} : { version }),
  })
  const mark = address.includes('#') ? '&' : '#'
  return `${address}${mark}leither=${encodeURIComponent(code)}`
}

/** Address that opens an app: with a session where the person allowed it, else by asking first. */
async function openingAddress(app: string): Promise<string> {
  const { granted } = await call('app.about', { app })
  return granted ? grantAddress({ app }) : `${location.origin}/allow?app=${app}`
}

/**
 * Opens an app in a window of its own. The window is opened before the node is asked, while the
 * browser still sees the person's click.
 */
export async function openApp(app: string): Promise<void> {
  const tab = window.open('about:blank', '_blank')
  try {
    const address = await openingAddress(app)
    if (tab === null) location.assign(address)
    else tab.location.replace(address)
  } catch (error) {
    tab?.close()
    throw error
  }
}

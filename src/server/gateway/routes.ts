/** `/mm/…`, `/ipfs/…` and the units' own origins: which content, and as which page. */
import { isId, type Mid, parseCid } from '#base'
import type { Content, Node } from '#node'
import { PageUnknown, ScriptRefused } from '../errors.js'
import { type Exchange, reply } from '../exchange.js'
import { always, corsRead, isActive, sandboxed, unitPage } from '../headers.js'
import { unitOrigin } from '../site.js'
import { decodePath, encodePath, readCidAddress, readUnitAddress } from './address.js'
import { formatOf, sendBlocks } from './car.js'
import { cachingOf, sendFile, tagOf } from './content.js'
import { listingPage } from './listing.js'
import { matchesTag } from './range.js'
import { writeAll } from './stream.js'
import { takeUpload } from './upload.js'

export type GatewayNode = Pick<Node, 'openUnitPath' | 'openCidPath' | 'exportCar' | 'writeUnitPath'>

type Headers = Readonly<Record<string, string>>

/** Something that may be opened path by path. */
interface Place {
  readonly title: string
  readonly path: string
  readonly slash: boolean
  open(path: string): Promise<Content>
  /** headers of a page of this type at this place */
  headers(mime: string): Headers
}

const isUnknown = (error: unknown): boolean =>
  (error as { kind?: unknown }).kind === 'not-found' ||
  (error as { code?: unknown }).code === 'NOT_A_DIRECTORY'

async function openIfThere(place: Place, path: string): Promise<Content | undefined> {
  try {
    const content = await place.open(path)
    return content.type === 'file' ? content : undefined
  } catch (error) {
    if (isUnknown(error)) return undefined
    throw error
  }
}

async function sendListing(exchange: Exchange, place: Place, content: Content): Promise<void> {
  const etag = tagOf(content).replace(/"$/, '.list"')
  const headers = {
    ...always,
    ...corsRead,
    ...place.headers('text/html'),
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': cachingOf(content),
    ETag: etag,
  }
  if (matchesTag(exchange.incoming.headers['if-none-match'], etag)) {
    reply(exchange, 304, headers)
    return
  }
  exchange.outgoing.writeHead(200, headers)
  if (exchange.incoming.method === 'HEAD') {
    exchange.outgoing.end()
    return
  }
  const title = place.path === '' ? place.title : `${place.title}/${place.path}`
  const rest = listingPage(title, content, place.path === '')[Symbol.asyncIterator]()
  await writeAll({ first: new Uint8Array(0), rest }, exchange.outgoing)
}

/** A file, the index page of a directory, or its list. */
async function sendPlace(exchange: Exchange, place: Place, content: Content): Promise<void> {
  if (content.type === 'file') {
    await sendFile(exchange, content, place.headers(content.mime))
    return
  }
  if (!place.slash) {
    const to = `${exchange.path}/${exchange.search}`.replace(/^\/+/, '/')
    reply(exchange, 302, { ...always, ...corsRead, Location: to, 'Cache-Control': 'no-cache' })
    return
  }
  const below = place.path === '' ? '' : `${place.path}/`
  const index = await openIfThere(place, `${below}index.html`)
  if (index === undefined) await sendListing(exchange, place, content)
  else await sendFile(exchange, index, place.headers(index.mime))
}

const headerOf = (exchange: Exchange, name: string): string | undefined => {
  const value = exchange.incoming.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** A page that somebody opens in a tab of its own. */
const isNavigation = (exchange: Exchange): boolean =>
  exchange.incoming.method === 'GET' && headerOf(exchange, 'sec-fetch-dest') === 'document'

/** The desktop's own pages never run a unit's script, whatever is written into them. */
function refuseScript(exchange: Exchange): void {
  const dest = headerOf(exchange, 'sec-fetch-dest') ?? ''
  const worker = headerOf(exchange, 'service-worker') !== undefined
  const script = exchange.site.kind === 'main' && /^(script|.*worker|.*worklet)$/.test(dest)
  const own = headerOf(exchange, 'sec-fetch-site') === 'same-origin'
  if (worker || (script && own)) throw new ScriptRefused(exchange.path)
}

/** Headers under `/mm` and `/ipfs`: pages run as nobody. */
const asNobody = (mime: string): Headers => (isActive(mime) ? sandboxed : {})

/** `GET /mm/<mid>[:version]/path`. A page opened in a tab goes to the unit's own origin. */
export async function serveUnit(exchange: Exchange, node: GatewayNode): Promise<void> {
  const address = readUnitAddress(exchange.path)
  if (address === undefined) throw new PageUnknown(exchange.path)
  refuseScript(exchange)
  const { mid, version, path, slash } = address
  const open = (below: string) => node.openUnitPath(exchange.caller, mid, version ?? 'last', below)
  const content = await open(path)
  // Who opens a page without naming a version gets the unit as its author shows it.
  const origin = unitOrigin(exchange.site.host, mid as Mid, version)
  const page = content.type === 'directory' || isActive(content.mime)
  if (isNavigation(exchange) && page && origin !== undefined && content.open) {
    const end = path !== '' && slash ? '/' : ''
    const to = `${origin}/${encodePath(path)}${end}${exchange.search}`
    reply(exchange, 302, { ...always, Location: to, 'Cache-Control': 'no-store' })
    return
  }
  const title = version === undefined ? mid : `${mid}:${version}`
  await sendPlace(exchange, { title, path, slash, open, headers: asNobody }, content)
}

/** `PUT /mm/<mid>/path`. */
export async function serveUpload(exchange: Exchange, node: GatewayNode): Promise<void> {
  const address = readUnitAddress(exchange.path)
  if (address === undefined) throw new PageUnknown(exchange.path)
  await takeUpload(exchange, node, address)
}

/** `GET /ipfs/<cid>/path`, also as blocks. */
export async function serveCid(exchange: Exchange, node: GatewayNode): Promise<void> {
  const address = readCidAddress(exchange.path)
  if (address === undefined) throw new PageUnknown(exchange.path)
  refuseScript(exchange)
  const cid = parseCid(address.cid)
  const open = (below: string) => node.openCidPath(exchange.caller, cid, below)
  const content = await open(address.path)
  const format = formatOf(exchange)
  if (format !== undefined) {
    await sendBlocks(exchange, node, content, format)
    return
  }
  const { path, slash } = address
  const ipfsPath = { 'X-Ipfs-Path': `/ipfs/${address.cid}/${encodePath(path)}` }
  const headers = (mime: string) => ({ ...asNobody(mime), ...ipfsPath })
  await sendPlace(exchange, { title: address.cid, path, slash, open, headers }, content)
}

/** The release, or the newest version where none is named; only what is missing is looked past. */
async function openDefault(exchange: Exchange, node: GatewayNode, mid: string, path: string) {
  try {
    await node.openUnitPath(exchange.caller, mid, 'release', '')
  } catch (error) {
    if (!isUnknown(error)) throw error
    return node.openUnitPath(exchange.caller, mid, 'last', path)
  }
  return node.openUnitPath(exchange.caller, mid, 'release', path)
}

/** A path that an app's own router may know: a navigation without a file name's dot. */
const isAppRoute = (exchange: Exchange, path: string): boolean =>
  (headerOf(exchange, 'accept') ?? '').includes('text/html') &&
  !/\.[^/]*$/.test(path) &&
  exchange.incoming.method === 'GET'

/** The unit's own origin: its content from `/` on. */
export async function serveUnitSite(exchange: Exchange, node: GatewayNode): Promise<void> {
  const { site } = exchange
  if (site.kind !== 'unit' || !isId(site.mid)) throw new PageUnknown(exchange.path)
  const { mid, version } = site
  const { path, slash } = decodePath(exchange.path)
  const open = (below: string) =>
    version === undefined
      ? openDefault(exchange, node, mid, below)
      : node.openUnitPath(exchange.caller, mid, version, below)
  const headers = (mime: string): Headers => (isActive(mime) ? unitPage(site) : {})
  const place = { title: mid, path, slash: slash || path === '', open, headers }
  let content: Content
  try {
    content = await open(path)
  } catch (error) {
    if (!isUnknown(error) || !isAppRoute(exchange, path)) throw error
    const index = await openIfThere(place, 'index.html')
    if (index === undefined) throw error
    await sendFile(exchange, { ...unbound(index), immutable: false }, headers(index.mime))
    return
  }
  await sendPlace(exchange, place, content)
}

/** The same content under an address that may lead elsewhere one day. */
const unbound = (content: Content): Content => ({
  type: content.type,
  cid: content.cid,
  size: content.size,
  mime: content.mime,
  modified: content.modified,
  immutable: content.immutable,
  open: content.open,
  read: (range) => content.read(range),
  entries: () => content.entries(),
})

/** One request with its answer, and who asks. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { BadInput } from '#base'
import type { Caller } from '#node'
import { HostUnknown, OriginRefused, RequestTooLarge } from './errors.js'
import { isOwnOrigin, type Site, siteOf } from './site.js'

export interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly site: Site
  readonly caller: Caller
  /** path of the request as sent, still encoded */
  readonly path: string
  readonly query: URLSearchParams
  /** `?…` as sent, or empty */
  readonly search: string
}

const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^(::ffff:)?127\./.test(address)

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value

function sidOf(headers: IncomingHttpHeaders): string | undefined {
  const parts = /^Bearer +([\w.~+/=-]{1,512})$/i.exec(headers.authorization ?? '')
  return parts?.[1]
}

/**
 * Whether local conveniences answer (security.md): the peer is this machine, the name is a loopback
 * name of the desktop, no page of another origin speaks, and no proxy stands between.
 */
function isLocal(site: Site, headers: IncomingHttpHeaders, address: string): boolean {
  const { origin } = headers
  const fetchSite = single(headers['sec-fetch-site'])
  return (
    isLoopbackAddress(address) &&
    site.kind === 'main' &&
    site.host.loopback &&
    (origin === undefined || origin === `http://${site.host.name}${site.host.port}`) &&
    (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none') &&
    headers.forwarded === undefined &&
    headers['x-forwarded-for'] === undefined
  )
}

/** The site asked for. @throws HostUnknown */
export function siteOfRequest(incoming: IncomingMessage, names: readonly string[]): Site {
  const header = incoming.headers.host
  const site = siteOf(header, names, incoming.socket.localAddress)
  if (site === undefined) throw new HostUnknown(header ?? '')
  return site
}

/** Who asks, as far as the connection and its headers say. */
export function callerOf(incoming: IncomingMessage, site: Site): Caller {
  const address = incoming.socket.remoteAddress ?? ''
  return {
    sid: sidOf(incoming.headers),
    address,
    local: isLocal(site, incoming.headers, address),
    origin: incoming.headers.origin,
  }
}

/** @throws OriginRefused where a page of another origin speaks */
export function demandOwnOrigin(
  incoming: IncomingMessage,
  site: Site,
  names: readonly string[],
): void {
  const { origin } = incoming.headers
  if (origin === undefined) return
  if (!isOwnOrigin(origin, site.host, names, incoming.socket.localAddress)) {
    throw new OriginRefused(origin)
  }
}

/** @throws HostUnknown, BadInput */
export function exchangeOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  names: readonly string[],
): Exchange {
  const site = siteOfRequest(incoming, names)
  const url = incoming.url ?? '/'
  if (!url.startsWith('/')) throw new BadInput('the request names no path', 'begin it with "/"')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const search = mark < 0 ? '' : url.slice(mark)
  const caller = callerOf(incoming, site)
  return { incoming, outgoing, site, caller, path, query: new URLSearchParams(search), search }
}

/** Answers at once with a whole body; `HEAD` gets the headers alone. */
export function reply(
  { incoming, outgoing }: Pick<Exchange, 'incoming' | 'outgoing'>,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const length: Record<string, number> =
    status === 304 || status === 204 ? {} : { 'Content-Length': bytes.length }
  outgoing.writeHead(status, { ...headers, ...length })
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes)
  if (hasBody(incoming)) letRunOut(incoming)
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined

/** How long a client may go on sending a body that was answered already, in milliseconds. */
const lingerMillis = 5000

/**
 * Reads on, for a while, what nobody wants: a connection cut at once would lose the answer too.
 */
function letRunOut(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) return
  const timer = setTimeout(() => incoming.destroy(), lingerMillis)
  incoming.once('close', () => clearTimeout(timer))
  incoming.resume()
}

/** How long a body may stand still before its connection is closed, in milliseconds. */
export const stallMillis = 60_000

/**
 * The body of a request as it comes. A client that waits for `100 Continue` is told to go on only
 * when the first byte is wanted, so that a refused upload is never sent.
 */
export async function* bodyOf({
  incoming,
  outgoing,
}: Pick<Exchange, 'incoming' | 'outgoing'>): AsyncGenerator<Uint8Array> {
  if (incoming.headers.expect?.toLowerCase() === '100-continue') outgoing.writeContinue()
  const stalled = (): void => {
    incoming.destroy()
  }
  incoming.socket.setTimeout(stallMillis, stalled)
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array
  } finally {
    incoming.socket.setTimeout(0)
    incoming.socket.off('timeout', stalled)
  }
}

/** The whole body as text. @param limit in bytes @throws RequestTooLarge */
export async function readText(
  exchange: Pick<Exchange, 'incoming' | 'outgoing'>,
  limit: number,
): Promise<string> {
  const said = Number(exchange.incoming.headers['content-length'] ?? 0)
  if (said > limit) throw new RequestTooLarge(limit)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of bodyOf(exchange)) {
    size += part.length
    if (size > limit) throw new RequestTooLarge(limit)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

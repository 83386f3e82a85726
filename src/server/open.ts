/** Opens the node's one port: routes, limits, and a clean end. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import type { Node } from '#node'
import type { Clock, Log, Random } from '#world'
import { serveCall, serveMethods, serveOpenApi } from './api.js'
import { serveClient, serveDesktop } from './desktop.js'
import { AddressUnusable, PortInUse } from './errors.js'
import { demandOwnOrigin, type Exchange, exchangeOf, reply } from './exchange.js'
import { type Failure, failureMaker } from './failure.js'
import { serveCid, serveUnit, serveUnitSite, serveUpload } from './gateway/routes.js'
import { readUnitAddress } from './gateway/address.js'
import { always, corsOwn, corsOwnPreflight, corsRead, corsReadPreflight } from './headers.js'
import { takeSockets } from './rpc/sockets.js'

/** What the server needs of a node. */
export type ServedNode = Omit<Node, 'onStop' | 'close' | 'id'>

export interface ServerOptions {
  readonly node: ServedNode
  /** 0 for any free one */
  readonly port: number
  /** IP address to listen on; 127.0.0.1 keeps the node to this machine */
  readonly host: string
  /** further host names under which this node may be reached, without port */
  readonly names?: readonly string[]
  /** folder of the built desktop */
  readonly desktopDir?: string
  /** file of the bundled client library */
  readonly clientFile?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Server {
  /** address of the desktop, such as `http://localhost:4800` */
  readonly address: string
  readonly port: number
  /** Stops listening; ends what is under way within two seconds. */
  close(): Promise<void>
}

type Env = { Bindings: HttpBindings }
type Serve = (exchange: Exchange) => Promise<void> | void

/** Milliseconds for the headers of a request. */
const headersMillis = 15_000
const connectionLimit = 5000

/** The failure as JSON, or as a page where a browser shows it. */
function sendFailure(exchange: Pick<Exchange, 'incoming' | 'outgoing'>, failure: Failure): void {
  const { status, code, kind, message, data } = failure
  const { origin, accept } = exchange.incoming.headers
  const headers: Record<string, string> = { ...always, 'Cache-Control': 'no-store' }
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
  if (exchange.incoming.method === 'GET' || exchange.incoming.method === 'HEAD') {
    Object.assign(headers, corsRead)
  } else if (origin !== undefined && code !== 'ORIGIN_REFUSED' && code !== 'HOST_UNKNOWN') {
    Object.assign(headers, corsOwn(origin))
  }
  if (accept?.startsWith('text/html') === true) {
    headers['Content-Type'] = 'text/plain; charset=utf-8'
    reply(exchange, status, headers, `${code}\n\n${message}\n`)
    return
  }
  headers['Content-Type'] = 'application/json; charset=utf-8'
  reply(exchange, status, headers, JSON.stringify({ error: { code, kind, message, data } }))
}

function servePreflight(exchange: Exchange, names: readonly string[]): void {
  const asked = exchange.incoming.headers['access-control-request-method'] ?? 'GET'
  if (asked === 'GET' || asked === 'HEAD') {
    reply(exchange, 204, corsReadPreflight)
    return
  }
  demandOwnOrigin(exchange.incoming, exchange.site, names)
  const { origin } = exchange.caller
  reply(
    exchange,
    204,
    origin === undefined ? { Allow: 'GET, POST, PUT' } : corsOwnPreflight(origin),
  )
}

function routesOf(options: ServerOptions, failureOf: (error: unknown) => Failure): Hono<Env> {
  const { node, names = [] } = options
  const app = new Hono<Env>()

  /** Runs one way of serving; its errors become answers. */
  const by = (serve: Serve) => async (context: Context<Env>) => {
    const { incoming, outgoing } = context.env
    try {
      await serve(exchangeOf(incoming, outgoing, names))
    } catch (error) {
      // Who left does not need an answer; who has half of one must not take it for the whole.
      if (!outgoing.destroyed) sendFailure(context.env, failureOf(error))
      if (!outgoing.writableEnded) outgoing.destroy()
    }
    return RESPONSE_ALREADY_SENT
  }
  /** Calls that change something: never for pages of other origins. */
  const own = (serve: Serve) =>
    by((exchange) => {
      demandOwnOrigin(exchange.incoming, exchange.site, names)
      return serve(exchange)
    })
  /** The rest of the paths: on the main site the desktop, on a unit's site the unit. */
  const site = (onMain: Serve) =>
    by((exchange) =>
      exchange.site.kind === 'unit' ? serveUnitSite(exchange, node) : onMain(exchange),
    )
  const desktop: Serve = (exchange) => serveDesktop(exchange, options.desktopDir)
  const unit: Serve = (exchange) =>
    // A unit may have a folder of its own named "mm".
    exchange.site.kind === 'unit' && readUnitAddress(exchange.path) === undefined
      ? serveUnitSite(exchange, node)
      : serveUnit(exchange, node)

  app.options(
    '*',
    by((exchange) => servePreflight(exchange, names)),
  )
  app.post(
    '/api/*',
    own((exchange) => serveCall(exchange, node)),
  )
  app.get('/api', site(serveMethods))
  app.get(
    '/openapi.json',
    site((exchange) => serveOpenApi(exchange, node.version)),
  )
  app.get('/mm/*', by(unit))
  app.put(
    '/mm/*',
    own((exchange) => serveUpload(exchange, node)),
  )
  app.get(
    '/ipfs/*',
    by((exchange) => serveCid(exchange, node)),
  )
  app.get(
    '/leither/client.js',
    by((exchange) => serveClient(exchange, options.clientFile)),
  )
  app.get('*', site(desktop))
  app.notFound(
    by((exchange) => {
      reply(exchange, 405, { ...always, Allow: 'GET, HEAD, OPTIONS' }, 'this is not served here\n')
    }),
  )
  return app
}

/** Milliseconds until connections that are still busy are cut at the end. */
const patienceMillis = 1500

/**
 * Opens the port. @throws PortInUse, AddressUnusable
 */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { node, host, log, clock, random } = options
  const names = (options.names ?? []).map((name) => name.toLowerCase())
  const failureOf = failureMaker(log, random)
  const listener = getRequestListener(routesOf({ ...options, names }, failureOf).fetch, {
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
    errorHandler: (error) => new Response(`${String(error)}\n`, { status: 400 }),
  })
  const settings = {
    headersTimeout: headersMillis,
    // Bodies have their own watch: an upload of a large file takes as long as it takes.
    requestTimeout: 0,
    connectionsCheckingInterval: 5000,
    keepAliveTimeout: 30_000,
    highWaterMark: 256 * 1024,
    noDelay: true,
  }
  const server = createServer(settings, (incoming, outgoing) => void listener(incoming, outgoing))
  // `bodyOf` says "go on" itself, when the body is wanted.
  server.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void listener(incoming, outgoing)
  })
  server.maxConnections = connectionLimit
  const sockets = takeSockets(server, names, { node, clock, random, failureOf })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE'
      const { port } = options
      reject(inUse ? new PortInUse(host, port, error) : new AddressUnusable(host, port, error))
    })
    server.listen(options.port, host, resolve)
  }).catch(async (error: unknown) => {
    await sockets.close()
    throw error
  })
  const { port } = server.address() as AddressInfo
  const isEverywhere = ['127.0.0.1', '0.0.0.0', '::', 'localhost'].includes(host)
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return {
    port,
    address: `http://${name}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const cut = setTimeout(() => server.closeAllConnections(), patienceMillis)
      await sockets.close()
      server.closeIdleConnections()
      await closed
      clearTimeout(cut)
    },
  }
}

/**
 * Runs a node in this process: disk, node, server, and then the network, so that the first request
 * is answered before libp2p is even loaded.
 */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { LeitherError, toHex } from '#base'
import { fileLog, openDisk, openWire, systemClock, systemRandom } from '#host'
import type { Key } from '#identity'
import { createNode, type RunningNode } from '#node'
import { openServer, type Server } from '#server'
import { type Disk, type Log, sleep, type Wire, type World } from '#world'
import { HomeInUse } from './errors.js'
import { isAlive, nodeKeyOrNew, readNote, removeNote, writeNote } from './home.js'
import { version } from './version.js'

export interface RunOptions {
  readonly home: string
  /** of HTTP and WebSocket; 0 for any free one */
  readonly port: number
  /** IP address to listen on */
  readonly host: string
  /** further host names that the node answers to */
  readonly names: readonly string[]
  readonly network: boolean
  /** IP address that libp2p listens on */
  readonly wireHost: string
  /** of libp2p; 0 for any free one */
  readonly wirePort: number
  readonly bootstrap: readonly string[]
  readonly mdns: boolean
}

export interface Running {
  readonly id: Key['id']
  readonly address: string
  readonly port: number
  /** somebody owns the node already */
  readonly claimed: boolean
  /** lets the first owner in from another machine */
  readonly claimCode: string
  /** the network, once it is there; undefined while the node keeps to itself */
  readonly joined: Promise<Wire | undefined>
  readonly log: Log
  /** Called when a caller asks the node to stop. */
  onStop(listener: () => void): void
  close(): Promise<void>
}

/** Where the build puts what the server hands out. */
const built = (path: string): string | undefined => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  return existsSync(file) ? file : undefined
}

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Multiaddrs to listen on. */
function listenAddresses({ wireHost, wirePort }: RunOptions): string[] {
  const family = wireHost.includes(':') ? 'ip6' : 'ip4'
  return [`/${family}/${wireHost}/tcp/${wirePort}`]
}

interface Parts {
  readonly options: RunOptions
  readonly key: Key
  readonly log: Log
  readonly disk: Disk
  readonly node: RunningNode
  readonly server: Server
}

/** Milliseconds that the first requests have for themselves: loading libp2p keeps a core busy. */
const headStartMillis = 250

async function join(
  { options, key, log, node }: Parts,
  isClosed: () => boolean,
): Promise<Wire | undefined> {
  await sleep(systemClock(), headStartMillis)
  if (isClosed()) return undefined
  const wire = await openWire({
    seed: key.seed,
    listen: listenAddresses(options),
    bootstrap: options.bootstrap,
    mdns: options.mdns,
    announceLoopback: !isEverywhere(options.wireHost),
    records: node.recordRules,
    log: log.named('wire'),
  })
  if (!isClosed()) {
    await node.attachWire(wire)
    return wire
  }
  await wire.close()
  return undefined
}

/** The port of the first address, as the note tells it. */
function wirePortOf(wire: Wire): number | null {
  const port = /\/tcp\/(\d+)/.exec(wire.self().addresses[0] ?? '')?.[1]
  return port === undefined ? null : Number(port)
}

async function openAll(options: RunOptions, key: Key, claimCode: string): Promise<Parts> {
  const { home, port, host, names } = options
  const log = fileLog({ dir: `${home}/logs`, clock: systemClock() })
  const clock = systemClock()
  const random = systemRandom()
  const disk = await openDisk({ home, log: log.named('disk') })
  try {
    const world: World = { clock, random, disk, log, wire: undefined }
    const node = await createNode(
      {
        key,
        name: hostname(),
        version,
        address: `http://localhost:${port}`,
        claimCode,
        network: options.network,
        memoryBytes: () => process.memoryUsage.rss(),
      },
      world,
    )
    const desktopDir = built('console/dist')
    const clientFile = built('dist/client/leither-client.js')
    const server = await openServer({
      node,
      port,
      host,
      names,
      ...(desktopDir === undefined ? {} : { desktopDir }),
      ...(clientFile === undefined ? {} : { clientFile }),
      clock,
      random,
      log: log.named('server'),
    })
    node.setAddress(server.address)
    return { options, key, log, disk, node, server }
  } catch (error) {
    await disk.close()
    throw error
  }
}

/**
 * Starts a node on a home; made, with its key, at the first start.
 * @throws HomeInUse, PortInUse, AddressUnusable, DiskFull …
 */
export async function runNode(options: RunOptions): Promise<Running> {
  const { home } = options
  const { key } = nodeKeyOrNew(home, systemRandom())
  const claimCode = toHex(systemRandom().bytes(6))
  const parts = await openAll(options, key, claimCode).catch((error: unknown) => {
    const pid = readNote(home)?.pid
    const inUse = error instanceof LeitherError && error.code === 'HOME_IN_USE'
    throw inUse && pid !== undefined && isAlive(pid) ? new HomeInUse(home, pid) : error
  })
  const { node, server, disk, log } = parts
  const note = { pid: process.pid, port: server.port, address: server.address, wirePort: null }
  writeNote(home, note)
  let closed = false
  const joined = (options.network ? join(parts, () => closed) : Promise.resolve(undefined)).then(
    (wire) => {
      if (wire !== undefined && !closed) writeNote(home, { ...note, wirePort: wirePortOf(wire) })
      return wire
    },
  )
  // Whoever waits for `joined` hears of a failure; the node works on without a network.
  joined.catch((error: unknown) => {
    log.error('no network', { reason: String(error) })
    node.stayAlone()
  })
  const guest = { sid: undefined, address: '', local: false, origin: undefined }
  const { claimed } = await node.call('node.id', {}, { caller: guest })
  return {
    id: node.id,
    address: server.address,
    port: server.port,
    claimed,
    claimCode,
    joined,
    log,
    onStop: node.onStop,
    async close() {
      closed = true
      removeNote(home, process.pid)
      await server.close()
      // A network that is just coming up still writes to the disk.
      const wire = await joined.catch(() => undefined)
      await node.close()
      await wire?.close()
      await disk.close()
    },
  }
}

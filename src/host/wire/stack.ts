/**
 * The libp2p node as Leither sets it up. Its modules are imported when a wire is opened and not
 * before: a command that needs no network must not wait half a second for it.
 */
import '../polyfill.js'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { RecordRules } from '#world'
import { routingStore, splitRecordKey } from './routing-store.js'

/** bytes of an announcement, see `Wire.announce` */
export const announceBytes = 64 * 1024
export const dialMillis = 10_000

export interface StackOptions {
  readonly seed: Uint8Array
  readonly listen: readonly string[]
  readonly mdns: boolean
  readonly announceLoopback: boolean
  readonly records: Readonly<Record<string, RecordRules>>
}

const isLoopback = (address: string): boolean =>
  /^\/ip4\/127\.|^\/ip6\/::1\/|^\/dns[46]?\/localhost\//.test(address)

/** Loopback addresses help nobody else, unless there is nothing but them. */
function announced<Address>(addresses: Address[], announceLoopback: boolean): Address[] {
  const outer = addresses.filter((address) => !isLoopback(String(address)))
  return announceLoopback || outer.length === 0 ? addresses : outer
}

/** Two nodes of one LAN find each other by this name; other libp2p programs are not asked. */
const serviceTag = '_leither._udp.local'

/** Rules as the hash table wants them: by the first part of the record's name. */
function recordHooks(records: Readonly<Record<string, RecordRules>>) {
  const validators: Record<string, (key: Uint8Array, value: Uint8Array) => Promise<void>> = {}
  const selectors: Record<string, (key: Uint8Array, values: Uint8Array[]) => number> = {}
  for (const [keyspace, rules] of Object.entries(records)) {
    validators[keyspace] = async (key, value) => rules.validate(splitRecordKey(key).key, value)
    selectors[keyspace] = (key, values) => rules.select(splitRecordKey(key).key, values)
  }
  return { validators, selectors }
}

async function loadModules() {
  const [
    libp2p,
    tcp,
    websockets,
    noise,
    yamux,
    identify,
    ping,
    kad,
    gossip,
    relay,
    nat,
    dcutr,
    keys,
  ] = await Promise.all([
    import('libp2p'),
    import('@libp2p/tcp'),
    import('@libp2p/websockets'),
    import('@libp2p/noise'),
    import('@libp2p/yamux'),
    import('@libp2p/identify'),
    import('@libp2p/ping'),
    import('@libp2p/kad-dht'),
    import('@libp2p/gossipsub'),
    import('@libp2p/circuit-relay-v2'),
    import('@libp2p/autonat'),
    import('@libp2p/dcutr'),
    import('@libp2p/crypto/keys'),
  ])
  return {
    ...libp2p,
    ...tcp,
    ...websockets,
    ...noise,
    ...yamux,
    ...identify,
    ...ping,
    ...kad,
    ...gossip,
    ...relay,
    ...nat,
    ...dcutr,
    ...keys,
  }
}

/** DER header of an Ed25519 seed in PKCS #8; the seed's 32 bytes follow. */
const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex')

/** By the engine: libp2p would do it in JavaScript, and keep large tables for it. */
function publicKey(seed: Uint8Array): Buffer {
  const key = Buffer.concat([pkcs8Header, seed])
  const own = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
  return Buffer.from(own.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** Starts a node. @throws whatever libp2p says where an address cannot be listened to */
export async function startStack(options: StackOptions) {
  const modules = await loadModules()
  const { validators, selectors } = recordHooks(options.records)
  const discovery = options.mdns ? [(await import('@libp2p/mdns')).mdns({ serviceTag })] : []
  return modules.createLibp2p({
    privateKey: modules.privateKeyFromRaw(Buffer.concat([options.seed, publicKey(options.seed)])),
    addresses: {
      listen: [...options.listen],
      announceFilter: (addresses) => announced(addresses, options.announceLoopback),
    },
    nodeInfo: { name: 'leither', userAgent: 'leither' },
    datastore: routingStore(options.records),
    transports: [modules.tcp(), modules.webSockets(), modules.circuitRelayTransport()],
    connectionEncrypters: [modules.noise()],
    streamMuxers: [
      modules.yamux({
        streamOptions: {
          maxStreamWindowSize: 16 * 1024 * 1024,
          // A held stream keeps up to a whole window; the default would reset it.
          maxReadBufferLength: 32 * 1024 * 1024,
        },
      }),
    ],
    peerDiscovery: discovery,
    connectionManager: { dialTimeout: dialMillis, maxConnections: 200 },
    // A ping waits behind whole windows of blocks; the default of 5 s ends busy connections.
    connectionMonitor: { pingInterval: 20_000, pingTimeout: { minTimeout: 30_000 } },
    services: {
      identify: modules.identify(),
      ping: modules.ping(),
      dht: modules.kadDHT({
        protocol: '/leither/kad/1.0.0',
        clientMode: false,
        // A node alone, or on a LAN, answers from what it has and stores with itself.
        allowQueryWithZeroPeers: true,
        peerInfoMapper: (peer) => peer,
        validators,
        selectors,
      }),
      gossip: modules.gossipsub({
        globalSignaturePolicy: 'StrictSign',
        allowPublishToZeroTopicPeers: true,
        emitSelf: false,
        fallbackToFloodsub: false,
        floodPublish: true,
        maxInboundDataLength: announceBytes + 1024,
      }),
      autonat: modules.autoNAT(),
      dcutr: modules.dcutr(),
    },
  })
}

/** The running node, with the services above. */
export type Stack = Awaited<ReturnType<typeof startStack>>

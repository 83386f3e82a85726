/** The real wire: libp2p under the door `Wire` (paper, Part II, V). */
import type { PeerId } from '@libp2p/interface'
import { BadInput, cidOf, codecs } from '#base'
import {
  type Channel,
  ListenFailed,
  type Log,
  type Peer,
  PeerUnreachable,
  type Wire,
  WireClosed,
  type WireOptions,
} from '#world'
import { channelOf, MessageTooLong } from './channel.js'
import { greet } from './greeter.js'
import { PeerBook } from './peers.js'
import { recordKey } from './routing-store.js'
import { announceBytes, dialMillis, type Stack, startStack } from './stack.js'

export interface OpenWireOptions extends WireOptions {
  /** the node key's Ed25519 seed, 32 bytes: the peer name derives from it */
  readonly seed: Uint8Array
  /** multiaddrs such as `/ip4/0.0.0.0/tcp/4801`; port 0 takes any that is free */
  readonly listen: readonly string[]
  /** multiaddrs of nodes to join, with or without `/p2p/<peer>` */
  readonly bootstrap?: readonly string[]
  /** find nodes of the same LAN; true by default */
  readonly mdns?: boolean
  /** tell others loopback addresses too, for several nodes of one machine */
  readonly announceLoopback?: boolean
  readonly log: Log
}

const lookupMillis = 10_000
const closeMillis = 2000
/** streams of one protocol that a peer may hold open at once */
const mostStreams = 256

/**
 * Joins the network.
 * @throws BadInput where a text is no address
 * @throws ListenFailed where no address can be listened to, such as a port in use
 */
export async function openWire(options: OpenWireOptions): Promise<Wire> {
  const { seed, listen, bootstrap = [], mdns = true, announceLoopback = false, records } = options
  await checkAddresses([...listen, ...bootstrap])
  const stack = await startStack({ seed, listen, mdns, announceLoopback, records }).catch(
    (error: unknown) => {
      throw new ListenFailed(listen, error)
    },
  )
  return new LibWire(stack, options, bootstrap)
}

async function checkAddresses(addresses: readonly string[]): Promise<void> {
  const { multiaddr } = await import('@multiformats/multiaddr')
  for (const address of addresses) {
    let names: string[] = []
    try {
      names = multiaddr(address)
        .getComponents()
        .map(({ name }) => name)
    } catch {
      // Told below.
    }
    if (!names.includes('tcp')) {
      throw new BadInput(`"${address}" is no address`, 'it looks like /ip4/192.0.2.1/tcp/4801')
    }
  }
}

class LibWire implements Wire {
  private readonly book: PeerBook
  private readonly stopGreeting: () => void
  private readonly topics = new Map<string, Set<(message: Uint8Array, from: string) => void>>()
  private closed: Promise<void> | undefined

  constructor(
    private readonly stack: Stack,
    private readonly options: OpenWireOptions,
    bootstrap: readonly string[],
  ) {
    this.book = new PeerBook(stack, options.log)
    this.stopGreeting = greet(stack, bootstrap, options.log)
    stack.services.gossip.addEventListener('message', ({ detail }) => {
      if (detail.type !== 'signed') return
      const from = detail.from.toString()
      for (const listener of [...(this.topics.get(detail.topic) ?? [])]) listener(detail.data, from)
    })
  }

  self(): Peer {
    const addresses = this.stack.getMultiaddrs().map((address) => address.toString())
    const self = this.book.peerOf(this.stack.peerId, addresses)
    if (self === undefined) throw new WireClosed('the node has no Ed25519 key')
    return self
  }

  peers = (): readonly Peer[] => this.book.connected()

  onPeer: Wire['onPeer'] = (listener) => this.book.onPeer(listener)

  async dial(address: string): Promise<Peer> {
    this.check()
    const signal = AbortSignal.timeout(dialMillis)
    try {
      const { multiaddr } = await import('@multiformats/multiaddr')
      const { remotePeer } = await this.stack.dial(multiaddr(address), { signal })
      return this.known(remotePeer, address)
    } catch (error) {
      throw error instanceof PeerUnreachable ? error : new PeerUnreachable(address, error)
    }
  }

  async open(target: string | Peer, protocol: string): Promise<Channel> {
    this.check()
    const shown = typeof target === 'string' ? target : target.name
    try {
      const id = await this.idOf(target)
      const stream = await this.stack.dialProtocol(id, protocol, {
        signal: AbortSignal.timeout(dialMillis),
        maxOutboundStreams: mostStreams,
        runOnLimitedConnection: true,
      })
      return channelOf(stream, this.known(id, shown))
    } catch (error) {
      throw error instanceof PeerUnreachable ? error : new PeerUnreachable(shown, error)
    }
  }

  accept: Wire['accept'] = (protocol, handler) => {
    const handled = this.stack.handle(
      protocol,
      async (stream, connection) => {
        const peer = this.book.peerOf(connection.remotePeer)
        if (peer === undefined) return stream.abort(new Error('only Ed25519 keys are nodes'))
        const channel = channelOf(stream, peer)
        try {
          await handler(channel)
        } catch (error) {
          this.options.log.debug('a channel failed', { protocol, error: String(error) })
          await channel.close()
        }
      },
      { maxInboundStreams: mostStreams, runOnLimitedConnection: true },
    )
    handled.catch((error: unknown) => {
      this.options.log.error('a protocol cannot be served', { protocol, error: String(error) })
    })
    return () => {
      void handled.then(() => this.stack.unhandle(protocol)).catch(() => undefined)
    }
  }

  async announce(topic: string, message: Uint8Array): Promise<void> {
    this.check()
    if (message.length > announceBytes) throw new MessageTooLong(message.length, announceBytes)
    await this.stack.services.gossip.publish(topic, message)
  }

  listen: Wire['listen'] = (topic, listener) => {
    this.check()
    let listeners = this.topics.get(topic)
    if (listeners === undefined) {
      this.topics.set(topic, (listeners = new Set()))
      this.stack.services.gossip.subscribe(topic)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0 || this.topics.get(topic) !== listeners) return
      this.topics.delete(topic)
      if (this.closed === undefined) this.stack.services.gossip.unsubscribe(topic)
    }
  }

  async putRecord(keyspace: string, key: Uint8Array, record: Uint8Array): Promise<void> {
    this.check()
    this.options.records[keyspace]?.validate(key, record)
    const signal = AbortSignal.timeout(lookupMillis)
    await this.walk(this.stack.services.dht.put(recordKey(keyspace, key), record, { signal }))
  }

  async getRecord(keyspace: string, key: Uint8Array): Promise<Uint8Array | undefined> {
    this.check()
    const name = recordKey(keyspace, key)
    const signal = AbortSignal.timeout(lookupMillis)
    const found: Uint8Array[] = []
    await this.walk(this.stack.services.dht.get(name, { signal }), (event) => {
      if (event.name === 'VALUE') found.push(event.value)
      if (event.name !== 'PEER_RESPONSE' || event.record === undefined) return
      found.push(event.record.value)
    })
    const valid = found.filter((record) => this.isValid(keyspace, key, record))
    if (valid.length === 0) return undefined
    return valid[this.options.records[keyspace]?.select(key, valid) ?? 0]
  }

  async provide(key: Uint8Array): Promise<void> {
    this.check()
    const signal = AbortSignal.timeout(lookupMillis)
    await this.walk(this.stack.services.dht.provide(contentKey(key), { signal }))
  }

  async unprovide(key: Uint8Array): Promise<void> {
    this.check()
    await this.stack.services.dht.cancelReprovide(contentKey(key))
  }

  async findProviders(key: Uint8Array, most: number): Promise<readonly Peer[]> {
    this.check()
    const found = new Map<string, Peer>()
    const stop = new AbortController()
    const signal = AbortSignal.any([AbortSignal.timeout(lookupMillis), stop.signal])
    const self = this.self()
    await this.walk(this.stack.services.dht.findProviders(contentKey(key), { signal }), (event) => {
      if (event.name !== 'PROVIDER') return
      for (const { id, multiaddrs } of event.providers) {
        const peer = this.book.peerOf(id, multiaddrs.map(String))
        if (peer === undefined) continue
        found.set(peer.name, peer.name === self.name ? self : peer)
      }
      if (found.size >= most) stop.abort()
    })
    return [...found.values()].slice(0, most)
  }

  /** Ends all connections; at most two seconds, whatever the others do. */
  close(): Promise<void> {
    this.closed ??= this.stopAll()
    return this.closed
  }

  private async stopAll(): Promise<void> {
    this.stopGreeting()
    const late = new Promise<void>((resolve) => setTimeout(resolve, closeMillis).unref())
    const stopped = Promise.resolve(this.stack.stop()).catch((error: unknown) => {
      this.options.log.warn('the network did not stop cleanly', { error: String(error) })
    })
    await Promise.race([stopped, late])
  }

  private check(): void {
    if (this.closed !== undefined) throw new WireClosed('the node has left the network')
  }

  private known(id: PeerId, shown: string): Peer {
    const peer = this.book.peerOf(id)
    if (peer === undefined) throw new PeerUnreachable(shown, new Error('it has no Ed25519 key'))
    return peer
  }

  /** A connected or dialable id; the addresses of a given peer are remembered for the dial. */
  private async idOf(target: string | Peer): Promise<PeerId> {
    const { multiaddr } = await import('@multiformats/multiaddr')
    const { peerIdFromString } = await import('@libp2p/peer-id')
    if (typeof target !== 'string') {
      const id = peerIdFromString(target.name)
      const multiaddrs = target.addresses.map((address) => multiaddr(address))
      if (multiaddrs.length > 0) await this.stack.peerStore.merge(id, { multiaddrs })
      return id
    }
    if (!target.startsWith('/')) return peerIdFromString(target)
    const signal = AbortSignal.timeout(dialMillis)
    return (await this.stack.dial(multiaddr(target), { signal })).remotePeer
  }

  private isValid(keyspace: string, key: Uint8Array, record: Uint8Array): boolean {
    try {
      this.options.records[keyspace]?.validate(key, record)
      return true
    } catch {
      return false
    }
  }

  /** Runs a look-up to its end. One that runs out of time keeps what it has found. */
  private async walk<Event>(
    events: AsyncIterable<Event>,
    seen: (event: Event) => void = () => undefined,
  ): Promise<void> {
    try {
      for await (const event of events) seen(event)
    } catch (error) {
      this.options.log.debug('a look-up ended early', { error: String(error) })
    }
  }
}

/** Providers are found under the hash of the key. */
const contentKey = (key: Uint8Array) => cidOf(codecs.raw, key)

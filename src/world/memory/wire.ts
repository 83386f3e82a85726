/** A network of many nodes inside one process: the same door as the real one, and it can be cut. */
import { compare, concat, fromText, LeitherError, sha256, toHex } from '#base'
import type { Clock } from '../clock.js'
import { PeerUnreachable, WireClosed } from '../errors.js'
import type { Random } from '../random.js'
import type { Channel, Peer, PeerName, RecordRules, Wire, WireOptions } from '../wire.js'
import { seededRandom } from './random.js'
import { channelPair, type Deliver, type MemoryChannel } from './wire-channel.js'

export interface MemoryNetworkOptions {
  /** with a clock, everything takes `delayMillis`; without, it comes in the next turn */
  readonly clock?: Clock
  readonly delayMillis?: number
  /** makes keys, and decides which announcements are lost */
  readonly random?: Random
}

export interface JoinOptions extends WireOptions {
  /** 32 bytes; fresh ones by default */
  readonly publicKey?: Uint8Array
}

export interface MemoryNetwork {
  join(options: JoinOptions): Wire
  /** Breaks all links between two nodes; neither reaches the other until `heal`. */
  cut(a: Wire, b: Wire): void
  heal(a: Wire, b: Wire): void
  /** Share of announcements that get lost on each hop, 0 to 1. */
  lose(share: number): void
}

/** records and provider entries are kept on this many nodes, as in the real table */
const nearest = 20
const announceBytes = 64 * 1024
const messageBytes = 4 * 1024 * 1024

class TooLong extends LeitherError {
  constructor(bytes: number, limit: number) {
    const message = `a message of ${bytes} bytes is over the limit of ${limit}; send it in parts`
    super('MESSAGE_TOO_LONG', 'limit', message, { bytes, limit })
  }
}

export function memoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  const { clock, delayMillis = 0, random = seededRandom(1) } = options
  const net = new Net(random, (action) => {
    if (clock === undefined) queueMicrotask(action)
    else clock.after(delayMillis, action)
  })
  const own = (wire: Wire): MemoryWire => {
    if (wire instanceof MemoryWire) return wire
    throw new WireClosed('this wire is of another network')
  }
  return {
    join: ({ records, publicKey = random.bytes(32) }) => {
      const wire = new MemoryWire(net, publicKey, records)
      net.wires.set(wire.name, wire)
      return wire
    },
    cut: (a, b) => net.cut(own(a), own(b)),
    heal: (a, b) => void net.cuts.delete(pairOf(own(a), own(b))),
    lose: (share) => {
      net.loss = share
    },
  }
}

const pairOf = (a: MemoryWire, b: MemoryWire): string => [a.name, b.name].sort().join(' ')

/** What the nodes share: who exists and which pairs cannot talk. */
class Net {
  readonly wires = new Map<PeerName, MemoryWire>()
  readonly cuts = new Set<string>()
  loss = 0

  constructor(
    private readonly random: Random,
    readonly deliver: Deliver,
  ) {}

  find(target: string): MemoryWire | undefined {
    return this.wires.get(target.replace(/^\/memory\//, ''))
  }

  isLost(): boolean {
    return this.loss > 0 && this.random.bytes(1)[0] / 256 < this.loss
  }

  cut(a: MemoryWire, b: MemoryWire): void {
    this.cuts.add(pairOf(a, b))
    a.drop(b)
  }
}

class MemoryWire implements Wire {
  readonly name: PeerName
  readonly links = new Set<MemoryWire>()
  private readonly stored = new Map<string, Uint8Array>()
  private readonly provided = new Map<string, Set<PeerName>>()
  private readonly channels = new Map<MemoryWire, Set<MemoryChannel>>()
  private readonly handlers = new Map<string, (channel: Channel) => Promise<void>>()
  private readonly topics = new Map<string, Set<(message: Uint8Array, from: PeerName) => void>>()
  private readonly listeners = new Set<(peer: Peer, state: 'here' | 'gone') => void>()
  private closed = false

  constructor(
    private readonly net: Net,
    private readonly publicKey: Uint8Array,
    private readonly rules: Readonly<Record<string, RecordRules>>,
  ) {
    this.name = `node-${toHex(publicKey).slice(0, 24)}`
  }

  self(): Peer {
    const { name, publicKey } = this
    return { name, publicKey, addresses: [`/memory/${name}`] }
  }

  peers = (): readonly Peer[] => [...this.links].map((wire) => wire.self())

  onPeer: Wire['onPeer'] = (listener) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  async dial(address: string): Promise<Peer> {
    return this.connect(address).self()
  }

  async open(target: PeerName | Peer, protocol: string): Promise<Channel> {
    const other = this.connect(typeof target === 'string' ? target : target.name)
    const handler = other.handlers.get(protocol)
    if (handler === undefined) {
      throw new PeerUnreachable(other.name, new Error(`it does not speak ${protocol}`))
    }
    const [near, far] = channelPair(this.self(), other.self(), this.net.deliver)
    this.keep(other, near)
    other.keep(this, far)
    this.net.deliver(() => void handler(guarded(far)).catch(() => far.close()))
    return guarded(near)
  }

  accept: Wire['accept'] = (protocol, handler) => {
    this.handlers.set(protocol, handler)
    return () => void this.handlers.delete(protocol)
  }

  async announce(topic: string, message: Uint8Array): Promise<void> {
    this.check()
    if (message.length > announceBytes) throw new TooLong(message.length, announceBytes)
    this.gossip(topic, message.slice(), this.name, new Set([this.name]))
  }

  listen: Wire['listen'] = (topic, listener) => {
    this.check()
    const listeners = this.topics.get(topic) ?? new Set()
    this.topics.set(topic, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.topics.delete(topic)
    }
  }

  async putRecord(keyspace: string, key: Uint8Array, record: Uint8Array): Promise<void> {
    this.check()
    this.rules[keyspace]?.validate(key, record)
    this.store(keyspace, key, record)
    for (const wire of this.near(key)) this.net.deliver(() => wire.store(keyspace, key, record))
    await this.turn()
  }

  async getRecord(keyspace: string, key: Uint8Array): Promise<Uint8Array | undefined> {
    this.check()
    await this.turn()
    const name = storedName(keyspace, key)
    const found = this.near(key).flatMap((wire) => wire.stored.get(name) ?? [])
    const rules = this.rules[keyspace]
    const valid = found.filter((record) => isValid(rules, key, record))
    return valid.length === 0 ? undefined : valid[rules?.select(key, valid) ?? 0]
  }

  async provide(key: Uint8Array): Promise<void> {
    this.check()
    for (const wire of this.near(key)) {
      const names = wire.provided.get(toHex(key)) ?? new Set()
      wire.provided.set(toHex(key), names.add(this.name))
    }
    await this.turn()
  }

  /** As in the real table, what others have noted stays there until it expires. */
  async unprovide(key: Uint8Array): Promise<void> {
    this.check()
    this.provided.get(toHex(key))?.delete(this.name)
  }

  async findProviders(key: Uint8Array, most: number): Promise<readonly Peer[]> {
    this.check()
    await this.turn()
    const names = this.near(key).flatMap((wire) => [...(wire.provided.get(toHex(key)) ?? [])])
    const wires = [...new Set(names)].flatMap((name) => this.net.find(name) ?? [])
    return wires.slice(0, most).map((wire) => wire.self())
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    for (const other of [...this.links]) this.drop(other)
    this.net.wires.delete(this.name)
    this.handlers.clear()
    this.topics.clear()
  }

  /** Ends the link with another node, and all channels on it. */
  drop(other: MemoryWire): void {
    if (!this.links.delete(other)) return
    other.links.delete(this)
    for (const [wire, peer] of [
      [this, other],
      [other, this],
    ] as const) {
      for (const channel of wire.channels.get(peer) ?? []) channel.break('the link broke')
      wire.channels.delete(peer)
      for (const listener of [...wire.listeners]) listener(peer.self(), 'gone')
    }
  }

  private connect(target: string): MemoryWire {
    this.check()
    const other = this.net.find(target)
    if (other === undefined || other === this || this.net.cuts.has(pairOf(this, other))) {
      throw new PeerUnreachable(target)
    }
    if (this.links.has(other)) return other
    this.links.add(other)
    other.links.add(this)
    for (const [wire, peer] of [
      [this, other],
      [other, this],
    ] as const) {
      this.net.deliver(() => {
        for (const listener of [...wire.listeners]) listener(peer.self(), 'here')
      })
    }
    return other
  }

  private keep(other: MemoryWire, channel: MemoryChannel): void {
    const channels = this.channels.get(other) ?? new Set()
    this.channels.set(other, channels.add(channel))
  }

  private gossip(topic: string, message: Uint8Array, from: PeerName, seen: Set<PeerName>): void {
    for (const wire of this.links) {
      if (seen.has(wire.name) || !wire.topics.has(topic) || this.net.isLost()) continue
      seen.add(wire.name)
      this.net.deliver(() => {
        for (const listener of [...(wire.topics.get(topic) ?? [])]) listener(message, from)
        wire.gossip(topic, message, from, seen)
      })
    }
  }

  private store(keyspace: string, key: Uint8Array, record: Uint8Array): void {
    const rules = this.rules[keyspace]
    if (!isValid(rules, key, record)) return
    const name = storedName(keyspace, key)
    const old = this.stored.get(name)
    if (old !== undefined && rules?.select(key, [old, record]) === 0) return
    this.stored.set(name, record.slice())
  }

  /** Nodes in reach over any number of hops, nearest to the key first. */
  private near(key: Uint8Array): MemoryWire[] {
    const found = new Set<MemoryWire>([this])
    for (const wire of found) for (const next of wire.links) found.add(next)
    const distance = (wire: MemoryWire): Uint8Array => sha256(concat(key, fromText(wire.name)))
    const wires = [...found].sort((a, b) => compare(distance(a), distance(b))).slice(0, nearest)
    return wires.includes(this) ? wires : [...wires, this]
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => this.net.deliver(resolve))
  }

  private check(): void {
    if (this.closed) throw new WireClosed('the node has left the network')
  }
}

const storedName = (keyspace: string, key: Uint8Array): string => `${keyspace} ${toHex(key)}`

function isValid(rules: RecordRules | undefined, key: Uint8Array, record: Uint8Array): boolean {
  try {
    rules?.validate(key, record)
    return true
  } catch {
    return false
  }
}

/** The limit of a real wire's messages, so that nobody gets used to more. */
const guarded = (channel: Channel): Channel => ({
  peer: channel.peer,
  send: async (message) => {
    const parts = message instanceof Uint8Array ? [message] : message
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    if (bytes > messageBytes) throw new TooLong(bytes, messageBytes)
    await channel.send(message)
  },
  messages: () => channel.messages(),
  close: () => channel.close(),
})

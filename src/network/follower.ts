import { limits, type Mid } from '#base'
import type { Clock, Log, Peer, PeerName } from '#world'
import { PeerMisbehaved } from './errors.js'
import type { FlowHead, SyncResult } from './flow.js'
import { watchMids } from './frames.js'
import { isNewer, topicOf } from './records.js'
import type { Remembered } from './remembered.js'
import { Sync, type SyncParts, type SyncWays } from './sync.js'

export interface FollowerOptions extends SyncParts {
  readonly clock: Clock
  readonly log: Log
  readonly remembered: Remembered
  /** a newer head was taken */
  readonly onTaken: (head: FlowHead, from: PeerName | undefined) => void
}

/** an announcement may get lost: look what the others have */
const checkMillis = 5 * 60 * 1000

/** Where a unit that is not for everyone came from, while this node runs. */
interface Origin {
  readonly passport: string | undefined
  readonly peers: ReadonlySet<PeerName>
}

/** Keeps the units that this node provides at the newest version: the live half of the flow. */
export class Follower {
  private readonly topics = new Map<Mid, () => void>()
  private readonly turns = new Map<Mid, Promise<unknown>>()
  /** heads being fetched because somebody told of them */
  private readonly coming = new Map<Mid, FlowHead>()
  private readonly origins = new Map<Mid, Origin>()
  private readonly closing = new AbortController()
  private readonly stopPeers: () => void
  private stopCheck: () => void = () => undefined

  constructor(private readonly options: FollowerOptions) {
    this.stopPeers = options.wire.onPeer((peer, state) => {
      if (state === 'here') void this.greet(peer)
    })
    for (const [mid, { provided }] of options.remembered.all()) if (provided) this.follow(mid)
    for (const peer of options.wire.peers()) void this.greet(peer)
    this.checkLater()
  }

  /** Listens to what is told of a unit, and asks those who are here. */
  follow(mid: Mid): void {
    const { wire, heads } = this.options
    if (heads.current(mid)?.open === false || this.topics.has(mid)) return
    const stop = wire.listen(topicOf(mid), (record, from) => this.onNews(record, from))
    this.topics.set(mid, stop)
    for (const peer of wire.peers()) void this.watch(peer, [mid])
  }

  unfollow(mid: Mid): void {
    this.topics.get(mid)?.()
    this.topics.delete(mid)
  }

  /** A sync in its turn: two of one unit never run at once. */
  async sync(mid: Mid, ways: SyncWays): Promise<SyncResult> {
    const before = this.turns.get(mid) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.syncNow(mid, ways))
    this.turns.set(mid, turn)
    try {
      return await turn
    } finally {
      if (this.turns.get(mid) === turn) this.turns.delete(mid)
    }
  }

  /** Somebody tells of a head: fetch it where this node provides the unit and it is new. */
  onNews(record: Uint8Array, from: PeerName): void {
    const { heads, remembered, links, news } = this.options
    let head: FlowHead
    try {
      if (record.length > limits.headBytes)
        throw new PeerMisbehaved(from, 'told of too long a head')
      head = heads.read(record)
    } catch (error) {
      return links.ban(from, `it told of a head that is not valid: ${String(error)}`)
    }
    const { mid } = head
    if (!remembered.of(mid).provided) return
    const coming = this.coming.get(mid)
    const isComing = coming !== undefined && !isNewer(head, coming)
    if (isComing || !news.isNews(head, heads.current(mid))) return
    this.coming.set(mid, head)
    void this.pull(mid, from).finally(() => {
      if (this.coming.get(mid) === head) this.coming.delete(mid)
    })
  }

  /** Brings a provided unit up to date. What fails is logged and tried again at the next check. */
  async pull(mid: Mid, from?: PeerName): Promise<void> {
    const passport = this.origins.get(mid)?.passport
    const ways = { passport, watch: true, signal: this.closing.signal }
    try {
      if (from !== undefined) {
        const near = this.sync(mid, { ...ways, from, narrow: true })
        if (
          await near.then(
            () => true,
            () => false,
          )
        )
          return
      }
      await this.sync(mid, { ...ways, from })
    } catch (error) {
      if (this.closing.signal.aborted) return
      this.options.log.info('a provided unit was not brought up to date', {
        mid,
        error: String(error),
      })
    }
  }

  async close(): Promise<void> {
    this.stopPeers()
    this.stopCheck()
    for (const mid of [...this.topics.keys()]) this.unfollow(mid)
    this.closing.abort()
    await Promise.allSettled([...this.turns.values()])
  }

  private async syncNow(mid: Mid, ways: SyncWays): Promise<SyncResult> {
    const { heads, remembered, onTaken } = this.options
    const signals = [this.closing.signal, ways.signal].filter((signal) => signal !== undefined)
    const signal = AbortSignal.any(signals)
    const watch = ways.watch ?? remembered.of(mid).provided
    const { taken, ...result } = await new Sync(this.options, mid, { ...ways, watch, signal }).run()
    const head = heads.current(mid)
    const peers = new Set([...(this.origins.get(mid)?.peers ?? []), ...result.providers])
    if (head?.open === false) this.origins.set(mid, { passport: ways.passport, peers })
    else this.origins.delete(mid)
    if (taken && head !== undefined) onTaken(head, result.providers[0])
    return result
  }

  /** A peer has come: hear what it has of our units, and ask it to tell of what comes. */
  private async greet(peer: Peer): Promise<void> {
    await this.watch(peer, [...this.topics.keys()])
    for (const [mid, { peers }] of this.origins) {
      const isOurs = peers.has(peer.name) && this.options.remembered.of(mid).provided
      if (isOurs) void this.pull(mid, peer.name)
    }
  }

  private async watch(peer: Peer, mids: readonly Mid[]): Promise<void> {
    if (mids.length === 0) return
    try {
      const link = await this.options.links.to(peer)
      for (let at = 0; at < mids.length; at += watchMids) {
        await link.send({ type: 'watch', mids: mids.slice(at, at + watchMids) })
      }
    } catch (error) {
      const facts = { peer: peer.name, error: String(error) }
      this.options.log.debug('a peer does not tell of new versions', facts)
    }
  }

  private checkLater(): void {
    this.stopCheck = this.options.clock.after(checkMillis, () => {
      void this.checkAll().finally(() => {
        if (!this.closing.signal.aborted) this.checkLater()
      })
    })
  }

  private async checkAll(): Promise<void> {
    for (const [mid, { provided }] of this.options.remembered.all()) {
      if (this.closing.signal.aborted) return
      if (provided) await this.pull(mid)
    }
  }
}

/** Who has a unit: asks the peers at hand and those that the hash table names. */
import type { Mid } from '#base'
import type { Clock, Log, Peer, PeerName, Wire } from '#world'
import { PeerMisbehaved, SyncRefused } from './errors.js'
import type { FlowHead, HeadKeeper } from './flow.js'
import type { Link } from './link.js'
import type { Links } from './links.js'
import { readHeadOf, recordKeyOf } from './records.js'

/** A peer that was asked. */
export interface Found {
  readonly peer: Peer
  readonly link: Link | undefined
  /** undefined where it does not answer or has none */
  readonly head: FlowHead | undefined
  readonly provides: boolean
}

export interface SearchOptions {
  readonly wire: Wire
  readonly links: Links
  readonly heads: Pick<HeadKeeper, 'read'>
  readonly clock: Clock
  readonly log: Log
}

export interface SearchQuestion {
  readonly mid: Mid
  /** addresses or names to ask first */
  readonly first?: readonly string[]
  readonly passport?: string
  /** be told of newer heads */
  readonly watch?: boolean
  /** ask nobody but `first` */
  readonly narrow?: boolean
  readonly onFound: (found: Found) => void
}

const askMillis = 5000
const headStartMillis = 1000
/** connected peers asked on the chance that they have it */
const mostNeighbours = 16
const mostProviders = 20

export class Search {
  /** why a peer refused, for the message of whoever finds nobody else */
  refusal: SyncRefused | undefined
  /** why one of `first` could not be asked */
  failure: Error | undefined
  /** whom the hash table names */
  readonly listed = new Set<PeerName>()
  private readonly asked = new Set<PeerName>()

  constructor(
    private readonly options: SearchOptions,
    private readonly question: SearchQuestion,
  ) {}

  /** Resolves when everybody has answered or has run out of time. */
  async run(): Promise<void> {
    const { wire } = this.options
    const { mid, first = [], narrow = false } = this.question
    this.asked.add(wire.self().name)
    const named = Promise.all(first.map((target) => this.askFirst(target)))
    if (narrow) return void (await named)
    await this.headStart(named)
    const neighbours = wire.peers().slice(0, mostNeighbours)
    await Promise.allSettled([
      named,
      ...neighbours.map((peer) => this.askOnce(peer)),
      wire.findProviders(recordKeyOf(mid), mostProviders).then(async (peers) => {
        for (const { name } of peers) this.listed.add(name)
        await Promise.all(peers.map((peer) => this.askOnce(peer)))
      }),
    ])
  }

  /** Those to ask first are heard before the others, unless they take their time. */
  private async headStart(named: Promise<unknown>): Promise<void> {
    let stop = (): void => undefined
    const late = new Promise<void>((resolve) => {
      stop = this.options.clock.after(headStartMillis, resolve)
    })
    await Promise.race([named, late])
    stop()
  }

  private async askFirst(target: string): Promise<void> {
    try {
      const link = await this.options.links.to(target)
      await this.askOnce(link.peer, link)
    } catch (error) {
      this.failure = error as Error
    }
  }

  private async askOnce(peer: Peer, open?: Link): Promise<void> {
    if (!this.asked.has(peer.name)) await this.ask(peer, open)
  }

  /** Asks a peer, though it may have been asked before. What it says goes to `onFound`. */
  async ask(peer: Peer, open?: Link): Promise<void> {
    const { links, log } = this.options
    this.asked.add(peer.name)
    const { mid, passport, watch, onFound } = this.question
    try {
      const link = open ?? (await links.to(peer))
      const { record, provides } = await link.askHead(mid, askMillis, { passport, watch })
      const head = record === undefined ? undefined : this.read(peer, record)
      onFound({ peer, link, head, provides })
    } catch (error) {
      if (error instanceof SyncRefused) this.refusal = error
      log.debug('a peer was asked in vain', { peer: peer.name, mid, error: String(error) })
      onFound({ peer, link: undefined, head: undefined, provides: false })
    }
  }

  private read(peer: Peer, record: Uint8Array): FlowHead {
    try {
      return readHeadOf(this.options.heads.read, this.question.mid, record)
    } catch (error) {
      const forged = new PeerMisbehaved(peer.name, 'sent a head that is not valid', error)
      this.options.links.ban(peer.name, forged.message)
      throw forged
    }
  }
}

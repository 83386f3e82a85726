/** Brings the newest head of a unit here, and every block that it stands for. */
import type { Mid } from '#base'
import type { Blocks } from '#blocks'
import type { Clock, Log, Peer, PeerName, Wire } from '#world'
import { Download } from './download.js'
import { NoProviders, type PeerMisbehaved } from './errors.js'
import type { FlowHead, HeadKeeper, SyncOptions, SyncResult } from './flow.js'
import type { Link } from './link.js'
import type { Links } from './links.js'
import type { News } from './news.js'
import { isNewer } from './records.js'
import { type Found, Search } from './search.js'

export interface SyncParts {
  readonly wire: Wire
  readonly links: Links
  readonly blocks: Pick<Blocks, 'get' | 'has' | 'hold' | 'putMany'>
  readonly heads: HeadKeeper
  readonly clock: Clock
  readonly log: Log
  readonly news: News
}

export interface SyncWays extends SyncOptions {
  /** be told of newer heads from now on */
  readonly watch?: boolean
  /** ask only `from`: it has just said that it has something new */
  readonly narrow?: boolean
}

/** how long others may still answer after the first has shown a head that brings nothing new */
const patienceMillis = 2000
/** how often a peer is asked again after its link broke */
const mostLosses = 3

/** One sync. It may take several rounds, while newer heads keep coming. */
export class Sync {
  private readonly found: Found[] = []
  private readonly search: Search
  private readonly wakes: (() => void)[] = []
  private searching = Promise.resolve()
  private searched = false
  private readonly losses = new Map<PeerName, number>()
  private patient = true
  private download: Download | undefined
  private readonly result = { blocks: 0, bytes: 0, providers: new Set<string>() }

  constructor(
    private readonly parts: SyncParts,
    private readonly mid: Mid,
    private readonly ways: SyncWays,
  ) {
    const { from, passport, watch, narrow } = ways
    const first = from === undefined ? [] : [from]
    const onFound = (found: Found): void => this.take(found)
    this.search = new Search(parts, { mid, first, passport, watch, narrow, onFound })
  }

  /** @throws NoProviders, SyncRefused, SyncFailed, DiskFull, and the signal's reason */
  async run(): Promise<SyncResult & { readonly taken: boolean }> {
    const { heads, blocks } = this.parts
    // What comes in belongs to nobody until the head is taken: collection must leave it alone.
    const letGo = blocks.hold()
    const onAbort = (): void => this.wake()
    this.ways.signal?.addEventListener('abort', onAbort)
    try {
      this.searching = this.search.run().finally(() => {
        this.searched = true
        this.wake()
      })
      let head = await this.firstHead()
      let taken = false
      for (;;) {
        await this.bring(head)
        if (this.isNews(head)) {
          // The blocks are durable; the head comes last.
          await heads.take(head.record)
          this.parts.news.note(head)
          taken = true
        }
        const next = this.newest((found) => this.isNews(found))
        if (next === undefined) break
        head = next
      }
      const { bytes, blocks: count, providers } = this.result
      return {
        mid: this.mid,
        seq: head.seq,
        blocks: count,
        bytes,
        providers: [...providers],
        taken,
      }
    } finally {
      this.ways.signal?.removeEventListener('abort', onAbort)
      letGo()
    }
  }

  private async bring(head: FlowHead): Promise<void> {
    const { blocks, log } = this.parts
    const { all = false, onProgress, signal } = this.ways
    // To sync what is here already is to look whether all of it is: nothing is taken for granted.
    const base = this.isNews(head) ? this.parts.heads.current(this.mid) : undefined
    const onLiar = (link: Link, { message }: PeerMisbehaved): void => {
      this.parts.links.ban(link.peer.name, message)
    }
    const onLost = ({ peer }: Link): void => this.askAgain(peer)
    const download = new Download({ head, base, blocks, log, all, onProgress, onLiar, onLost })
    this.download = download
    for (const found of this.found) this.offer(found)
    download.await(this.searching)
    try {
      await download.run(signal)
    } finally {
      this.download = undefined
      this.result.blocks += download.tally.blocks
      this.result.bytes += download.tally.bytes
      for (const name of download.tally.senders) this.result.providers.add(name)
    }
  }

  /** The head to begin with: the first that is news, or else the best after everybody was heard. */
  private async firstHead(): Promise<FlowHead> {
    const current = this.parts.heads.current(this.mid)
    let stop: (() => void) | undefined
    try {
      for (;;) {
        this.ways.signal?.throwIfAborted()
        const newest = this.newest()
        if (newest !== undefined && this.isNews(newest)) return newest
        const heard = this.searched || !this.patient
        if (newest !== undefined && heard) return current ?? newest
        if (this.searched) throw this.nobody()
        if (newest !== undefined) {
          stop ??= this.parts.clock.after(patienceMillis, () => {
            this.patient = false
            this.wake()
          })
        }
        await new Promise<void>((resolve) => this.wakes.push(resolve))
      }
    } finally {
      stop?.()
    }
  }

  /** A link broke, perhaps not for long: what is missing still is asked for over a new one. */
  private askAgain(peer: Peer): void {
    const losses = (this.losses.get(peer.name) ?? 0) + 1
    this.losses.set(peer.name, losses)
    const ended = this.ways.signal?.aborted === true
    if (losses <= mostLosses && !ended) this.download?.await(this.search.ask(peer))
  }

  private nobody(): Error {
    const { refusal, failure } = this.search
    return refusal ?? new NoProviders(this.mid, failure?.message)
  }

  private isNews(head: FlowHead): boolean {
    return this.parts.news.isNews(head, this.parts.heads.current(this.mid))
  }

  private newest(counts: (head: FlowHead) => boolean = () => true): FlowHead | undefined {
    let best: FlowHead | undefined
    for (const { head } of this.found) {
      if (head === undefined || !counts(head)) continue
      if (best === undefined || isNewer(head, best)) best = head
    }
    return best
  }

  private take(found: Found): void {
    this.found.push(found)
    this.offer(found)
    this.wake()
  }

  private offer({ link, head }: Found): void {
    if (link !== undefined && link.isOpen && head !== undefined) this.download?.addSource(link)
  }

  private wake(): void {
    for (const wake of this.wakes.splice(0)) wake()
  }
}

import type { Mid } from '#base'
import type { Clock, Log, Wire } from '#world'
import type { FlowHead, HeadKeeper } from './flow.js'
import { headKeyspace, recordKeyOf, topicOf } from './records.js'
import type { Remembered } from './remembered.js'

export interface PublisherOptions {
  readonly wire: Wire
  readonly clock: Clock
  readonly log: Log
  readonly heads: Pick<HeadKeeper, 'current'>
  readonly remembered: Remembered
}

/** records of the hash table live for two days */
const republishMillis = 6 * 60 * 60 * 1000
/** after a peer has come, the table may have somebody to keep our records */
const greetMillis = 500
/** a network of this size keeps records by itself */
const enoughPeers = 20
/** units put at once */
const lanes = 4

/** Keeps the heads that this node vouches for, and the fact that it has them, in the hash table. */
export class Publisher {
  private readonly stops = new Set<() => void>()
  private soon: (() => void) | undefined
  private closed = false

  constructor(private readonly options: PublisherOptions) {
    const { wire } = options
    this.stops.add(
      wire.onPeer((_peer, state) => {
        if (state === 'here' && wire.peers().length <= enoughPeers) this.spreadSoon(greetMillis)
      }),
    )
    this.spreadSoon(greetMillis)
  }

  /** Tells the topic and the hash table. What fails is logged and done again later. */
  async spread(head: FlowHead): Promise<void> {
    const { wire } = this.options
    const key = recordKeyOf(head.mid)
    await Promise.all([
      this.tried(head.mid, wire.announce(topicOf(head.mid), head.record)),
      this.tried(head.mid, wire.putRecord(headKeyspace, key, head.record)),
      this.tried(head.mid, wire.provide(key)),
    ])
  }

  async withdraw(mid: Mid): Promise<void> {
    await this.tried(mid, this.options.wire.unprovide(recordKeyOf(mid)))
  }

  close(): void {
    this.closed = true
    this.soon?.()
    for (const stop of this.stops) stop()
  }

  private spreadSoon(millis: number): void {
    if (this.closed) return
    this.soon?.()
    this.soon = this.options.clock.after(millis, () => {
      void this.spreadAll().finally(() => this.spreadSoon(republishMillis))
    })
  }

  private async spreadAll(): Promise<void> {
    const { remembered, heads } = this.options
    const units = remembered.all().map(([mid]) => mid)
    const lane = async (): Promise<void> => {
      for (let mid = units.pop(); mid !== undefined && !this.closed; mid = units.pop()) {
        const head = heads.current(mid)
        if (head?.open === true) await this.spread(head)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  private async tried(mid: Mid, step: Promise<void>): Promise<void> {
    try {
      await step
    } catch (error) {
      if (this.closed) return
      this.options.log.warn('a unit was not made known everywhere', { mid, error: String(error) })
    }
  }
}

/** Two ends of a channel inside one process, with the back-pressure of a real one. */
import { concat } from '#base'
import { WireClosed } from '../errors.js'
import type { Channel, Peer } from '../wire.js'

/** bytes that a reader may leave lying before the sender waits */
const readAhead = 8 * 1024 * 1024

/** Runs an action later, after what was given before. */
export type Deliver = (action: () => void) => void

type Wake = () => void

class End implements Channel {
  other: End | undefined
  private readonly waiting: Uint8Array[] = []
  private bytes = 0
  private ended = false
  private failure: WireClosed | undefined
  private readers: Wake[] = []
  private senders: Wake[] = []

  constructor(
    readonly peer: Peer,
    private readonly deliver: Deliver,
  ) {}

  async send(message: Uint8Array | readonly Uint8Array[]): Promise<void> {
    this.checkOpen()
    const { other } = this
    const copy = message instanceof Uint8Array ? message.slice() : concat(...message)
    if (other === undefined) return
    other.bytes += copy.length
    this.deliver(() => other.take(copy))
    while (other.bytes > readAhead && !this.ended) {
      await new Promise<void>((resolve) => other.senders.push(resolve))
    }
    this.checkOpen()
  }

  async *messages(): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const message = this.waiting.shift()
      if (message !== undefined) {
        this.bytes -= message.length
        if (this.bytes <= readAhead / 2) this.wakeSenders()
        yield message
      } else if (this.ended) {
        if (this.failure !== undefined) throw this.failure
        return
      } else await new Promise<void>((resolve) => this.readers.push(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.ended) return
    this.end()
    this.deliver(() => this.other?.end())
  }

  /** The link is gone: both ends learn it as an error. */
  break(why: string): void {
    this.failure ??= this.ended ? undefined : new WireClosed(why)
    this.end()
  }

  private checkOpen(): void {
    if (this.failure !== undefined) throw this.failure
    if (this.ended) throw new WireClosed('the channel is closed')
  }

  private take(message: Uint8Array): void {
    if (this.ended) return
    this.waiting.push(message)
    for (const wake of this.readers.splice(0)) wake()
  }

  private end(): void {
    this.ended = true
    for (const wake of this.readers.splice(0)) wake()
    this.wakeSenders()
    this.other?.wakeSenders()
  }

  private wakeSenders(): void {
    for (const wake of this.senders.splice(0)) wake()
  }
}

export type MemoryChannel = End

/** @param near the peer that the first end belongs to @param far the peer of the second */
export function channelPair(near: Peer, far: Peer, deliver: Deliver): [End, End] {
  const first = new End(far, deliver)
  const second = new End(near, deliver)
  first.other = second
  second.other = first
  return [first, second]
}

/** Keeps a node in company: dials its bootstrap addresses till they answer, and peers it meets. */
import type { PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Log } from '#world'
import { dialMillis, type Stack } from './stack.js'

/** a node this well connected looks for no more company */
const enough = 32
const firstRetryMillis = 2000
const longestRetryMillis = 60_000

/** One bootstrap address: dialled until it answers, and again when it is gone. */
class Host {
  private timer: NodeJS.Timeout | undefined
  private waitMillis = firstRetryMillis
  private ended = false
  /** who answered there */
  private peer: PeerId | undefined

  constructor(
    private readonly stack: Stack,
    private readonly address: string,
    private readonly log: Log,
  ) {
    void this.greet()
  }

  /** Somebody has gone, perhaps this one. */
  look(): void {
    if (this.ended || this.isHere()) return
    this.waitMillis = firstRetryMillis
    this.greetLater()
  }

  end(): void {
    this.ended = true
    clearTimeout(this.timer)
  }

  private async greet(): Promise<void> {
    const { stack, address, log } = this
    try {
      const signal = AbortSignal.timeout(dialMillis)
      if (!this.isHere()) this.peer = (await stack.dial(multiaddr(address), { signal })).remotePeer
      this.waitMillis = longestRetryMillis
    } catch (error) {
      log.debug('bootstrap address does not answer', { address, error: String(error) })
      this.waitMillis = Math.min(this.waitMillis * 2, longestRetryMillis)
    }
    this.greetLater()
  }

  private greetLater(): void {
    clearTimeout(this.timer)
    if (this.ended) return
    this.timer = setTimeout(() => void this.greet(), this.waitMillis)
    this.timer.unref()
  }

  private isHere(): boolean {
    return this.peer !== undefined && this.stack.getConnections(this.peer).length > 0
  }
}

/** @returns a function that ends it */
export function greet(stack: Stack, bootstrap: readonly string[], log: Log): () => void {
  let ended = false
  const hosts = bootstrap.map((address) => new Host(stack, address, log))
  stack.addEventListener('peer:disconnect', () => {
    for (const host of hosts) host.look()
  })
  stack.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
    if (ended || multiaddrs.length === 0 || stack.getConnections().length >= enough) return
    if (stack.getConnections(id).length > 0) return
    const signal = AbortSignal.timeout(dialMillis)
    stack.dial(id, { signal }).catch((error: unknown) => {
      log.debug('a peer that was discovered does not answer', { error: String(error) })
    })
  })
  return () => {
    ended = true
    for (const host of hosts) host.end()
  }
}

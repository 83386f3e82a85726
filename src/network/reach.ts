/**
 * Which blocks belong to a unit: what a peer that may read the unit may have, and nothing else.
 *
 * The walk from the head's versions goes only as far as it must. Peers ask in the order in which
 * links lead to blocks, so that a block is nearly always known by the time it is asked for; only a
 * peer that goes on elsewhere makes the walk run ahead.
 */
import { type CID, codecs } from '#base'
import { type Blocks, dagLinks } from '#blocks'
import { type Clock, sleep } from '#world'
import { keyOf } from './version-links.js'

/** blocks walked before others get their turn */
const stride = 256

export class Reach {
  private readonly known = new Set<string>()
  /** known, their links not yet */
  private readonly ahead = new Map<string, CID>()
  private walking: Promise<void> | undefined

  constructor(
    roots: readonly CID[],
    private readonly blocks: Pick<Blocks, 'get' | 'has'>,
    private readonly clock: Clock,
  ) {
    this.learn(roots)
  }

  /** Whether a block belongs to the unit. */
  async has(cid: CID): Promise<boolean> {
    const key = keyOf(cid)
    while (!this.known.has(key)) {
      if (this.ahead.size === 0) return false
      this.walking ??= this.walk(key).finally(() => {
        this.walking = undefined
      })
      await this.walking
    }
    return true
  }

  /** The block is in hand anyway: take its links from it. */
  expand(cid: CID, bytes: Uint8Array): void {
    if (!this.ahead.delete(keyOf(cid))) return
    try {
      this.learn(dagLinks(cid, bytes))
    } catch {
      // A block that is not what its codec says leads nowhere.
    }
  }

  private learn(cids: readonly CID[]): void {
    for (const cid of cids) {
      const key = keyOf(cid)
      if (this.known.has(key)) continue
      this.known.add(key)
      if (cid.code !== codecs.raw) this.ahead.set(key, cid)
    }
  }

  private async walk(wanted: string): Promise<void> {
    for (let steps = 1; this.ahead.size > 0 && !this.known.has(wanted); steps++) {
      const [key, cid] = this.ahead.entries().next().value as [string, CID]
      if (this.blocks.has(cid)) {
        const bytes = await this.blocks.get(cid).catch(() => undefined)
        if (bytes !== undefined) this.expand(cid, bytes)
      }
      this.ahead.delete(key)
      if (steps % stride === 0) await sleep(this.clock, 0)
    }
  }
}

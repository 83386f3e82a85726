import type { CID } from '#base'
import { type DigestText, digestOf, digestText } from './entry.js'

type Listener = (cid: CID) => void

/**
 * What was put or found of late, while somebody cares: a collection under way, or whoever makes
 * something of blocks that nothing refers to yet.
 */
export class Recent {
  /** in order of the last touch, so that what nobody cares for any more is at the front */
  readonly #touched = new Map<DigestText, { cid: CID; at: number }>()
  readonly #watches = new Set<{ since: number; listener: Listener | undefined }>()
  #now = 0

  /**
   * From now on touches are remembered.
   * @param listener called with each of them
   * @returns a function that ends it
   */
  watch(listener?: Listener): () => void {
    const watch = { since: this.#now, listener }
    this.#watches.add(watch)
    return () => {
      if (this.#watches.delete(watch)) this.#forget()
    }
  }

  touch(cid: CID): void {
    if (this.#watches.size === 0) return
    const text = digestText(digestOf(cid))
    this.#touched.delete(text)
    this.#touched.set(text, { cid, at: this.#now++ })
    for (const { listener } of this.#watches) listener?.(cid)
  }

  /** All that is remembered. */
  all(): CID[] {
    return Array.from(this.#touched.values(), ({ cid }) => cid)
  }

  #forget(): void {
    let oldest = Infinity
    for (const { since } of this.#watches) oldest = Math.min(oldest, since)
    for (const [text, { at }] of this.#touched) {
      if (at >= oldest) return
      this.#touched.delete(text)
    }
  }
}

import { type CID, codecs } from '#base'
import { type Blocks, dagLinks } from '#blocks'
import type { FlowHead } from './flow.js'
import { contentLinks, keyOf } from './version-links.js'

/**
 * The content of the head that is here already: all of it is here, so whatever of it appears in a
 * newer head need not be walked.
 *
 * It is walked side by side with the newer one, level by level, and only under nodes that the
 * newer one does not have: the cost follows what changed, not the size of the unit. Where levels of
 * the two do not match, less is recognised, and what is not is walked: slower, never wrong.
 */
export class BaseDag {
  private readonly known = new Set<string>()
  private level: CID[]
  private depth = 0
  private deepening: Promise<void> = Promise.resolve()

  constructor(
    private readonly head: FlowHead,
    private readonly blocks: Pick<Blocks, 'get' | 'has'>,
  ) {
    this.level = this.learn(head.content)
  }

  /**
   * Whether the DAG under a CID is known to be here.
   * @param depth steps from the newer head's content
   * @param isShared whether a CID stands in the newer DAG too, as far as that is known
   */
  async holds(cid: CID, depth: number, isShared: (key: string) => boolean): Promise<boolean> {
    const key = keyOf(cid)
    while (!this.known.has(key) && this.depth < depth && this.level.length > 0) {
      this.deepening = this.deepening.then(() => this.deepen(depth, isShared))
      await this.deepening
    }
    return this.known.has(key)
  }

  private async deepen(depth: number, isShared: (key: string) => boolean): Promise<void> {
    if (this.depth >= depth) return
    const next: CID[] = []
    for (const cid of this.level) {
      // What both have is known as a whole: nothing under it will be asked for.
      if (isShared(keyOf(cid)) || cid.code === codecs.raw || !this.blocks.has(cid)) continue
      const bytes = await this.blocks.get(cid).catch(() => undefined)
      if (bytes !== undefined) next.push(...this.learn(this.under(cid, bytes)))
    }
    this.level = next
    this.depth++
  }

  private under(cid: CID, bytes: Uint8Array): readonly CID[] {
    return this.isVersion(cid) ? contentLinks(cid, bytes) : dagLinks(cid, bytes)
  }

  private isVersion(cid: CID): boolean {
    return this.head.content.some((version) => version.equals(cid))
  }

  private learn(cids: readonly CID[]): CID[] {
    return cids.filter((cid) => {
      const key = keyOf(cid)
      if (this.known.has(key)) return false
      this.known.add(key)
      return true
    })
  }
}

import { type CID, codecs } from '#base'
import { type Blocks, dagLinks } from '#blocks'
import type { FlowHead } from './flow.js'
import { contentLinks, keyOf } from './version-links.js'

/**
 * The edge between what is here and what is not: follows the links of a head's blocks, those here
 * at once, the others when they come in.
 */
export class Frontier {
  private readonly seen = new Set<string>()
  private readonly versions: ReadonlySet<string>
  private readonly deep: ReadonlySet<string>
  /** not here; the last one is asked for first, so that content comes in reading order */
  private readonly wanted: CID[] = []

  /** @param all content of all listed versions, not only last and release */
  constructor(
    private readonly head: FlowHead,
    private readonly blocks: Pick<Blocks, 'get' | 'has'>,
    all: boolean,
    private readonly onMissing: (count: number) => void,
  ) {
    this.versions = new Set([...head.versions, ...head.content].map(keyOf))
    this.deep = new Set((all ? [...head.versions, ...head.content] : head.content).map(keyOf))
  }

  get size(): number {
    return this.wanted.length
  }

  get first(): CID | undefined {
    return this.wanted.at(-1)
  }

  /** Starts from the head. @throws BlockMalformed */
  start(): Promise<void> {
    return this.look([...this.head.content, ...this.head.versions])
  }

  /** A block has come in, checked: go on under it. @throws BlockMalformed */
  follow(cid: CID, bytes: Uint8Array): Promise<void> {
    return this.look(this.under(cid, bytes))
  }

  /**
   * CIDs to ask for.
   * @param count at most so many
   * @param bytes and about so many bytes, by what `guess` says of each
   * @param lacks without these
   */
  take(
    { count, bytes }: { readonly count: number; readonly bytes: number },
    guess: (cid: CID) => number,
    lacks: ReadonlySet<string>,
  ): CID[] {
    const taken: CID[] = []
    const kept: CID[] = []
    for (let sum = 0; taken.length < count && sum < bytes;) {
      const cid = this.wanted.pop()
      if (cid === undefined) break
      if (lacks.size > 0 && lacks.has(keyOf(cid))) {
        kept.push(cid)
        continue
      }
      taken.push(cid)
      sum += guess(cid)
    }
    this.putBack(kept.reverse())
    return taken
  }

  /** They did not come: they are wanted again. */
  putBack(cids: readonly CID[]): void {
    for (let i = cids.length - 1; i >= 0; i--) this.wanted.push(cids[i])
  }

  /** Whether a source that lacks these could still help. */
  hasFor(lacks: ReadonlySet<string>): boolean {
    return this.wanted.some((cid) => !lacks.has(keyOf(cid)))
  }

  private async look(cids: readonly CID[]): Promise<void> {
    const rest = [...cids].reverse()
    const missing: CID[] = []
    for (let cid = rest.pop(); cid !== undefined; cid = rest.pop()) {
      const key = keyOf(cid)
      if (this.seen.has(key)) continue
      this.seen.add(key)
      const isLeaf = cid.code === codecs.raw || this.isShallow(key)
      // A block that is damaged here is brought again.
      const here = this.blocks.has(cid)
      const bytes = here && !isLeaf ? await this.blocks.get(cid).catch(() => undefined) : undefined
      if (bytes !== undefined) rest.push(...[...this.under(cid, bytes)].reverse())
      else if (!here || !isLeaf) missing.push(cid)
    }
    if (missing.length === 0) return
    this.onMissing(missing.length)
    this.putBack(missing)
  }

  private under(cid: CID, bytes: Uint8Array): readonly CID[] {
    const key = keyOf(cid)
    if (this.isShallow(key)) return []
    return this.versions.has(key) ? contentLinks(cid, bytes) : dagLinks(cid, bytes)
  }

  private isShallow(key: string): boolean {
    return this.versions.has(key) && !this.deep.has(key)
  }
}

import { type CID, codecs } from '#base'
import { type Blocks, dagLinks } from '#blocks'
import { BaseDag } from './base-dag.js'
import type { FlowHead } from './flow.js'
import { contentLinks, keyOf } from './version-links.js'

export interface FrontierOptions {
  readonly head: FlowHead
  /** a head whose content is here as a whole */
  readonly base: FlowHead | undefined
  readonly blocks: Pick<Blocks, 'get' | 'has'>
  /** content of all listed versions, not only last and release */
  readonly all: boolean
  readonly onMissing: (count: number) => void
}

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

  /** steps from the head's content, for nodes under it */
  private readonly depths = new Map<string, number>()
  private readonly base: BaseDag | undefined

  constructor(private readonly options: FrontierOptions) {
    const { head, all, base, blocks } = options
    this.base = base === undefined ? undefined : new BaseDag(base, blocks)
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
    const { content, versions } = this.options.head
    return this.look([...content, ...versions], 0)
  }

  /** A block has come in, checked: go on under it. @throws BlockMalformed */
  follow(cid: CID, bytes: Uint8Array): Promise<void> {
    return this.look(this.under(cid, bytes), (this.depths.get(keyOf(cid)) ?? 0) + 1)
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

  private async look(cids: readonly CID[], depth: number): Promise<void> {
    const missing: CID[] = []
    let level = this.fresh(cids, depth)
    for (let at = depth; level.length > 0; at++) {
      const next: CID[] = []
      for (const cid of level) {
        const isHere = this.options.blocks.has(cid)
        if (isHere && this.isLeaf(cid)) continue
        if (isHere && (await this.isKnown(cid, at))) continue
        // A block that is damaged here is brought again.
        const bytes = isHere ? await this.options.blocks.get(cid).catch(() => undefined) : undefined
        if (bytes === undefined) missing.push(cid)
        else next.push(...this.fresh(this.under(cid, bytes), at + 1))
      }
      level = next
    }
    if (missing.length === 0) return
    this.options.onMissing(missing.length)
    this.putBack(missing)
  }

  /** Those that were not seen before. */
  private fresh(cids: readonly CID[], depth: number): CID[] {
    return cids.filter((cid) => {
      const key = keyOf(cid)
      if (this.seen.has(key)) return false
      this.seen.add(key)
      if (cid.code !== codecs.raw) this.depths.set(key, depth)
      return true
    })
  }

  private async isKnown(cid: CID, depth: number): Promise<boolean> {
    // A version that is only listed stands for itself, not for what is under it.
    const isShared = (key: string): boolean => this.seen.has(key) && !this.isShallow(key)
    return (await this.base?.holds(cid, depth, isShared)) === true
  }

  private isLeaf(cid: CID): boolean {
    return cid.code === codecs.raw || this.isShallow(keyOf(cid))
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

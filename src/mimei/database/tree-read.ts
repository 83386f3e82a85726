/** Reading one tree: immutable, so that nothing here ever waits or changes. */
import type { CID } from '#base'
import type { Blocks } from '#blocks'
import { type NodeCache, nodesOf } from './tree-cache.js'
import { unseal } from './tree-cbor.js'
import type { TreeNode } from './tree-node.js'

export type TreeEntry = readonly [key: Uint8Array, value: Uint8Array]

export interface TreeRange {
  /** first key, inclusive */
  readonly from?: Uint8Array
  /** end, exclusive */
  readonly to?: Uint8Array
  readonly reverse?: boolean
  /** entries to leave out before the first that is yielded; costs nothing */
  readonly skip?: number
}

export class Tree {
  private readonly nodes: NodeCache
  private readonly root: TreeNode | undefined

  /** @throws BlockMissing, BlockCorrupt, TreeCorrupt */
  constructor(blocks: Pick<Blocks, 'getSync'>, root: CID | null) {
    this.nodes = nodesOf(blocks)
    this.root = root === null ? undefined : this.nodes.load(root)
  }

  /** Number of entries. */
  get count(): number {
    return this.root?.totalCount ?? 0
  }

  /** Bytes of all keys and values. */
  get size(): number {
    return this.root?.totalSize ?? 0
  }

  /** The value under a key as CBOR. */
  get(key: Uint8Array): Uint8Array | undefined {
    let node = this.root
    if (node === undefined) return undefined
    for (;;) {
      const i = node.lowerBound(key)
      if (node.level === 0) return node.hasKey(i, key) ? this.value(node, i) : undefined
      if (i === node.length) return undefined
      node = this.nodes.child(node, i)
    }
  }

  /** How many keys are below this one. */
  rankOf(key: Uint8Array): number {
    let node = this.root
    if (node === undefined) return 0
    for (let rank = 0; ;) {
      const i = node.lowerBound(key)
      if (node.level === 0) return rank + i
      if (i > 0) rank += node.countEnds[i - 1]
      if (i === node.length) return rank
      node = this.nodes.child(node, i)
    }
  }

  /** How many keys are in a range. */
  countIn(from: Uint8Array | undefined, to: Uint8Array | undefined): number {
    const [first, end] = this.ranks(from, to)
    return end - first
  }

  /** The entry with `rank` keys below it. */
  getAt(rank: number): TreeEntry | undefined {
    if (!Number.isSafeInteger(rank) || rank < 0 || rank >= this.count) return undefined
    const { leaf, offset } = this.leafAt(rank)
    return [leaf.key(offset), this.value(leaf, offset)]
  }

  /** Entries of a range in order. */
  *entries(range: TreeRange = {}): Generator<TreeEntry, void, undefined> {
    let [first, end] = this.ranks(range.from, range.to)
    if (range.reverse === true) {
      end -= range.skip ?? 0
      while (end > first) {
        const { leaf, offset } = this.leafAt(end - 1)
        const least = Math.max(0, offset - (end - 1 - first))
        for (let i = offset; i >= least; i--) yield [leaf.key(i), this.value(leaf, i)]
        end -= offset - least + 1
      }
      return
    }
    first += range.skip ?? 0
    while (first < end) {
      const { leaf, offset } = this.leafAt(first)
      const stop = Math.min(leaf.length, offset + end - first)
      for (let i = offset; i < stop; i++) yield [leaf.key(i), this.value(leaf, i)]
      first += stop - offset
    }
  }

  private ranks(from: Uint8Array | undefined, to: Uint8Array | undefined): [number, number] {
    const first = from === undefined ? 0 : this.rankOf(from)
    return [first, Math.max(first, to === undefined ? this.count : this.rankOf(to))]
  }

  private value(leaf: TreeNode, i: number): Uint8Array {
    const kept = leaf.apartSize(i) === 0 ? leaf.raw(i) : this.nodes.value(leaf, i)
    return leaf.isSealed(i) ? unseal(kept) : kept
  }

  /** The leaf that holds the entry of a rank; there must be one. */
  private leafAt(rank: number): { leaf: TreeNode; offset: number } {
    let node = this.root as TreeNode
    let offset = rank
    while (node.level > 0) {
      const ends = node.countEnds
      let low = 0
      let high = node.length - 1
      while (low < high) {
        const middle = (low + high) >>> 1
        if (ends[middle] <= offset) low = middle + 1
        else high = middle
      }
      if (low > 0) offset -= ends[low - 1]
      node = this.nodes.child(node, low)
    }
    return { leaf: node, offset }
  }
}

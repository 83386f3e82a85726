/** Nodes that were read lately, bounded in bytes; one cache for each block store. */
import { type CID, cidOfDigest, codecs } from '#base'
import type { Blocks } from '#blocks'
import { TreeCorrupt } from './errors.js'
import { TreeNode } from './tree-node.js'

/** bytes of nodes that a block store keeps at hand */
const cacheBytes = 96 * 1024 * 1024
/** One leaf of so many that nobody asked for again is kept all the same. */
const keptOf = 8

/** 32 bytes of a digest as 16 characters: the fastest key of a map that there is. */
const nameOf = (d: Uint8Array): string =>
  String.fromCharCode(
    d[0] | (d[1] << 8),
    d[2] | (d[3] << 8),
    d[4] | (d[5] << 8),
    d[6] | (d[7] << 8),
    d[8] | (d[9] << 8),
    d[10] | (d[11] << 8),
    d[12] | (d[13] << 8),
    d[14] | (d[15] << 8),
    d[16] | (d[17] << 8),
    d[18] | (d[19] << 8),
    d[20] | (d[21] << 8),
    d[22] | (d[23] << 8),
    d[24] | (d[25] << 8),
    d[26] | (d[27] << 8),
    d[28] | (d[29] << 8),
    d[30] | (d[31] << 8),
  )

interface Held {
  readonly name: string
  readonly node: TreeNode
}

/**
 * New nodes wait in a short queue, a sixteenth of the whole. At its end those that were asked for
 * again, inner nodes, and one leaf of eight go on to where a hand goes round, which lets go of what
 * nobody asked for since its last round. So one walk over a large tree does not wash out what is
 * used, random reads of more than there is room for do not keep the garbage collector busy, and a
 * hit costs one store.
 */
export class NodeCache {
  private readonly nodes = new Map<string, TreeNode>()
  private queue: Held[] = []
  private queueAt = 0
  private queueBytes = 0
  private readonly round: Held[] = []
  private hand = 0
  private roundBytes = 0
  private passed = 0

  constructor(
    private readonly blocks: Pick<Blocks, 'getSync'>,
    private readonly mostBytes = cacheBytes,
  ) {}

  /** Bytes of memory that the nodes take, roughly. */
  get heldBytes(): number {
    return this.queueBytes + this.roundBytes
  }

  /** @throws BlockMissing, BlockCorrupt, TreeCorrupt */
  load(cid: CID): TreeNode {
    if (cid.code !== codecs.dagCbor) throw new TreeCorrupt(`its root ${cid} is no dag-cbor block`)
    return this.byDigest(cid.multihash.digest, cid)
  }

  /** The child of an inner node. @throws BlockMissing, BlockCorrupt, TreeCorrupt */
  child(parent: TreeNode, i: number): TreeNode {
    const known = parent.children[i]
    if (known !== undefined) {
      known.used = true
      return known
    }
    const child = this.byDigest(parent.digest(i), undefined)
    // Levels fall with every step, so that no crafted tree can be endless.
    if (child.level !== parent.level - 1) {
      throw new TreeCorrupt(`a node of level ${child.level} below level ${parent.level}`)
    }
    if (child.totalCount !== parent.countOf(i) || !child.endsWith(parent.key(i))) {
      throw new TreeCorrupt('a node that is not what its parent says')
    }
    if (parent.cached && child.cached) hold(parent, i, child)
    return child
  }

  /** A value that lies in a block of its own. @throws BlockMissing, BlockCorrupt */
  value(node: TreeNode, i: number): Uint8Array {
    return this.blocks.getSync(node.link(i))
  }

  private byDigest(digest: Uint8Array, cid: CID | undefined): TreeNode {
    const name = nameOf(digest)
    const known = this.nodes.get(name)
    if (known !== undefined) {
      known.used = true
      return known
    }
    const node = new TreeNode(this.blocks.getSync(cid ?? cidOfDigest(codecs.dagCbor, digest)))
    node.cached = true
    this.nodes.set(name, node)
    this.queue.push({ name, node })
    this.queueBytes += node.weight
    while (this.queueBytes > this.mostBytes / 16 && this.queue.length - this.queueAt > 1) {
      this.leaveQueue()
    }
    return node
  }

  private leaveQueue(): void {
    const held = this.queue[this.queueAt++]
    if (this.queueAt > this.queue.length / 2) {
      this.queue = this.queue.slice(this.queueAt)
      this.queueAt = 0
    }
    const { node } = held
    this.queueBytes -= node.weight
    const full = this.roundBytes + node.weight > this.mostBytes
    if (full && !node.used && node.level === 0 && ++this.passed % keptOf !== 0) {
      this.letGo(held)
      return
    }
    node.used = false
    this.round.push(held)
    this.roundBytes += node.weight
    while (this.roundBytes > this.mostBytes) this.turn()
  }

  private turn(): void {
    if (this.hand >= this.round.length) this.hand = 0
    const held = this.round[this.hand]
    if (held.node.used) {
      held.node.used = false
      this.hand++
      return
    }
    this.roundBytes -= held.node.weight
    const last = this.round.pop()
    if (last !== undefined && last !== held) this.round[this.hand] = last
    this.letGo(held)
  }

  /** Nothing that is kept may point at what is not, or it would stay in memory. */
  private letGo({ name, node }: Held): void {
    node.cached = false
    this.nodes.delete(name)
    if (node.holder !== undefined) node.holder.children[node.place] = undefined
    node.holder = undefined
    for (const child of node.children) if (child?.holder === node) child.holder = undefined
    if (node.level > 0) node.children = []
  }
}

/** Makes the way from parent to child short; a child has one such way at a time. */
function hold(parent: TreeNode, place: number, child: TreeNode): void {
  if (child.holder !== undefined) child.holder.children[child.place] = undefined
  parent.children[place] = child
  child.holder = parent
  child.place = place
}

const caches = new WeakMap<Pick<Blocks, 'getSync'>, NodeCache>()

/** The cache of a block store. */
export function nodesOf(blocks: Pick<Blocks, 'getSync'>): NodeCache {
  let cache = caches.get(blocks)
  if (cache === undefined) {
    cache = new NodeCache(blocks)
    caches.set(blocks, cache)
  }
  return cache
}

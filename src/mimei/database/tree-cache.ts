/** Nodes that were read lately, bounded in bytes; one cache for each block store. */
import { type CID, cidOfDigest, codecs } from '#base'
import type { Blocks } from '#blocks'
import { TreeCorrupt } from './errors.js'
import { TreeNode } from './tree-node.js'

/** bytes of nodes that a block store keeps at hand */
const cacheBytes = 64 * 1024 * 1024

const nameOf = (digest: Uint8Array): string => String.fromCharCode(...digest)

/**
 * Least recently used, approximately: a hand goes round over the nodes; one that was asked for
 * since its last round stays, any other goes. So a hit costs one store, no list surgery.
 */
export class NodeCache {
  private readonly nodes = new Map<string, TreeNode>()
  private readonly round: { readonly name: string; readonly node: TreeNode }[] = []
  private hand = 0
  private held = 0

  constructor(
    private readonly blocks: Pick<Blocks, 'getSync'>,
    private readonly mostBytes = cacheBytes,
  ) {}

  /** @throws BlockMissing, BlockCorrupt, TreeCorrupt */
  load(cid: CID): TreeNode {
    if (cid.code !== codecs.dagCbor) throw new TreeCorrupt(`its root ${cid} is no dag-cbor block`)
    return this.byDigest(cid.multihash.digest, cid)
  }

  /** The child of an inner node. @throws BlockMissing, BlockCorrupt, TreeCorrupt */
  child(parent: TreeNode, i: number): TreeNode {
    const known = parent.children[i]
    if (known !== undefined && !known.gone) {
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
    parent.children[i] = child
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
    this.nodes.set(name, node)
    this.round.push({ name, node })
    this.held += node.weight
    while (this.held > this.mostBytes && this.round.length > 1) this.turn(node)
    return node
  }

  private turn(fresh: TreeNode): void {
    if (this.hand >= this.round.length) this.hand = 0
    const { name, node } = this.round[this.hand]
    if (node.used || node === fresh) {
      node.used = false
      this.hand++
      return
    }
    node.gone = true
    node.children = []
    this.nodes.delete(name)
    this.held -= node.weight
    const last = this.round.pop()
    if (last !== undefined && last.node !== node) this.round[this.hand] = last
  }
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

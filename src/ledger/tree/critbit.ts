/**
 * The shape of a tree: it depends on the set of ids alone. A node parts its leaves at the first bit
 * in which they differ; nodes with a single side do not exist (paper V). What changes is marked
 * dirty from the top down to the leaf.
 */
import type { Account, AccountId } from '../account.js'
import { groupLimit } from './account-tree.js'
import { Leaves, roles } from './leaves.js'
import { dirtyMark, type NodeOrLeaf, Nodes } from './nodes.js'

const idBits = 160

export class Critbit {
  readonly leaves = new Leaves()
  readonly nodes = new Nodes()
  /** the nodes of the last walk, from the top */
  readonly way = new Int32Array(idBits)
  /** nodes of the last walk */
  depth = 0
  top: NodeOrLeaf | undefined

  get count(): number {
    return this.top === undefined ? 0 : this.nodes.count(this.top)
  }

  /**
   * Follows the id's bits to a leaf. The tree must not be empty.
   *
   * @param mark dirtyMark to mark the nodes on the way, or 0
   */
  walk(id: AccountId, mark: number): number {
    const { links } = this.nodes
    const { way } = this
    let at = this.top as NodeOrLeaf
    let depth = 0
    while (at >= 0) {
      way[depth++] = at
      const word = (links[4 * at + 3] |= mark)
      at = links[4 * at + ((id[(word & 0xff) >> 3] >> (7 - (word & 7))) & 1)]
    }
    this.depth = depth
    return ~at
  }

  /**
   * The leaf of an id; undefined where there is none. Leaves its way in `way`.
   *
   * @param mark dirtyMark to mark the nodes on the way, or 0
   */
  find(id: AccountId, mark: number): number | undefined {
    if (this.top === undefined) return undefined
    const leaf = this.walk(id, mark)
    return this.leaves.difference(leaf, id) < 0 ? leaf : undefined
  }

  /** The group on the last walk's way: the place of the first node that is small enough. */
  groupDepth(): number {
    const { links } = this.nodes
    let depth = 0
    while (depth < this.depth && links[4 * this.way[depth] + 2] > groupLimit) depth++
    return depth
  }

  /** Adds a leaf for an account whose id has none. @returns its place */
  insert(account: Account): number {
    const { leaves, nodes, way } = this
    if (this.top === undefined) {
      const first = leaves.claim()
      leaves.write(first, account)
      this.depth = 0
      leaves.dirty[first] = 1
      this.top = ~first
      return first
    }
    const bit = leaves.difference(this.walk(account.id, dirtyMark), account.id)
    const leaf = leaves.claim()
    leaves.write(leaf, account)
    let above = this.depth
    while (above > 0 && nodes.bit(way[above - 1]) > bit) above--
    const side = (account.id[bit >> 3] >> (7 - (bit & 7))) & 1
    const other = above < this.depth ? way[above] : ~this.#endOf(above, account.id)
    const node = nodes.claim()
    nodes.links[4 * node + side] = ~leaf
    nodes.links[4 * node + 1 - side] = other
    nodes.links[4 * node + 2] = nodes.count(other)
    nodes.links[4 * node + 3] = bit | (roles.unknown << 8) | dirtyMark
    this.#replace(above, other, node)
    way[above] = node
    this.depth = above + 1
    this.#grown(1)
    leaves.dirty[leaf] = 1
    return leaf
  }

  /** The leaf at which the last walk ended, `depth` nodes below the top. */
  #endOf(depth: number, id: AccountId): number {
    if (depth === 0) return ~(this.top as NodeOrLeaf)
    const parent = this.way[depth - 1]
    const bit = this.nodes.bit(parent)
    return ~this.nodes.links[4 * parent + ((id[bit >> 3] >> (7 - (bit & 7))) & 1)]
  }

  /** Puts `after` where `before` is, below the node `depth - 1` of the way. */
  #replace(depth: number, before: NodeOrLeaf, after: NodeOrLeaf | undefined): void {
    if (depth === 0) {
      this.top = after
      return
    }
    const at = 4 * this.way[depth - 1]
    const { links } = this.nodes
    if (after !== undefined) links[at + (links[at] === before ? 0 : 1)] = after
  }

  /** Counts along the way; the sums of its group are no longer known. */
  #grown(by: number): void {
    const { links } = this.nodes
    for (let i = 0; i < this.depth; i++) links[4 * this.way[i] + 2] += by
    const group = this.groupDepth()
    if (group === this.depth) return
    this.nodes.forget(this.way[group])
    if (by > 0 || this.nodes.count(this.way[group]) < groupLimit) return
    // Its halves were groups until now: what they held is no longer followed.
    for (const side of [0, 1]) this.#forget(links[4 * this.way[group] + side])
  }

  /** Removes the leaf of an id that is there. */
  remove(id: AccountId): void {
    const { leaves, nodes, way } = this
    const leaf = this.walk(id, dirtyMark)
    leaves.release(leaf)
    if (this.depth === 0) {
      this.top = undefined
      return
    }
    const parent = way[--this.depth]
    const at = 4 * parent
    const rest = nodes.links[at] === ~leaf ? nodes.links[at + 1] : nodes.links[at]
    this.#replace(this.depth, parent, rest)
    nodes.release(parent)
    this.#grown(-1)
    this.#forget(rest)
  }

  #forget(at: NodeOrLeaf): void {
    if (at >= 0) this.nodes.forget(at)
    else this.leaves.role[~at] = roles.unknown
  }

  /** Places of the leaves below, ascending by id. */
  *leavesBelow(node: NodeOrLeaf): Generator<number> {
    const waiting = [node]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at < 0) yield ~at
      else waiting.push(this.nodes.links[4 * at + 1], this.nodes.links[4 * at])
    }
  }
}

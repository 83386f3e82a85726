/**
 * What must be hashed anew after updates, in which order: block by block, so that what a block
 * needs stays in the processor's cache, and within a block the deepest level first.
 */
import { groupLimit } from './account-tree.js'
import type { Critbit } from './critbit.js'
import type { Hasher } from './hasher.js'
import { roles } from './leaves.js'
import type { NodeOrLeaf } from './nodes.js'

/** Leaves of a block at most: enough that its levels fill batches. */
const blockLimit = 16_384

/** Dirty leaves, and dirty nodes by their depth. */
interface Stale {
  readonly leaves: number[]
  readonly levels: number[][]
}

export class Rehash {
  constructor(
    readonly shape: Critbit,
    readonly hasher: Hasher,
  ) {}

  /** Hashes all that is dirty. */
  run(top: NodeOrLeaf): void {
    this.#block(top, true, Infinity)
  }

  /** @param above leaves below the parent: where they fill no block, halves are part of its own */
  #block(top: NodeOrLeaf, isOutside: boolean, above: number): void {
    const stale: Stale = { leaves: [], levels: [] }
    this.#gather(top, 0, isOutside, stale, above)
    this.hasher.leavesOf(stale.leaves)
    for (let depth = stale.levels.length - 1; depth >= 0; depth--) {
      this.hasher.nodesOf(stale.levels[depth])
    }
  }

  /** @param isOutside whether no group is above the node */
  #gather(at: NodeOrLeaf, depth: number, isOutside: boolean, stale: Stale, above: number): void {
    const { nodes, leaves } = this.shape
    const count = nodes.count(at)
    if (count <= blockLimit && above > blockLimit && above < Infinity) {
      this.#block(at, isOutside, count)
      return
    }
    const small = count <= groupLimit ? roles.group : roles.upper
    const role = isOutside ? small : roles.inner
    if (at < 0) {
      if (leaves.settle(~at, role)) stale.leaves.push(~at)
      return
    }
    const before = nodes.role(at)
    if (before === role && !nodes.isDirty(at)) return
    if (role === roles.group && before !== role) this.#sumUp(at)
    nodes.settle(at, role)
    ;(stale.levels[depth] ??= []).push(at)
    for (let side = 0; side < 2; side++) {
      const child = nodes.links[4 * at + side]
      this.#gather(child, depth + 1, role === roles.upper, stale, count)
    }
  }

  /** The sums of a group that has just become one, or has other accounts than before. */
  #sumUp(group: number): void {
    const { leaves, nodes } = this.shape
    nodes.sums.fill(0, 4 * group, 4 * group + 4)
    for (const leaf of this.shape.leavesBelow(group)) leaves.addTo(nodes.sums, 4 * group, leaf, 1)
  }
}

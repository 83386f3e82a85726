/** Comparing two trees by walking only the nodes that differ. */
import { type CID, compare, equal } from '#base'
import type { Blocks } from '#blocks'
import { type NodeCache, nodesOf } from './tree-cache.js'
import type { TreeNode } from './tree-node.js'

export interface TreeDifference {
  readonly key: Uint8Array
  readonly change: 'added' | 'removed' | 'changed'
}

/**
 * Differences from one tree to another in the order of keys. Costs time in proportion to the
 * nodes that are not in both trees.
 */
export function* diffTrees(
  blocks: Pick<Blocks, 'getSync'>,
  from: CID | null,
  to: CID | null,
): Generator<TreeDifference, void, undefined> {
  if (from !== null && to !== null && from.equals(to)) return
  const before = new Walk(nodesOf(blocks), from)
  const after = new Walk(nodesOf(blocks), to)
  while (!before.done || !after.done) {
    const deeper = Math.max(before.level, after.level)
    if (deeper > 0) {
      const same = before.level === after.level && equal(before.digest, after.digest)
      if (same) {
        before.advance()
        after.advance()
        continue
      }
      if (before.level === deeper) before.expand()
      if (after.level === deeper) after.expand()
      continue
    }
    const order = before.done ? 1 : after.done ? -1 : compare(before.key, after.key)
    if (order < 0) yield { key: before.key, change: 'removed' }
    else if (order > 0) yield { key: after.key, change: 'added' }
    else if (!before.holdsSame(after)) yield { key: after.key, change: 'changed' }
    if (order <= 0) before.advance()
    if (order >= 0) after.advance()
  }
}

/** A place in a tree: before an entry of a leaf, or before a whole child. */
class Walk {
  private readonly path: { node: TreeNode; at: number }[] = []

  constructor(
    private readonly nodes: NodeCache,
    root: CID | null,
  ) {
    if (root === null) return
    const node = nodes.load(root)
    if (node.length > 0) this.path.push({ node, at: 0 })
  }

  get done(): boolean {
    return this.path.length === 0
  }

  /** Level of the node at hand: 0 before an entry and at the end. */
  get level(): number {
    return this.top?.node.level ?? 0
  }

  get key(): Uint8Array {
    const { node, at } = this.here
    return node.key(at)
  }

  /** Whether the entry holds what another one holds. */
  holdsSame(other: Walk): boolean {
    const [one, two] = [this.here, other.here]
    return (
      one.node.isSealed(one.at) === two.node.isSealed(two.at) &&
      one.node.apartSize(one.at) === two.node.apartSize(two.at) &&
      equal(one.node.raw(one.at), two.node.raw(two.at))
    )
  }

  get digest(): Uint8Array {
    const { node, at } = this.here
    return node.digest(at)
  }

  advance(): void {
    this.here.at++
    for (let top = this.top; top !== undefined && top.at === top.node.length; top = this.top) {
      this.path.pop()
      const above = this.top
      if (above !== undefined) above.at++
    }
  }

  /** Steps into the child that is at hand. */
  expand(): void {
    const { node, at } = this.here
    this.path.push({ node: this.nodes.child(node, at), at: 0 })
  }

  private get top(): { node: TreeNode; at: number } | undefined {
    return this.path[this.path.length - 1]
  }

  private get here(): { node: TreeNode; at: number } {
    return this.path[this.path.length - 1]
  }
}

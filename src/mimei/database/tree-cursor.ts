/** Going along the nodes of one level of a tree. */
import type { NodeCache } from './tree-cache.js'
import type { TreeNode } from './tree-node.js'

interface Step {
  readonly node: TreeNode
  at: number
}

export class LevelCursor {
  /** from the top down to the level above; empty where the top itself is the level */
  private path: Step[] = []
  /** the node that the cursor is on */
  node: TreeNode

  constructor(
    private readonly nodes: NodeCache,
    private readonly top: TreeNode,
    private readonly level: number,
  ) {
    this.node = top
  }

  /** Goes to the first node whose last key is not below `key`, else to the last node. */
  seek(key: Uint8Array): void {
    this.path = []
    this.descend(this.top, (node) => Math.min(node.lowerBound(key), node.length - 1))
  }

  /** Goes to the next node; there must be one. */
  next(): void {
    let step = this.path.pop() as Step
    while (step.at + 1 >= step.node.length) step = this.path.pop() as Step
    step.at++
    this.path.push(step)
    this.descend(this.nodes.child(step.node, step.at), () => 0)
  }

  get isLast(): boolean {
    return this.path.every(({ node, at }) => at + 1 === node.length)
  }

  /** What the level above says of the node; undefined for the top. */
  get rawOfNode(): Uint8Array | undefined {
    const parent = this.path[this.path.length - 1]
    return parent?.node.raw(parent.at)
  }

  private descend(from: TreeNode, choose: (node: TreeNode) => number): void {
    let node = from
    while (node.level > this.level) {
      const at = choose(node)
      this.path.push({ node, at })
      node = this.nodes.child(node, at)
    }
    this.node = node
  }
}

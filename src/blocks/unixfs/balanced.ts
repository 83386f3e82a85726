/** The tree over the leaves of a file. */
import type { CID } from '#base'
import type { Block } from '../blocks.js'
import { makePb, treeBytesOf } from '../dag-pb.js'
import { encodeData } from './data.js'

/** Links of a node, as in the profile `unixfs-v1-2025` that IPFS tools share. */
export const nodeLinks = 1024

/** A leaf, or a node with all that is under it. */
export interface Branch {
  readonly cid: CID
  /** bytes of the file under it */
  readonly size: number
  readonly treeBytes: number
}

/** Links branches level by level, left to right, as many to a node as may be. */
export class BalancedTree {
  readonly #levels: { open: Branch[]; closed: number }[] = []
  size = 0

  constructor(readonly put: (block: Block) => Promise<void>) {}

  async add(leaf: Branch): Promise<void> {
    this.size += leaf.size
    await this.#push(0, leaf)
  }

  /** The one branch over all. */
  async root(): Promise<Branch> {
    for (let level = 0; ; level++) {
      const { open, closed } = this.#levels[level]
      if (closed === 0 && open.length === 1) return open[0]
      if (open.length > 0) await this.#close(level)
    }
  }

  async #push(level: number, branch: Branch): Promise<void> {
    this.#levels[level] ??= { open: [], closed: 0 }
    const { open } = this.#levels[level]
    if (open.length === nodeLinks) await this.#close(level)
    this.#levels[level].open.push(branch)
  }

  async #close(level: number): Promise<void> {
    const branches = this.#levels[level].open
    this.#levels[level] = { open: [], closed: this.#levels[level].closed + 1 }
    const data = encodeData({ type: 'file', blockSizes: branches.map((branch) => branch.size) })
    const links = branches.map(({ cid, treeBytes }) => ({ name: '', cid, treeBytes }))
    const block = makePb({ data, links })
    await this.put(block)
    const size = branches.reduce((sum, branch) => sum + branch.size, 0)
    await this.#push(level + 1, {
      cid: block.cid,
      size,
      treeBytes: treeBytesOf(block.bytes, links),
    })
  }
}

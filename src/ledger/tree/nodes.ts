/** The nodes above the leaves, in growable arrays: sides, bit, count, sums and hash. */
import { roles } from './leaves.js'

/**
 * A node is named by its place here, a leaf by the complement of its place among the leaves: one
 * number says both which and what it is.
 */
export type NodeOrLeaf = number

export class Nodes {
  /** 4 words each: left, right, leaves below, bit where the sides part */
  links = new Int32Array(0)
  /** total and bond each; only of groups and of what is above them */
  sums = new BigUint64Array(0)
  /** the same, in words */
  sumWords = new Int32Array(0)
  /** 8 words each: what the parent sees */
  hashes = new Int32Array(0)
  dirty = new Uint8Array(0)
  role = new Uint8Array(0)
  #used = 0
  readonly #free: number[] = []

  claim(): number {
    const node = this.#free.pop() ?? this.#used++
    if (node >= this.dirty.length) this.#grow(Math.max(16, 2 * this.dirty.length))
    this.role[node] = roles.unknown
    return node
  }

  release(node: number): void {
    this.#free.push(node)
  }

  #grow(capacity: number): void {
    const { links, sums, hashes, dirty, role } = this
    this.links = new Int32Array(4 * capacity)
    this.links.set(links)
    this.sums = new BigUint64Array(2 * capacity)
    this.sums.set(sums)
    this.sumWords = new Int32Array(this.sums.buffer)
    this.hashes = new Int32Array(8 * capacity)
    this.hashes.set(hashes)
    this.dirty = new Uint8Array(capacity)
    this.dirty.set(dirty)
    this.role = new Uint8Array(capacity)
    this.role.set(role)
  }

  count(node: NodeOrLeaf): number {
    return node < 0 ? 1 : this.links[4 * node + 2]
  }

  bit(node: number): number {
    return this.links[4 * node + 3]
  }
}

/** The nodes above the leaves, in growable arrays: sides, count, bit, role, sums and hash. */
import { roles } from './leaves.js'

/**
 * A node is named by its place here, a leaf by the complement of its place among the leaves: one
 * number says both which and what it is.
 */
export type NodeOrLeaf = number

/** In the last word of a node's links: what needs to be hashed anew. */
export const dirtyMark = 0x10000

export class Nodes {
  /**
   * 4 words each, so that a walk meets them together: left, right, leaves below, and the bit where
   * the sides part with the node's role (from bit 8) and the dirty mark.
   */
  links = new Int32Array(0)
  /** only of groups and of what is above them; see SumHalves */
  sums = new Float64Array(0)
  /** 8 words each: what the parent sees */
  hashes = new Int32Array(0)
  #capacity = 0
  #used = 0
  readonly #free: number[] = []

  claim(): number {
    const node = this.#free.pop() ?? this.#used++
    if (node >= this.#capacity) this.#grow(Math.max(16, 2 * this.#capacity))
    return node
  }

  release(node: number): void {
    this.#free.push(node)
  }

  #grow(capacity: number): void {
    const { links, sums, hashes } = this
    this.links = new Int32Array(4 * capacity)
    this.links.set(links)
    this.sums = new Float64Array(4 * capacity)
    this.sums.set(sums)
    this.hashes = new Int32Array(8 * capacity)
    this.hashes.set(hashes)
    this.#capacity = capacity
  }

  count(node: NodeOrLeaf): number {
    return node < 0 ? 1 : this.links[4 * node + 2]
  }

  bit(node: number): number {
    return this.links[4 * node + 3] & 0xff
  }

  role(node: number): number {
    return (this.links[4 * node + 3] >> 8) & 0xff
  }

  isDirty(node: number): boolean {
    return (this.links[4 * node + 3] & dirtyMark) !== 0
  }

  /** Gives a node its part; it is dirty no longer. */
  settle(node: number, role: number): void {
    this.links[4 * node + 3] = this.bit(node) | (role << 8)
  }

  /** What a group holds must be added up anew. */
  forget(node: number): void {
    this.links[4 * node + 3] = this.bit(node) | (roles.unknown << 8) | dirtyMark
  }
}

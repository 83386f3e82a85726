/**
 * Hashes the dirty nodes of a tree in batches: all leaves, then the nodes above them, the deepest
 * first (the hashes themselves: ../synopsis.ts). Words are as little-endian machines keep them,
 * which is every machine that JavaScript runs on today.
 */
import { hashPairs } from '#base'
import { tags } from '../synopsis.js'
import { settle } from './halves.js'
import { type Leaves, recordWords, roles } from './leaves.js'
import type { NodeOrLeaf, Nodes } from './nodes.js'

/** Nodes hashed at once: their inputs stay in the processor's cache. */
const chunk = 512

const input = new Int32Array(16 * chunk)
const inputBytes = new Uint8Array(input.buffer)
const output = new Int32Array(8 * chunk)
const outputBytes = new Uint8Array(output.buffer)
/** Of a leaf that is a group by itself. */
const leafSums = new Float64Array(4)
/** What waits while something else of the same nodes is hashed. */
const aside = new Int32Array(8 * chunk)

const run = (count: number): void =>
  hashPairs(inputBytes.subarray(0, 64 * count), outputBytes.subarray(0, 32 * count))

function copy(from: Int32Array, at: number, to: Int32Array, place: number, words: number): void {
  for (let i = 0; i < words; i++) to[place + i] = from[at + i]
}

function clear(from: number, to: number): void {
  for (let i = from; i < to; i++) input[i] = 0
}

/** The digest that was just made becomes the left half; the right half is a tag's chunk. */
function tagNext(i: number, first: number, second = 0, third = 0, fourth = 0): void {
  copy(output, 8 * i, input, 16 * i, 8)
  input[16 * i + 8] = first
  input[16 * i + 9] = second
  input[16 * i + 10] = third
  input[16 * i + 11] = fourth
  clear(16 * i + 12, 16 * i + 16)
}

function hashLeaves(leaves: Leaves, list: readonly number[], from: number, to: number): void {
  const { words, hashes } = leaves
  const count = to - from
  for (let i = 0; i < count; i++) {
    const at = recordWords * list[from + i]
    copy(words, at + 13, input, 16 * i, 8)
    copy(words, at + 27, input, 16 * i + 8, 8)
  }
  run(count)
  for (let i = 0; i < count; i++) {
    const at = recordWords * list[from + i]
    copy(output, 8 * i, input, 16 * i, 8)
    copy(words, at + 9, input, 16 * i + 8, 4)
    copy(words, at + 21, input, 16 * i + 12, 4)
  }
  run(count)
  for (let i = 0; i < count; i++) {
    const at = recordWords * list[from + i]
    const [low, high, flags] = [words[at + 25], words[at + 26], words[at + 35]]
    // Tag and fields of the chunk are one byte out of step with words.
    tagNext(
      i,
      tags.cold | (low << 8),
      (low >>> 24) | (high << 8),
      (high >>> 24) | (flags << 8),
      flags >>> 24,
    )
  }
  run(count)
  for (let i = 0; i < count; i++) {
    copy(words, recordWords * list[from + i], input, 16 * i, 7)
    input[16 * i + 7] = 0
    copy(output, 8 * i, input, 16 * i + 8, 8)
  }
  run(count)
  for (let i = 0; i < count; i++) {
    const at = recordWords * list[from + i]
    const [low, high] = [words[at + 7], words[at + 8]]
    tagNext(i, tags.leaf | (low << 8), (low >>> 24) | (high << 8), high >>> 24)
  }
  run(count)
  for (let i = 0; i < count; i++) copy(output, 8 * i, hashes, 8 * list[from + i], 8)
}

/** A batch hasher for the nodes of one tree. */
export class Hasher {
  constructor(
    readonly leaves: Leaves,
    readonly nodes: Nodes,
  ) {}

  /**
   * @param list places of dirty leaves, their roles set
   */
  leavesOf(list: readonly number[]): void {
    for (let from = 0; from < list.length; from += chunk) {
      hashLeaves(this.leaves, list, from, Math.min(from + chunk, list.length))
    }
    const alone = list.filter((leaf) => this.leaves.role[leaf] === roles.group)
    this.#groups(alone.map((leaf) => ~leaf))
  }

  /**
   * @param list dirty nodes, none below another, all below them hashed, the sums of groups set
   */
  nodesOf(list: readonly number[]): void {
    const { nodes } = this
    const below = list.filter((node) => nodes.role(node) !== roles.upper)
    for (let from = 0; from < below.length; from += chunk) {
      this.#inner(below, from, Math.min(from + chunk, below.length))
    }
    this.#groups(below.filter((node) => nodes.role(node) === roles.group))
    if (below.length === list.length) return
    const upper = list.filter((node) => nodes.role(node) === roles.upper)
    for (let from = 0; from < upper.length; from += chunk) {
      this.#upper(upper, from, Math.min(from + chunk, upper.length))
    }
  }

  /** Both sides' hashes as one input each. */
  #sides(list: readonly number[], from: number, count: number): void {
    const { links, hashes } = this.nodes
    const below = this.leaves.hashes
    for (let i = 0; i < count; i++) {
      const at = 4 * list[from + i]
      for (let side = 0; side < 2; side++) {
        const child = links[at + side]
        if (child >= 0) copy(hashes, 8 * child, input, 16 * i + 8 * side, 8)
        else copy(below, 8 * ~child, input, 16 * i + 8 * side, 8)
      }
    }
  }

  #inner(list: readonly number[], from: number, to: number): void {
    const { nodes } = this
    const { hashes } = nodes
    const count = to - from
    this.#sides(list, from, count)
    run(count)
    for (let i = 0; i < count; i++) tagNext(i, tags.inner | (nodes.bit(list[from + i]) << 8))
    run(count)
    for (let i = 0; i < count; i++) copy(output, 8 * i, hashes, 8 * list[from + i], 8)
  }

  /** Seals the roots of groups, whose hashes so far are those of inner nodes or leaves. */
  #groups(list: readonly NodeOrLeaf[]): void {
    for (let from = 0; from < list.length; from += chunk) {
      const count = Math.min(chunk, list.length - from)
      for (let i = 0; i < count; i++) {
        const node = list[from + i]
        copy(this.#hashesOf(node), 8 * (node < 0 ? ~node : node), input, 16 * i, 8)
        this.#sums(node, 16 * i + 8)
      }
      run(count)
      for (let i = 0; i < count; i++) tagNext(i, tags.group)
      run(count)
      for (let i = 0; i < count; i++) {
        const node = list[from + i]
        copy(output, 8 * i, this.#hashesOf(node), 8 * (node < 0 ? ~node : node), 8)
      }
    }
  }

  #upper(list: readonly number[], from: number, to: number): void {
    const { nodes } = this
    const { links, hashes } = nodes
    const count = to - from
    for (let i = 0; i < count; i++) {
      const node = list[from + i]
      this.#addUp(node)
      this.#sums(links[4 * node], 16 * i)
      this.#sums(links[4 * node + 1], 16 * i + 8)
    }
    run(count)
    copy(output, 0, aside, 0, 8 * count)
    this.#sides(list, from, count)
    run(count)
    for (let i = 0; i < count; i++) {
      copy(output, 8 * i, input, 16 * i, 8)
      copy(aside, 8 * i, input, 16 * i + 8, 8)
    }
    run(count)
    for (let i = 0; i < count; i++) tagNext(i, tags.upper | (nodes.bit(list[from + i]) << 8))
    run(count)
    for (let i = 0; i < count; i++) copy(output, 8 * i, hashes, 8 * list[from + i], 8)
  }

  #hashesOf(node: NodeOrLeaf): Int32Array {
    return node < 0 ? this.leaves.hashes : this.nodes.hashes
  }

  /** The sums of an upper node from those of its sides. */
  #addUp(node: number): void {
    const { sums, links } = this.nodes
    sums.fill(0, 4 * node, 4 * node + 4)
    for (let side = 0; side < 2; side++) {
      const child = links[4 * node + side]
      if (child < 0) this.leaves.addTo(sums, 4 * node, ~child, 1)
      else for (let i = 0; i < 4; i++) sums[4 * node + i] += sums[4 * child + i]
    }
    settle(sums, 4 * node)
    settle(sums, 4 * node + 2)
  }

  /** Writes the chunk of a group's or upper node's sums into the input. */
  #sums(node: NodeOrLeaf, place: number): void {
    let { sums } = this.nodes
    let at = 4 * node
    if (node < 0) {
      sums = leafSums
      at = 0
      sums.fill(0)
      this.leaves.addTo(sums, 0, ~node, 1)
    }
    for (let i = 0; i < 4; i++) input[place + i] = sums[at + i] | 0
    input[place + 4] = this.nodes.count(node)
    clear(place + 5, place + 8)
  }
}

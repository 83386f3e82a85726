/**
 * The root of a tree from its groups alone, one after the other: what must be remembered is one
 * hash for each bit of an id at most. So the root of millions of accounts takes no more memory than
 * one page (spec OL-1, B; paper V).
 */
import { hashPairs } from '#base'
import { recordBytes } from '../account.js'
import { addSums, noSums, type Sums } from '../amount.js'
import { LedgerError } from '../errors.js'
import { type Digest, emptyHash, groupHash, tags, upperHash } from '../synopsis.js'
import { groupLimit } from '../tree/account-tree.js'
import { idAt, idBytes, type Leaves, sealBytes, sumsOf } from './leaves.js'

/** Inputs of 64 bytes and their digests, for all nodes of one height of a group. */
const input = new Int32Array(16 * groupLimit)
const inputBytes = new Uint8Array(input.buffer)
const output = new Int32Array(8 * groupLimit)
const outputBytes = new Uint8Array(output.buffer)
/** digests of the leaves, then of the nodes between them */
const digests = new Int32Array(8 * 2 * groupLimit)

const run = (count: number): void =>
  hashPairs(inputBytes.subarray(0, 64 * count), outputBytes.subarray(0, 32 * count))

/** Copies words: for so few, faster than `set` with `subarray`. */
function copy(from: Int32Array, at: number, to: Int32Array, place: number, words: number): void {
  for (let i = 0; i < words; i++) to[place + i] = from[at + i]
}

function clearTag(i: number): void {
  for (let word = 16 * i + 8; word < 16 * i + 16; word++) input[word] = 0
}

/** The words of bytes, which are copied where they do not begin at a word. */
const wordsOf = (bytes: Uint8Array): Int32Array => {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Int32Array(buffer, byteOffset, length / 4)
}

function hashLeaves({ records, seals }: Leaves): void {
  const count = records.length / recordBytes
  const record = wordsOf(records)
  const seal = wordsOf(seals)
  const [recordWords, sealWords] = [recordBytes / 4, sealBytes / 4]
  for (let i = 0; i < count; i++) {
    copy(record, recordWords * i, input, 16 * i, 7)
    input[16 * i + 7] = 0
    copy(seal, sealWords * i, input, 16 * i + 8, 8)
  }
  run(count)
  for (let i = 0; i < count; i++) {
    copy(output, 8 * i, input, 16 * i, 8)
    clearTag(i)
    inputBytes[64 * i + 32] = tags.leaf
    const pulse = recordBytes * i + idBytes + 8
    for (let byte = 0; byte < 8; byte++) inputBytes[64 * i + 33 + byte] = records[pulse + byte]
  }
  run(count)
  copy(output, 0, digests, 0, 8 * count)
}

/**
 * The first bit in which the ids at two places differ.
 * @throws LedgerError PAGE_INVALID where the second is not above the first
 */
function partingBit(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < idBytes; i++) {
    const [one, other] = [a[aAt + i], b[bAt + i]]
    if (one === other) continue
    if (one > other) break
    return 8 * i + Math.clz32(one ^ other) - 24
  }
  throw new LedgerError('PAGE_INVALID', 'accounts do not ascend; fetch the group again')
}

/** Sides and bits of the nodes between leaves, which are numbered from the leaves' limit on. */
const nodes = {
  left: new Uint16Array(2 * groupLimit),
  right: new Uint16Array(2 * groupLimit),
  bit: new Uint8Array(2 * groupLimit),
  /** 0 for leaves */
  height: new Uint8Array(2 * groupLimit),
}
/** Nodes whose right side is not complete, from the top down. */
const open = { node: new Uint16Array(8 * idBytes + 1), bit: new Int16Array(8 * idBytes + 1) }

/** The nodes between leaves by height, the root last. */
function levelsOf({ records }: Leaves, count: number): number[][] {
  const levels: number[][] = []
  let depth = 0
  let next = groupLimit
  for (let i = 0, at = 0; i < count; i++, at += recordBytes) {
    const bit = i + 1 < count ? partingBit(records, at, records, at + recordBytes) : -1
    let top = i
    while (depth > 0 && open.bit[depth - 1] > bit) {
      const left = open.node[--depth]
      const node = next++
      nodes.left[node] = left
      nodes.right[node] = top
      nodes.bit[node] = open.bit[depth]
      nodes.height[node] = 1 + Math.max(nodes.height[left], nodes.height[top])
      ;(levels[nodes.height[node] - 1] ??= []).push(node)
      top = node
    }
    open.node[depth] = top
    open.bit[depth++] = bit
  }
  return levels
}

/** The hash of a group as it stands in the tree. */
export function leavesHash(leaves: Leaves, sums: Sums): Digest {
  const { count } = sums
  if (count < 1 || count > groupLimit || leaves.seals.length !== count * sealBytes) {
    throw new LedgerError('PAGE_INVALID', `${count} accounts are no group`)
  }
  hashLeaves(leaves)
  let root = 0
  for (const level of levelsOf(leaves, count)) {
    for (let i = 0; i < level.length; i++) {
      copy(digests, 8 * nodes.left[level[i]], input, 16 * i, 8)
      copy(digests, 8 * nodes.right[level[i]], input, 16 * i + 8, 8)
    }
    run(level.length)
    for (let i = 0; i < level.length; i++) {
      copy(output, 8 * i, input, 16 * i, 8)
      clearTag(i)
      inputBytes[64 * i + 32] = tags.inner
      inputBytes[64 * i + 33] = nodes.bit[level[i]]
    }
    run(level.length)
    for (let i = 0; i < level.length; i++) copy(output, 8 * i, digests, 8 * level[i], 8)
    root = level[level.length - 1]
  }
  return groupHash(new Uint8Array(digests.slice(8 * root, 8 * root + 8).buffer), sums)
}

interface Side {
  readonly hash: Digest
  readonly sums: Sums
}

/**
 * The root and the sums of a tree.
 * @param groups every group of the tree, ascending; each with its accounts
 * @throws LedgerError PAGE_INVALID where accounts do not ascend, SUM_OVERFLOW
 */
export async function streamRoot(
  groups: AsyncIterable<Leaves> | Iterable<Leaves>,
): Promise<{ readonly root: Digest; readonly sums: Sums }> {
  /** subtrees from left to right, each with the bit at which it parts from the next */
  const stack: (Side & { readonly bit: number })[] = []
  let last: (Side & { readonly end: Uint8Array }) | undefined
  const fold = (right: Side, bit: number): void => {
    let top = right
    while (stack.length > 0 && stack[stack.length - 1].bit > bit) {
      const left = stack.pop() as Side & { bit: number }
      const hash = upperHash(left.bit, left, top)
      top = { hash, sums: addSums(left.sums, top.sums) }
    }
    stack.push({ ...top, bit })
  }
  for await (const leaves of groups) {
    const sums = sumsOf(leaves)
    const hash = leavesHash(leaves, sums)
    if (last !== undefined) fold(last, partingBit(last.end, 0, leaves.records, 0))
    last = { hash, sums, end: idAt(leaves, sums.count - 1).slice() }
  }
  if (last === undefined) return { root: emptyHash, sums: noSums }
  fold(last, -1)
  const [{ hash, sums }] = stack
  return { root: hash, sums }
}

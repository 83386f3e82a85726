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
import { countOf, idAt, idBytes, type Leaves, sealBytes, sumsOf } from './leaves.js'

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
    input.fill(0, 16 * i + 8, 16 * i + 16)
    inputBytes[64 * i + 32] = tags.leaf
    const pulse = recordBytes * i + idBytes + 8
    for (let byte = 0; byte < 8; byte++) inputBytes[64 * i + 33 + byte] = records[pulse + byte]
  }
  run(count)
  copy(output, 0, digests, 0, 8 * count)
}

/** The first bit in which two ids differ. @throws LedgerError PAGE_INVALID where b is not above a */
function partingBit(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < idBytes; i++) {
    if (a[i] === b[i]) continue
    if (a[i] > b[i]) break
    return 8 * i + Math.clz32(a[i] ^ b[i]) - 24
  }
  throw new LedgerError('PAGE_INVALID', 'accounts do not ascend; fetch the group again')
}

/** What stands left of a node on its way down: a node or leaf, and where it parts from the next. */
interface Waiting {
  readonly node: number
  readonly height: number
  readonly bit: number
}

/** Nodes of one height above the leaves: those below them, and where these part. */
type Level = { readonly node: number; readonly left: number; readonly right: number; bit: number }[]

/** The nodes between leaves by height; the last one is the root. */
function levelsOf(leaves: Leaves): Level[] {
  const count = countOf(leaves)
  const levels: Level[] = []
  const stack: Waiting[] = []
  let next = groupLimit
  for (let i = 0; i < count; i++) {
    const bit = i + 1 < count ? partingBit(idAt(leaves, i), idAt(leaves, i + 1)) : -1
    let top = { node: i, height: 0 }
    while (stack.length > 0 && stack[stack.length - 1].bit > bit) {
      const left = stack.pop() as Waiting
      const height = 1 + Math.max(left.height, top.height)
      const made = { node: next++, left: left.node, right: top.node, bit: left.bit }
      ;(levels[height - 1] ??= []).push(made)
      top = { node: made.node, height }
    }
    stack.push({ ...top, bit })
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
  for (const level of levelsOf(leaves)) {
    for (const [i, { left, right }] of level.entries()) {
      copy(digests, 8 * left, input, 16 * i, 8)
      copy(digests, 8 * right, input, 16 * i + 8, 8)
    }
    run(level.length)
    for (const [i, { bit }] of level.entries()) {
      copy(output, 8 * i, input, 16 * i, 8)
      input.fill(0, 16 * i + 8, 16 * i + 16)
      inputBytes[64 * i + 32] = tags.inner
      inputBytes[64 * i + 33] = bit
    }
    run(level.length)
    for (const [i, { node }] of level.entries()) {
      copy(output, 8 * i, digests, 8 * node, 8)
      root = node
    }
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
    if (last !== undefined) fold(last, partingBit(last.end, idAt(leaves, 0)))
    last = { hash, sums, end: idAt(leaves, sums.count - 1).slice() }
  }
  if (last === undefined) return { root: emptyHash, sums: noSums }
  fold(last, -1)
  const [{ hash, sums }] = stack
  return { root: hash, sums }
}

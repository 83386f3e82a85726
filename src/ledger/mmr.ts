/**
 * A Merkle mountain range: an append-only list whose peaks are all that its owner must keep (spec
 * OL-1, C: the outbox). Leaves and nodes are told apart, and the root seals how many there are.
 */
import {
  bytesOf,
  ByteWriter,
  concat,
  hashPairs,
  listOf,
  sha256,
  struct,
  u64,
  type ValueOf,
} from '#base'
import { LedgerError } from './errors.js'
import { type Digest, pair } from './synopsis.js'

/** What is needed to append: how many items there are, and the roots of the full trees. */
export const mmrLayout = struct({
  size: u64,
  /** the largest tree first: one for each bit that is set in `size` */
  peaks: listOf(bytesOf(32), 64),
})
export type Mmr = ValueOf<typeof mmrLayout>

export const emptyMmr: Mmr = { size: 0n, peaks: [] }

/** That an item was appended at a place. */
export const mmrProofLayout = struct({
  size: u64,
  index: u64,
  /** within the item's full tree, from below */
  siblings: listOf(bytesOf(32), 64),
  /** the other trees' roots, the largest first */
  peaks: listOf(bytesOf(32), 64),
})
export type MmrProof = ValueOf<typeof mmrProofLayout>

const leafTag = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))

/** An item as a leaf: without the tag a node could be taken for one. */
const leafOf = (item: Digest): Digest => pair(item, leafTag)

/** The range with one more item (32 bytes). */
export function appended({ size, peaks }: Mmr, item: Digest): Mmr {
  const left = [...peaks]
  let peak = leafOf(item)
  for (let rest = size; rest % 2n === 1n; rest /= 2n) {
    const before = left.pop()
    if (before === undefined) throw new LedgerError('PROOF_INVALID', 'the range lacks a peak')
    peak = pair(before, peak)
  }
  return { size: size + 1n, peaks: [...left, peak] }
}

/** The items as leaves, one after the other. */
function leavesOf(items: readonly Digest[]): Uint8Array {
  const input = new Uint8Array(64 * items.length)
  items.forEach((item, i) => {
    input.set(item, 64 * i)
    input.set(leafTag, 64 * i + 32)
  })
  const leaves = new Uint8Array(32 * items.length)
  hashPairs(input, leaves)
  return leaves
}

/** The range with more items, each level of nodes hashed at once. */
export function appendedAll({ size, peaks }: Mmr, items: readonly Digest[]): Mmr {
  const left = [...peaks]
  const right: Digest[] = []
  let nodes = leavesOf(items)
  for (let rest = size; nodes.length > 0; rest /= 2n) {
    if (rest % 2n === 1n) {
      const before = left.pop()
      if (before === undefined) throw new LedgerError('PROOF_INVALID', 'the range lacks a peak')
      nodes = concat(before, nodes)
    }
    const paired = nodes.length - (nodes.length % 64)
    if (paired < nodes.length) right.unshift(nodes.slice(paired))
    const above = new Uint8Array(paired / 2)
    hashPairs(nodes.subarray(0, paired), above)
    nodes = above
  }
  return { size: size + BigInt(items.length), peaks: [...left, ...right] }
}

function seal(size: bigint, peaks: readonly Digest[]): Digest {
  const bagged = peaks.toReversed().reduce((bag, peak) => pair(peak, bag))
  const writer = new ByteWriter(40)
  writer.u64(size)
  writer.raw(bagged)
  return sha256(writer.done())
}

/** The root; of an empty range 32 zero bytes. */
export const mmrRoot = ({ size, peaks }: Mmr): Digest =>
  peaks.length === 0 ? new Uint8Array(32) : seal(size, peaks)

/** The full trees of a range: where each begins, and how high it is. */
function mountains(size: bigint): { start: bigint; height: number }[] {
  const all: { start: bigint; height: number }[] = []
  let start = 0n
  for (let height = 63; height >= 0; height--) {
    const width = 1n << BigInt(height)
    if ((size & width) === 0n) continue
    all.push({ start, height })
    start += width
  }
  return all
}

/** Root of the full tree over these items, telling of each sibling on the way of `index`. */
function fold(items: readonly Digest[], index: number, passed: (sibling: Digest) => void): Digest {
  let level = items.map(leafOf)
  let at = index
  while (level.length > 1) {
    if (index >= 0) passed(level[at ^ 1])
    at >>= 1
    level = Array.from({ length: level.length / 2 }, (_, i) => pair(level[2 * i], level[2 * i + 1]))
  }
  return level[0]
}

/** Proof that item `index` of these is in the range that they make. @throws PROOF_INVALID */
export function mmrProof(items: readonly Digest[], index: number): MmrProof {
  if (items[index] === undefined) {
    throw new LedgerError('PROOF_INVALID', `there is no item ${index} of ${items.length}`)
  }
  const siblings: Digest[] = []
  const peaks: Digest[] = []
  for (const { start, height } of mountains(BigInt(items.length))) {
    const from = Number(start)
    const below = items.slice(from, from + 2 ** height)
    const isOwn = index >= from && index < from + below.length
    const peak = fold(below, isOwn ? index - from : -1, (sibling) => siblings.push(sibling))
    if (!isOwn) peaks.push(peak)
  }
  return { size: BigInt(items.length), index: BigInt(index), siblings, peaks }
}

/** The root that a proof leads to from an item; undefined where the proof cannot be one. */
export function mmrRootOf(
  item: Digest,
  { size, index, siblings, peaks }: MmrProof,
): Digest | undefined {
  const all = mountains(size)
  const own = all.findIndex(
    ({ start, height }) => index >= start && index < start + (1n << BigInt(height)),
  )
  if (own < 0 || peaks.length !== all.length - 1) return undefined
  const { start, height } = all[own]
  if (siblings.length !== height) return undefined
  if ([...siblings, ...peaks].some(({ length }) => length !== 32)) return undefined
  let at = index - start
  let digest = leafOf(item)
  for (const sibling of siblings) {
    digest = at % 2n === 0n ? pair(digest, sibling) : pair(sibling, digest)
    at /= 2n
  }
  return seal(size, [...peaks.slice(0, own), digest, ...peaks.slice(own)])
}

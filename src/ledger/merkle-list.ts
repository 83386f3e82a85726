/**
 * A Merkle tree over a list of digests: batches, tables, channels. Its root also fixes how many
 * there are, so that no proof can claim a place beyond the end.
 */
import { bytesOf, ByteWriter, hashPairs, listOf, sha256, struct, u32, type ValueOf } from '#base'
import { type Digest, pair } from './synopsis.js'

export const listProofLayout = struct({
  count: u32,
  index: u32,
  siblings: listOf(bytesOf(32), 32),
})
export type ListProof = ValueOf<typeof listProofLayout>

/** An odd one out climbs unchanged; the count in the last hash makes that safe. */
function* levels(items: readonly Digest[]): Generator<readonly Digest[]> {
  let level = items
  yield level
  while (level.length > 1) {
    const above: Digest[] = []
    for (let i = 0; i + 1 < level.length; i += 2) above.push(pair(level[i], level[i + 1]))
    if (level.length % 2 === 1) above.push(level[level.length - 1])
    level = above
    yield level
  }
}

function seal(count: number, top: Digest): Digest {
  const writer = new ByteWriter(40)
  writer.u32(count)
  writer.raw(top)
  return sha256(writer.done())
}

/** The root of a list; of an empty one 32 zero bytes. Each level is hashed at once. */
export function listRoot(items: readonly Digest[]): Digest {
  if (items.length === 0) return new Uint8Array(32)
  let level = new Uint8Array(32 * items.length)
  items.forEach((item, i) => level.set(item, 32 * i))
  for (let width = items.length; width > 1; width = (width + 1) >> 1) {
    const above = new Uint8Array(32 * ((width + 1) >> 1))
    const pairs = 32 * (width >> 1)
    hashPairs(level.subarray(0, 2 * pairs), above.subarray(0, pairs))
    if (width % 2 === 1) above.set(level.subarray(32 * (width - 1)), pairs)
    level = above
  }
  return seal(items.length, level)
}

/** Proof that item `index` is in the list. */
export function listProof(items: readonly Digest[], index: number): ListProof {
  const siblings: Digest[] = []
  let at = index
  for (const level of levels(items)) {
    const sibling = level[at ^ 1]
    if (level.length > 1 && sibling !== undefined) siblings.push(sibling)
    at >>= 1
  }
  return { count: items.length, index, siblings }
}

/** The root that a proof leads to from an item; undefined where the proof cannot be one. */
export function listRootOf(
  item: Digest,
  { count, index, siblings }: ListProof,
): Digest | undefined {
  if (index >= count) return undefined
  let digest = item
  let used = 0
  let at = index
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    if ((at ^ 1) < width) {
      const sibling = siblings[used++]
      if (sibling?.length !== 32) return undefined
      digest = at % 2 === 0 ? pair(digest, sibling) : pair(sibling, digest)
    }
    at >>= 1
  }
  return used === siblings.length ? seal(count, digest) : undefined
}

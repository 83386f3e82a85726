import { describe, expect, it } from 'vitest'
import { concat, hashPairs, sha256 } from '#base'
import { coldHash, emptyHash, groupHash, innerHash, leafHash, pair, upperHash } from './synopsis.js'
import { randomAccount, randomBytes, randomsOf } from './tree/sample.contract.js'

const random = randomsOf(21)
const { id, amount, pulse, cold } = randomAccount(random)
const [left, right] = [randomBytes(random, 32), randomBytes(random, 32)]

/** Bytes of a number, little-endian. */
const le = (value: bigint | number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn))

/** So many bytes: the parts, then zeros. */
const filled = (...parts: Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(32)
  bytes.set(concat(...parts))
  return bytes
}
const hash = (a: Uint8Array, b: Uint8Array): Uint8Array => sha256(concat(a, b))

describe('the hashes of the tree', () => {
  it('are those that the layout of nodes says', () => {
    const key = hash(cold.publicKey, cold.votesRoot)
    const fields = concat(cold.blind, le(cold.nonce, 8), le(cold.held, 8))
    const closed = hash(
      hash(key, fields),
      filled(Uint8Array.of(1), le(cold.bond, 8), le(cold.flags, 4)),
    )
    expect(coldHash(cold)).toEqual(closed)
    const leaf = hash(
      hash(filled(id, le(amount, 8)), closed),
      filled(Uint8Array.of(0), le(pulse, 8)),
    )
    expect(leafHash(id, amount, pulse, closed)).toEqual(leaf)
    expect(innerHash(77, left, right)).toEqual(
      hash(hash(left, right), filled(Uint8Array.of(2, 77))),
    )
    const sums = { total: 900n, bond: 40n, count: 3 }
    const other = { total: 2n ** 63n, bond: 1n, count: 2 ** 31 }
    const chunk = filled(le(900, 8), le(40, 8), le(3, 4))
    const otherChunk = filled(le(other.total, 8), le(1, 8), le(other.count, 4))
    expect(groupHash(left, sums)).toEqual(hash(hash(left, chunk), filled(Uint8Array.of(3))))
    expect(upperHash(5, { hash: left, sums }, { hash: right, sums: other })).toEqual(
      hash(hash(hash(left, right), hash(chunk, otherChunk)), filled(Uint8Array.of(4, 5))),
    )
    expect(emptyHash).toEqual(hash(new Uint8Array(32), filled(Uint8Array.of(5))))
    expect(pair(left, right)).toEqual(hash(left, right))
  })

  it('come out the same in batches', () => {
    const input = randomBytes(random, 64 * 9)
    const output = new Uint8Array(32 * 9)
    hashPairs(input, output)
    for (let i = 0; i < 9; i++) {
      const one = sha256(input.subarray(64 * i, 64 * i + 64))
      expect(output.subarray(32 * i, 32 * i + 32)).toEqual(new Uint8Array(one))
    }
  })

  it('depend on every field', () => {
    const base = coldHash(cold)
    const changes = [
      { blind: randomBytes(random, 16) },
      { publicKey: left },
      { nonce: cold.nonce + 1n },
      { held: cold.held + 1n },
      { bond: cold.bond + 1n },
      { votesRoot: right },
      { flags: cold.flags + 256 },
    ]
    for (const change of changes) expect(coldHash({ ...cold, ...change })).not.toEqual(base)
    const leaf = leafHash(id, amount, pulse, base)
    expect(leafHash(id, amount + 1n, pulse, base)).not.toEqual(leaf)
    expect(leafHash(id, amount, pulse + 1n, base)).not.toEqual(leaf)
    expect(innerHash(1, left, right)).not.toEqual(innerHash(2, left, right))
    expect(innerHash(1, left, right)).not.toEqual(innerHash(1, right, left))
  })
})

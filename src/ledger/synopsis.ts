/**
 * The hashes of the tree (spec OL-1, B). Every hash of a node is SHA-256 of 64 bytes: a digest of
 * what the node holds, then a chunk of 32 bytes that begins with the node's tag. Inputs of exactly
 * 64 bytes let all nodes of a level be hashed in one batch; since the tag is part of what is
 * hashed, no node can be taken for one of another kind.
 *
 *   leaf  = P(P(id20 amount8 0*4 , cold32), 00 pulse8 0*23)
 *   cold  = P(P(P(publicKey32, votesRoot32), blind16 nonce8 held8), 01 bond8 flags4 0*19)
 *   inner = P(P(L, R), 02 bit1 0*30)
 *   group = P(P(root32, total8 bond8 count4 0*12), 03 0*31)
 *   upper = P(P(P(L, R), P(sumsL20 0*12, sumsR20 0*12)), 04 bit1 0*30)
 *   empty = P(0*32, 05 0*31)
 *
 * Here they are one at a time, for proofs; `tree/` hashes the same in batches.
 */
import { hashPairs } from '#base'
import type { Account, Cold } from './account.js'
import type { Sums } from './amount.js'

/** 32 bytes. */
export type Digest = Uint8Array

export const tags = { leaf: 0, cold: 1, inner: 2, group: 3, upper: 4, empty: 5 } as const

const input = new Uint8Array(64)
const view = new DataView(input.buffer)
/** Small arrays that native code is handed cost more than a copy out of one that it knows. */
const output = new Uint8Array(32)

/** SHA-256 of two halves of 32 bytes. */
export function pair(left: Uint8Array, right: Uint8Array): Digest {
  input.set(left, 0)
  input.set(right, 32)
  hashPairs(input, output)
  return output.slice()
}

/** Hashes a digest with the tag chunk that `fill` completes (offsets from 32). */
function tagged(digest: Digest, tag: number, fill?: (chunk: DataView) => void): Digest {
  input.set(digest, 0)
  input.fill(0, 32)
  input[32] = tag
  fill?.(view)
  hashPairs(input, output)
  return output.slice()
}

/** The hash of the closed part of an account. */
export function coldHash(cold: Cold): Digest {
  const key = pair(cold.publicKey, cold.votesRoot)
  const chunk = new Uint8Array(32)
  const fields = new DataView(chunk.buffer)
  chunk.set(cold.blind, 0)
  fields.setBigUint64(16, cold.nonce, true)
  fields.setBigUint64(24, cold.held, true)
  return tagged(pair(key, chunk), tags.cold, (at) => {
    at.setBigUint64(33, cold.bond, true)
    at.setUint32(41, cold.flags, true)
  })
}

/** The hash of a leaf, from what a balance proof opens. */
export function leafHash(id: Uint8Array, amount: bigint, pulse: bigint, cold: Digest): Digest {
  const chunk = new Uint8Array(32)
  chunk.set(id, 0)
  new DataView(chunk.buffer).setBigUint64(20, amount, true)
  return tagged(pair(chunk, cold), tags.leaf, (at) => at.setBigUint64(33, pulse, true))
}

/** The hash of an account as a leaf. */
export const accountHash = (account: Account): Digest =>
  leafHash(account.id, account.amount, account.pulse, coldHash(account.cold))

/** The hash of a node inside a group: no sums there. @param bit where its two sides part */
export const innerHash = (bit: number, left: Digest, right: Digest): Digest =>
  tagged(pair(left, right), tags.inner, (at) => at.setUint8(33, bit))

function sumsChunk(sums: Sums): Uint8Array {
  const chunk = new Uint8Array(32)
  const fields = new DataView(chunk.buffer)
  fields.setBigUint64(0, sums.total, true)
  fields.setBigUint64(8, sums.bond, true)
  fields.setUint32(16, sums.count, true)
  return chunk
}

/** The hash of a group: its root and its sums. */
export const groupHash = (root: Digest, sums: Sums): Digest =>
  tagged(pair(root, sumsChunk(sums)), tags.group)

/** The hash of a node above groups, with the sums of both its sides. */
export function upperHash(
  bit: number,
  left: { readonly hash: Digest; readonly sums: Sums },
  right: { readonly hash: Digest; readonly sums: Sums },
): Digest {
  const sums = pair(sumsChunk(left.sums), sumsChunk(right.sums))
  return tagged(pair(pair(left.hash, right.hash), sums), tags.upper, (at) => at.setUint8(33, bit))
}

/** The hash of a branch without accounts. */
export const emptyHash: Digest = tagged(new Uint8Array(32), tags.empty)

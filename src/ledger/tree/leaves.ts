/**
 * The accounts of a branch in memory: 144 bytes each, as `accountLayout` has them, in one growable
 * array of words, with the hash that a leaf shows to its parent. Objects would take six times the
 * room and most of the time.
 */
import type { Account, AccountId } from '../account.js'
import { settle, type SumHalves } from './halves.js'

/** 144 bytes in words of 4: id 5, amount 2, pulse 2, cold 27. */
export const recordWords = 36
export const wholeRecordBytes = 4 * recordWords

/** Places of fields in a record, in bytes. */
const at = {
  amount: 20,
  pulse: 28,
  blind: 36,
  publicKey: 52,
  nonce: 84,
  held: 92,
  bond: 100,
  votesRoot: 108,
  flags: 140,
} as const

/** The part that a node plays: it decides which hash the node shows to its parent. */
export const roles = { inner: 0, group: 1, upper: 2, unknown: 3 } as const

/** Reads an account from the record at `start`. */
export function readRecord(bytes: Uint8Array, view: DataView, start: number): Account {
  const part = (from: number, length: number): Uint8Array =>
    bytes.slice(start + from, start + from + length)
  return {
    id: part(0, 20),
    amount: view.getBigUint64(start + at.amount, true),
    pulse: view.getBigUint64(start + at.pulse, true),
    cold: {
      blind: part(at.blind, 16),
      publicKey: part(at.publicKey, 32),
      nonce: view.getBigUint64(start + at.nonce, true),
      held: view.getBigUint64(start + at.held, true),
      bond: view.getBigUint64(start + at.bond, true),
      votesRoot: part(at.votesRoot, 32),
      flags: view.getUint32(start + at.flags, true),
    },
  }
}

export class Leaves {
  /** records, as words, bytes and fields */
  words = new Int32Array(0)
  bytes = new Uint8Array(0)
  view = new DataView(new ArrayBuffer(0))
  /** 8 words each: what the parent sees */
  hashes = new Int32Array(0)
  dirty = new Uint8Array(0)
  role = new Uint8Array(0)
  #used = 0
  readonly #free: number[] = []

  /** A place for one more record. */
  claim(): number {
    const leaf = this.#free.pop() ?? this.#used++
    if (leaf >= this.dirty.length) this.#grow(Math.max(16, 2 * this.dirty.length))
    this.role[leaf] = roles.unknown
    return leaf
  }

  release(leaf: number): void {
    this.#free.push(leaf)
  }

  /** Gives a leaf its part. @returns whether it must be hashed anew */
  settle(leaf: number, role: number): boolean {
    const isStale = this.dirty[leaf] === 1 || this.role[leaf] !== role
    this.dirty[leaf] = 0
    this.role[leaf] = role
    return isStale
  }

  #grow(capacity: number): void {
    const { words, hashes, dirty, role } = this
    this.words = new Int32Array(recordWords * capacity)
    this.words.set(words)
    this.bytes = new Uint8Array(this.words.buffer)
    this.view = new DataView(this.words.buffer)
    this.hashes = new Int32Array(8 * capacity)
    this.hashes.set(hashes)
    this.dirty = new Uint8Array(capacity)
    this.dirty.set(dirty)
    this.role = new Uint8Array(capacity)
    this.role.set(role)
  }

  write(leaf: number, { id, amount, pulse, cold }: Account): void {
    const { bytes, view } = this
    const start = wholeRecordBytes * leaf
    bytes.set(id, start)
    view.setBigUint64(start + at.amount, amount, true)
    view.setBigUint64(start + at.pulse, pulse, true)
    bytes.set(cold.blind, start + at.blind)
    bytes.set(cold.publicKey, start + at.publicKey)
    view.setBigUint64(start + at.nonce, cold.nonce, true)
    view.setBigUint64(start + at.held, cold.held, true)
    view.setBigUint64(start + at.bond, cold.bond, true)
    bytes.set(cold.votesRoot, start + at.votesRoot)
    view.setUint32(start + at.flags, cold.flags, true)
  }

  read(leaf: number): Account {
    return readRecord(this.bytes, this.view, wholeRecordBytes * leaf)
  }

  /**
   * Adds what a leaf holds to sums, or takes it away, and settles them: so nothing ever grows past
   * what numbers hold exactly.
   *
   * @param sign 1 or -1
   */
  addTo(sums: SumHalves, at: number, leaf: number, sign: number): void {
    const { words } = this
    const start = recordWords * leaf
    const bondLow = words[start + 25] >>> 0
    const bondHigh = words[start + 26] >>> 0
    const low = (words[start + 5] >>> 0) + (words[start + 23] >>> 0) + bondLow
    const high = (words[start + 6] >>> 0) + (words[start + 24] >>> 0) + bondHigh
    sums[at] += sign * low
    sums[at + 1] += sign * high
    sums[at + 2] += sign * bondLow
    sums[at + 3] += sign * bondHigh
    settle(sums, at)
    settle(sums, at + 2)
  }

  /** The first bit in which an id differs from the leaf's; -1 where they are the same. */
  difference(leaf: number, id: AccountId): number {
    const start = wholeRecordBytes * leaf
    for (let i = 0; i < 20; i++) {
      const differing = this.bytes[start + i] ^ id[i]
      if (differing !== 0) return 8 * i + Math.clz32(differing) - 24
    }
    return -1
  }
}

/** An account: one leaf of the tree (spec OL-1, B; paper V and VIII). */
import { bytesOf, ripemd160, struct, u32, u64, type ValueOf } from '#base'

/** 20 bytes: the hash of the owner's public key, the same 20 bytes as in the owner's id. */
export type AccountId = Uint8Array

/** The account of a public key (32 bytes). */
export const accountOf = (publicKey: Uint8Array): AccountId => ripemd160(publicKey)

/** Marks of an account, in `flags`: the low 8 bits. The high 24 bits count supervisors' orders. */
export const accountFlags = {
  /** credits are held, debits refused, until a supervisor thaws it */
  frozen: 1,
  /** belongs to the organization itself; its balance is public (paper 6.6) */
  system: 2,
} as const

/**
 * The part of an account that a balance proof keeps closed: 108 bytes. `blind` changes with every
 * change of the account, so that nobody guesses contents from hashes.
 */
export const coldLayout = struct({
  blind: bytesOf(16),
  publicKey: bytesOf(32),
  /** of the last debit; the next one has this plus one */
  nonce: u64,
  /** credits that came while frozen, and amounts reserved */
  held: u64,
  /** pledged by a bookkeeper */
  bond: u64,
  /** synopsis of the owner's votes; zero where there are none */
  votesRoot: bytesOf(32),
  flags: u32,
})
export type Cold = ValueOf<typeof coldLayout>
export const coldBytes = 108

/** The record of an account on a page: 36 bytes, the paper's size. */
export const recordLayout = struct({
  id: bytesOf(20),
  amount: u64,
  /** pulse that the block of the last change had seen */
  pulse: u64,
})
export type AccountRecord = ValueOf<typeof recordLayout>
export const recordBytes = 36

export interface Account extends AccountRecord {
  readonly cold: Cold
}

/** An account whole: record and cold part, 144 bytes. */
export const accountLayout = struct({
  ...{ id: bytesOf(20), amount: u64, pulse: u64 },
  cold: coldLayout,
})

/** amount + held + bond. */
export const worth = ({ amount, cold }: Account): bigint => amount + cold.held + cold.bond

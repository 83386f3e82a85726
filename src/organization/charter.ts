/**
 * The charter: what an organization is founded on, signed by its key (paper 3.1; spec OL-1, A and
 * H). Seats are given by a fixed list: for every branch that may come to be, who keeps it.
 */
import { blobOf, bytesOf, encode, listOf, sha256, struct, u32, u64, type ValueOf } from '#base'
import {
  type Committee,
  committeeOf,
  covers,
  halves,
  type Prefix,
  prefixLayout,
  supplyLimit,
  wholeTree,
} from '#ledger'
import { CharterInvalid } from './errors.js'

/** What the protocol runs by. Times in milliseconds, spans in pulses. */
export const rulesLayout = struct({
  /** between two pulses */
  pulseMillis: u32,
  /** a leader's time before its view is skipped; grows by half with each skip in a row */
  viewMillis: u32,
  /** and never exceeds this */
  mostViewMillis: u32,
  /** between two blocks of a branch, at least */
  blockMillis: u32,
  /** pulses of an election cycle: branches split and merge at its end */
  cycle: u32,
  /** accounts above which a branch splits, and below which two halves merge */
  splitAbove: u32,
  mergeBelow: u32,
  /** entries of one block at most */
  mostEntries: u32,
  /** blocks that a branch finalizes ahead of the root; then it accepts nothing (spec OL-1, G) */
  mostAhead: u32,
  /** pulses after which what was debited counts as settled */
  publicity: u32,
  /** amount that may be debited and not settled in one branch (spec OL-1, E: cover) */
  cover: u64,
  /** neighbours among the members that hold a copy of a group's page (1, 3, 7 … 255; 0: none) */
  copies: u32,
})
export type Rules = ValueOf<typeof rulesLayout>

/** The values of spec OL-1, A. */
export const usualRules: Rules = {
  pulseMillis: 1000,
  viewMillis: 250,
  mostViewMillis: 2000,
  blockMillis: 50,
  cycle: 1800,
  splitAbove: 65_536,
  mergeBelow: 16_384,
  mostEntries: 4096,
  mostAhead: 30,
  publicity: 86_400,
  cover: supplyLimit,
  copies: 3,
}

const keyList = (most: number) => listOf(bytesOf(32), most)

export const seatsLayout = struct({
  prefix: prefixLayout,
  /** public keys, in the order of seats */
  committee: keyList(64),
  /** who holds the branch's pages, closed, beside the committee */
  keepers: keyList(64),
})
export type Seats = ValueOf<typeof seatsLayout>

export const charterLayout = struct({
  org: bytesOf(20),
  orgKey: bytesOf(32),
  /** UTF-8 */
  name: blobOf(256),
  supply: u64,
  /** public key of the account that holds what is not yet given out, and takes fees */
  treasury: bytesOf(32),
  supervisors: keyList(64),
  rules: rulesLayout,
  root: keyList(64),
  /** seats of every branch that may come to be */
  seats: listOf(seatsLayout, 1024),
  /** the branches that are there at the beginning */
  branches: listOf(prefixLayout, 1024),
})
export type Charter = ValueOf<typeof charterLayout>

export const charterHash = (charter: Charter): Uint8Array => sha256(encode(charterLayout, charter))

/** Keepers that must have marked a header's data before the root takes it: more than half. */
export const marksNeeded = (keepers: number): number =>
  keepers === 0 ? 0 : Math.floor(keepers / 2) + 1

/** A charter with its lookups. */
export interface Seating {
  readonly charter: Charter
  readonly root: Committee
  /** the committee of a branch; undefined where the charter names none */
  committee(prefix: Prefix): Committee | undefined
  /** public keys of a branch's keepers */
  keepers(prefix: Prefix): readonly Uint8Array[]
}

/** @throws CharterInvalid where the charter does not add up */
export function seatingOf(charter: Charter): Seating {
  checkCharter(charter)
  const seats = new Map(charter.seats.map((entry) => [entry.prefix, entry]))
  const committees = new Map(
    charter.seats.map(({ prefix, committee }) => [prefix, committeeOf(committee)]),
  )
  return {
    charter,
    root: committeeOf(charter.root),
    committee: (prefix) => committees.get(prefix),
    keepers: (prefix) => seats.get(prefix)?.keepers ?? [],
  }
}

function checkCharter({ supply, seats, branches, root, rules }: Charter): void {
  if (supply === 0n || supply >= supplyLimit) {
    throw new CharterInvalid(`a supply of ${supply} is not between 1 and ${supplyLimit - 1n}`)
  }
  if (root.length === 0) throw new CharterInvalid('the root has no bookkeeper')
  const named = new Set(seats.map(({ prefix }) => prefix))
  if (named.size !== seats.length) throw new CharterInvalid('a branch has its seats twice')
  const empty = seats.find(({ committee }) => committee.length === 0)
  if (empty !== undefined) throw new CharterInvalid(`branch "${empty.prefix}" has no bookkeeper`)
  const seatless = branches.find((prefix) => !named.has(prefix))
  if (seatless !== undefined) throw new CharterInvalid(`branch "${seatless}" has no seats`)
  if (!isWhole(branches)) throw new CharterInvalid('the branches overlap or leave a gap')
  if (rules.mergeBelow * 2 > rules.splitAbove) {
    throw new CharterInvalid('branches would merge and split in turn')
  }
}

/** Whether branches cover every id exactly once. */
export function isWhole(branches: readonly Prefix[]): boolean {
  const set = new Set(branches)
  let used = 0
  const descend = (prefix: Prefix): boolean => {
    if (set.has(prefix)) {
      used++
      return true
    }
    if (!branches.some((branch) => branch.startsWith(prefix))) return false
    return halves(prefix).every(descend)
  }
  return set.size === branches.length && descend(wholeTree) && used === branches.length
}

/** The branch that an account is in. @throws CharterInvalid where there is none */
export function branchOf(branches: readonly Prefix[], id: Uint8Array): Prefix {
  const found = branches.find((prefix) => covers(prefix, id))
  if (found === undefined) throw new CharterInvalid('the branches leave a gap')
  return found
}

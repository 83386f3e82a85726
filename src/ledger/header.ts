/**
 * Headers and certificates (spec OL-1, C). A branch makes one header a block, and so does the root;
 * both use one struct. `view` counts the attempts of a committee since the branch began: no honest
 * bookkeeper signs two headers, or a header and its abandonment for good, in one view.
 */
import {
  bytesOf,
  concat,
  encode,
  listOf,
  sha256,
  struct,
  u16,
  u32,
  u64,
  u8,
  type ValueOf,
} from '#base'
import type { Signatures } from '#identity'
import type { Digest } from './synopsis.js'
import { prefixLayout } from './prefix.js'

export const headerLayout = struct({
  /** 1: a branch's block; 2: a branch's closing block; 3: a branch's opening; 4: the root's */
  form: u8,
  org: bytesOf(20),
  prefix: prefixLayout,
  cycle: u32,
  height: u64,
  view: u64,
  /** the newest pulse that the block's maker had seen; of the root, the pulse itself */
  pulseSeen: u64,
  /** leader's clock, milliseconds since 1970; never decides validity */
  time: u64,
  prev: bytesOf(32),
  stateRoot: bytesOf(32),
  total: u64,
  bondSum: u64,
  count: u32,
  /** all that owners of this branch ever paid out, fees included */
  cumDebit: u64,
  /** all that ever left for other branches */
  cumOut: u64,
  /** all that ever came from other branches */
  cumIn: u64,
  /** a branch: of the entries of its batch; the root: of its table */
  bodyRoot: bytesOf(32),
  outboxRoot: bytesOf(32),
  outboxSize: u64,
  channelRoot: bytesOf(32),
  cursorRoot: bytesOf(32),
  /** hash of what keepers hold for this block */
  dataRoot: bytesOf(32),
  tallyRoot: bytesOf(32),
  evidenceRoot: bytesOf(32),
  committee: bytesOf(32),
  nextCommittee: bytesOf(32),
})
export type Header = ValueOf<typeof headerLayout>

export const forms = { block: 1, closing: 2, opening: 3, root: 4 } as const

/** 32 zero bytes: the root of nothing. */
export const noRoot: Digest = new Uint8Array(32)

const hashes = new WeakMap<Header, Digest>()

/** What names a header; worked out once for each object. */
export function headerHash(header: Header): Digest {
  const known = hashes.get(header)
  if (known !== undefined) return known
  const hash = sha256(encode(headerLayout, header))
  hashes.set(header, hash)
  return hash
}

/** Committees stand on two levels: the root's, and each branch's below it. */
export const levels = { root: 0, branch: 1 } as const
export type Level = (typeof levels)[keyof typeof levels]

/** What a bookkeeper's vote says. */
export const votes = { notarize: 1, skip: 2, finalize: 3 } as const
export type VoteKind = (typeof votes)[keyof typeof votes]

/** What a vote is a signature over; `hash` is zero for a vote to skip the view. */
export const voteBodyLayout = struct({
  org: bytesOf(20),
  level: u8,
  prefix: prefixLayout,
  cycle: u32,
  kind: u8,
  view: u64,
  hash: bytesOf(32),
})
export type VoteBody = ValueOf<typeof voteBodyLayout>

/** The votes of a quorum of a committee, on one thing. */
export const certificateLayout = struct({
  body: voteBodyLayout,
  /** seats, ascending, each with its signature */
  signers: listOf(struct({ seat: u16, signature: bytesOf(64) }), 64),
})
export type Certificate = ValueOf<typeof certificateLayout>

/** The bookkeepers of a branch, in the order of their seats. */
export interface Committee {
  /** public keys of 32 bytes */
  readonly members: readonly Uint8Array[]
  readonly hash: Digest
}

/** Signatures that decide for n bookkeepers: 2f + 1 of 3f + 1; all of fewer than four. */
export const quorum = (members: number): number => members - Math.floor((members - 1) / 3)

/** The committee of these public keys. */
export const committeeOf = (members: readonly Uint8Array[]): Committee => ({
  members,
  hash: sha256(concat(...members)),
})

/** Whether a quorum of the committee signed this, each seat once. */
export function isCertified(
  { body, signers }: Certificate,
  committee: Committee,
  { verify }: Pick<Signatures, 'verify'>,
): boolean {
  if (signers.length < quorum(committee.members.length)) return false
  const signed = encode(voteBodyLayout, body)
  let last = -1
  for (const { seat, signature } of signers) {
    if (seat <= last || seat >= committee.members.length) return false
    if (!verify(committee.members[seat], 'leither/ledger/vote/1', signed, signature)) return false
    last = seat
  }
  return true
}

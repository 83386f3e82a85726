/**
 * What a holder shows to anybody who knows the organization's key: the face and the layouts
 * (spec OL-1, P; paper 6.6). A proof is checked without a network, by pure code that runs in a
 * browser as well.
 */
import { blobOf, bytesOf, listOf, oneOf, struct, u32, u64, u8, type ValueOf } from '#base'
import { certificateLayout, headerLayout } from '../header.js'
import { listProofLayout } from '../merkle-list.js'
import { channelLayout } from '../receipt.js'
import { prefixLayout } from '../prefix.js'
import { tableEntryLayout } from '../table.js'
import { coldLayout } from '../account.js'
import { entryLayout } from '../batch.js'

export const sumsLayout = struct({ total: u64, bond: u64, count: u32 })

export const pathStepLayout = oneOf({
  inner: struct({ bit: u8, side: u8, sibling: bytesOf(32) }),
  group: struct({ sums: sumsLayout }),
  upper: struct({ bit: u8, side: u8, sibling: bytesOf(32), siblingSums: sumsLayout }),
})

/** A finalized pulse: the root's header and the votes that finalized it. */
export const sealedPulseLayout = struct({ header: headerLayout, certificate: certificateLayout })
export type SealedPulse = ValueOf<typeof sealedPulseLayout>

/** From a leaf or a group to the pulse's `stateRoot`, through the tree above the branches. */
const pathLayout = listOf(pathStepLayout, 256)

export const proofLayout = oneOf({
  /** an account is there; `cold` says whether its closed part is opened as well */
  inclusion: struct({
    pulse: sealedPulseLayout,
    id: bytesOf(20),
    amount: u64,
    changed: u64,
    /** none: `coldHash` stands for it; one: opened */
    cold: listOf(coldLayout, 1),
    coldHash: bytesOf(32),
    path: pathLayout,
  }),
  /** an account is not there: where it would be stands another one, or nothing */
  absence: struct({
    pulse: sealedPulseLayout,
    id: bytesOf(20),
    /** none in an empty branch, whose prefix then ends the path */
    other: listOf(struct({ id: bytesOf(20), amount: u64, changed: u64, coldHash: bytesOf(32) }), 1),
    emptyPrefix: prefixLayout,
    path: pathLayout,
  }),
  /** what a group holds together; the path begins with the group's step */
  groupSum: struct({
    pulse: sealedPulseLayout,
    /** some id that lies in the group: the path must follow its bits */
    id: bytesOf(20),
    groupRoot: bytesOf(32),
    path: pathLayout,
  }),
  /**
   * a transfer was debited at a pulse and, where it went to another branch, credited at a later
   * one: the destination's cursor has passed the receipt
   */
  transfer: struct({
    /** layout of transferBodyLayout */
    body: blobOf(512),
    debitPulse: sealedPulseLayout,
    debitEntry: tableEntryLayout,
    debitEntryProof: listProofLayout,
    /** headers from the one with the transfer to the one in the table, by `prev` */
    debitHeaders: listOf(headerLayout, 32),
    entry: entryLayout,
    entryProof: listProofLayout,
    /** none where both accounts are of one branch */
    credit: listOf(
      struct({
        pulse: sealedPulseLayout,
        tableEntry: tableEntryLayout,
        tableEntryProof: listProofLayout,
        header: headerLayout,
        cursor: channelLayout,
        cursorProof: listProofLayout,
      }),
      1,
    ),
  }),
})
export type Proof = ValueOf<typeof proofLayout>
export type ProofKind = Proof['kind']

/** What the checker of a proof knows beforehand. */
export interface TrustedOrganization {
  /** 20 bytes */
  readonly org: Uint8Array
  /** whether these are the root's bookkeepers in a cycle: hash of the committee -> its members */
  committee(hash: Uint8Array): readonly Uint8Array[] | undefined
  /** let pass what fewer than four bookkeepers signed; otherwise it is refused */
  readonly acceptsUnreplicated: boolean
}

/** What a proof has shown. */
export interface Shown {
  readonly kind: ProofKind
  readonly pulse: bigint
  /** bookkeepers that signed, of how many */
  readonly signers: number
  readonly members: number
  /** one sentence for people */
  readonly text: string
}

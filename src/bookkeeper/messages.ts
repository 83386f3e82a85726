/**
 * What bookkeepers say to each other (spec OL-1, D). The wire says who a message is from; what
 * lasts is signed besides.
 */
import { blobOf, bytesOf, decode, encode, listOf, oneOf, struct, u16, u32, u64, u8 } from '#base'
import {
  certificateLayout,
  channelLayout,
  headerLayout,
  importLayout,
  orderLayout,
  prefixLayout,
  sealedPulseLayout,
  tableLayout,
  transferLayout,
  voteBodyLayout,
} from '#ledger'
import type { ValueOf } from '#base'

/** Bytes of a block's body at most. */
export const bodyLimit = 16 * 1024 * 1024
/** Bytes of all accounts of a branch at most. */
export const stateLimit = 256 * 1024 * 1024

/** A header with what it commits to by `bodyRoot`: a branch's batch or the root's table. */
export const blockLayout = struct({ header: headerLayout, body: blobOf(bodyLimit) })
export type Block = ValueOf<typeof blockLayout>

/** A finalized block. */
export const sealedBlockLayout = struct({ block: blockLayout, certificate: certificateLayout })
export type SealedBlock = ValueOf<typeof sealedBlockLayout>

/** A keeper's word that it has a block's data on its disk. */
export const markLayout = struct({ keeper: u16, signature: bytesOf(64) })
export const markBodyLayout = struct({
  org: bytesOf(20),
  prefix: prefixLayout,
  height: u64,
  headerHash: bytesOf(32),
  dataRoot: bytesOf(32),
})

/** A branch's news for the root: every header since the last one in its table. */
export const reportLayout = struct({
  /** by `prev`; the first one's `prev` is the header in the root's table */
  headers: listOf(headerLayout, 64),
  /** finalizes the last one */
  certificate: certificateLayout,
  /** for the last one */
  marks: listOf(markLayout, 64),
  /** channels that the last one's channelRoot commits to, those that changed since */
  channels: listOf(channelLayout, 4096),
})
export type Report = ValueOf<typeof reportLayout>

/** Whom a message is for: one committee of the organization, or those around it. */
const committee = { level: u8, prefix: prefixLayout }

export const messageLayout = oneOf({
  // a client's, passed on among the bookkeepers of a branch
  submit: struct({ ...committee, transfer: transferLayout }),
  order: struct({ ...committee, order: orderLayout }),
  // consensus, on both levels
  proposal: struct({
    ...committee,
    block: blockLayout,
    /** notarizes the parent, and skips every view between the parent's and this one */
    justification: listOf(certificateLayout, 64),
    /** newest pulse, so that a follower can check what refers to it; none at the root */
    pulse: listOf(sealedPulseLayout, 1),
    signature: bytesOf(64),
  }),
  vote: struct({ ...committee, body: voteBodyLayout, seat: u16, signature: bytesOf(64) }),
  certificate: struct({ ...committee, certificate: certificateLayout }),
  /** how far its sender is, said once in a while: who is behind asks */
  status: struct({ ...committee, view: u64, height: u64, pulse: u64, token: u64 }),
  fetch: struct({ ...committee, fromHeight: u64, most: u16 }),
  blocks: struct({ ...committee, blocks: listOf(sealedBlockLayout, 256) }),
  /** a block of a view that its certificate, but not its content, has reached */
  fetchBlock: struct({ ...committee, hash: bytesOf(32) }),
  block: struct({ ...committee, block: blockLayout }),
  /** after a restart: what do you know of my votes? see simplex/ */
  recall: struct({ ...committee, nonce: u64 }),
  recalled: struct({
    ...committee,
    nonce: u64,
    /** newest view in which the asker was seen to vote, and the sender's own */
    theirView: u64,
    view: u64,
    height: u64,
  }),
  // between a branch and the root
  report: struct({ ...committee, report: reportLayout }),
  pulse: struct({ ...committee, pulse: sealedPulseLayout, table: tableLayout }),
  fetchPulse: struct({ ...committee, pulse: u64 }),
  // between branches
  receipts: struct({ ...committee, import: importLayout }),
  /** the branch `by`, the sender's, has taken the channel's receipts up to this one, in a pulse */
  taken: struct({ ...committee, channel: channelLayout, by: prefixLayout }),
  fetchReceipts: struct({
    ...committee,
    source: prefixLayout,
    destination: prefixLayout,
    after: u64,
  }),
  // between a branch and its keepers, and for recovery
  keep: struct({ ...committee, header: headerLayout, data: blobOf(bodyLimit) }),
  mark: struct({ ...committee, headerHash: bytesOf(32), mark: markLayout }),
  /** the whole state at the newest finalized block, from one bookkeeper to another */
  fetchState: struct({
    ...committee,
    /** the asker's branch, which the answer is addressed to: this one, or one that follows it */
    by: prefixLayout,
    nonce: u64,
  }),
  state: struct({
    ...committee,
    nonce: u64,
    header: headerLayout,
    certificate: certificateLayout,
    /** every account, ascending by id */
    accounts: blobOf(stateLimit),
    /** the rest (see BranchLedger.image) */
    image: blobOf(bodyLimit),
  }),
  /** what a keeper holds of a branch, closed, oldest first */
  fetchKept: struct({ ...committee, nonce: u64 }),
  kept: struct({
    ...committee,
    nonce: u64,
    kept: listOf(struct({ header: headerLayout, data: blobOf(bodyLimit) }), 4096),
  }),
  /** a group's page, closed, for a member that is its neighbour */
  copy: struct({ ...committee, group: prefixLayout, pulse: u64, page: blobOf(bodyLimit) }),
  fetchCopies: struct({ ...committee, nonce: u64 }),
  copies: struct({
    ...committee,
    nonce: u64,
    /** with the bookkeeper that each came from (20 bytes of its name) */
    copies: listOf(
      struct({
        from: bytesOf(20),
        group: prefixLayout,
        pulse: u64,
        page: blobOf(bodyLimit),
      }),
      4096,
    ),
  }),
  // from members and clients
  ask: struct({ ...committee, id: bytesOf(32) }),
  answer: struct({
    ...committee,
    id: bytesOf(32),
    /** 0 unknown, 1 accepted, 2 debited, 3 committed, 4 refused */
    state: u8,
    pulse: u64,
    height: u64,
    code: u32,
  }),
})
export type Message = ValueOf<typeof messageLayout>
export type MessageKind = Message['kind']
/** The message of one kind. */
export type MessageOf<K extends MessageKind> = Extract<Message, { kind: K }>

export const encodeMessage = (message: Message): Uint8Array => encode(messageLayout, message)
/** @throws LayoutInvalid */
export const decodeMessage = (bytes: Uint8Array): Message => decode(messageLayout, bytes)

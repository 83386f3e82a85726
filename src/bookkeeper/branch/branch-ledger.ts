/**
 * The accounts of one branch under its blocks: the face (spec OL-1, D to F). It stands at one block
 * at a time: `apply` goes one block on, `takeBack` one back, so that consensus may try blocks that
 * never become final.
 */
import type {
  Account,
  AccountId,
  AccountTree,
  Channel,
  Header,
  Import,
  ListProof,
  Order,
  Prefix,
  Receipt,
  SealedPulse,
  Table,
  Transfer,
} from '#ledger'
import type { Block } from '../messages.js'

/** A finalized pulse with its table. */
export interface KnownPulse {
  readonly sealed: SealedPulse
  readonly table: Table
}

/** The finalized pulses that this node knows. */
export interface Pulses {
  readonly newest: KnownPulse
  at(pulse: bigint): KnownPulse | undefined
}

/** What a leader may put into a block. */
export interface Candidates {
  readonly imports: readonly Import[]
  readonly orders: readonly Order[]
  readonly transfers: readonly Transfer[]
}

/** Why something may not be in a block. */
export type RefusalCode =
  | 'ORG_OTHER'
  | 'SIGNATURE_INVALID'
  | 'ACCEPT_INVALID'
  | 'NONCE_USED'
  | 'NONCE_AHEAD'
  | 'AMOUNT_ZERO'
  | 'BALANCE_LOW'
  | 'EXPIRED'
  | 'PAYER_UNKNOWN'
  | 'PAYER_FROZEN'
  | 'PAYEE_UNKNOWN'
  | 'PAYEE_SELF'
  | 'COVER_EXCEEDED'
  | 'SUPERVISOR_UNKNOWN'
  | 'ORDER_STALE'
  | 'ACCOUNT_EXISTS'
  | 'BRANCH_OTHER'
  | 'ACCOUNT_UNKNOWN'
  | 'ORDER_INVALID'

export interface Refusal {
  /** of the transfer or order */
  readonly id: Uint8Array
  readonly code: RefusalCode
  /** NONCE_AHEAD and COVER_EXCEEDED may pass in a later block; the rest never will */
  readonly isFinal: boolean
}

/** What applying a block did. */
export interface Applied {
  /** whole accounts as they are after it */
  readonly changed: readonly Account[]
  /** receipts that the block sent out */
  readonly sent: readonly Receipt[]
  /** ids of its transfers and orders */
  readonly ids: readonly Uint8Array[]
  /** what keepers hold for it (see closed-data.ts); empty without a branch secret */
  readonly data: Uint8Array
}

/** Channels out of a branch whose accounts this one has taken over, for delivery. */
export interface Inherited {
  /** the branch's closing header, which commits to the channels */
  readonly header: Header
  readonly channels: readonly Channel[]
}

/** What the maker of a block chooses. */
export interface BlockFrame {
  readonly view: bigint
  /** milliseconds */
  readonly time: number
  readonly form: number
  /** a block is wanted even if nothing is in it: it makes what it stands on final */
  readonly mayBeEmpty?: boolean
}

export interface BranchLedger {
  readonly prefix: Prefix
  /** of the block that it stands at */
  readonly header: Header
  readonly tree: AccountTree
  account(id: AccountId): Account | undefined
  /**
   * A block on the one it stands at: as many of the candidates as the rules admit, in order. Stands
   * where it stood. undefined where nothing would be in it.
   */
  build(
    candidates: Candidates,
    frame: BlockFrame,
    pulses: Pulses,
  ): { readonly block: Block; readonly refused: readonly Refusal[] } | undefined
  /** What the last `build` refused, also where it made no block. */
  readonly refused: readonly Refusal[]
  /**
   * Executes a block on the one it stands at and stands at it.
   * @returns 'later' where a pulse that it refers to is not known here
   * @throws BlockInvalid where the block breaks a rule or its header says something else than came
   *   of it; then nothing has changed
   */
  apply(block: Block, pulses: Pulses): Applied | 'later'
  /** Back to the block before. @throws LedgerStuck where that is settled */
  takeBack(): void
  /** Blocks down to this height can no longer be taken back. */
  settle(height: bigint): void
  /** A pulse includes the header of this height: `importFor` proves from it or later ones. */
  included(height: bigint): void
  /**
   * Why a transfer would be refused now, signatures checked, or undefined. Who admits by it has its
   * signatures checked once: `build` and `apply` remember the checks.
   */
  screen(transfer: Transfer, pulses: Pulses): RefusalCode | undefined
  /** Closed data of the block it stands at, for keepers; undefined where it began there. */
  readonly data: Uint8Array | undefined
  /** Channels out of this branch, as they stand. */
  readonly channels: readonly Channel[]
  /** Channels into this branch, as far as they are taken. */
  readonly cursors: readonly Channel[]
  channelProof(destination: Prefix): { channel: Channel; proof: ListProof } | undefined
  cursorProof(
    source: Prefix,
    destination: Prefix,
  ): { channel: Channel; proof: ListProof } | undefined
  /** Receipts of a channel that are kept for delivery, after a sequence number, oldest first. */
  receiptsAfter(
    destination: Prefix,
    sequence: bigint,
    most: number,
    source?: Prefix,
  ): readonly Receipt[]
  /**
   * Forgets receipts up to this one: the destination has taken them in a pulse. @param source whose
   * channel, one of `inherited` or (left out) this branch
   */
  delivered(destination: Prefix, sequence: bigint, source?: Prefix): void
  /** How far a channel's receipts are forgotten: everybody related has taken them. */
  deliveredTo(channel: Channel): bigint
  /** Branches before this one that still have channels. */
  readonly inherited: readonly Inherited[]
  /**
   * What the destination needs to take a channel's next receipts, proven by a pulse: of this
   * branch or an inherited one. undefined where the pulse proves nothing after `after`, or its
   * header is too old to be known here.
   */
  importFor(
    known: KnownPulse,
    channel: { readonly source: Prefix; readonly destination: Prefix },
    after: bigint,
    most: number,
  ): Import | undefined
  /** All but the accounts, for the checkpoint row; `branchLedger({ image })` begins from it. */
  image(): Uint8Array
}

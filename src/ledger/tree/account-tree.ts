/**
 * The tree of one branch's accounts: the face. Its shape and root depend on nothing but the set of
 * accounts (spec OL-1, B): a compressed binary tree whose maximal subtrees with at most 256 leaves
 * are groups; sums from the groups' roots up.
 */
import type { Account, AccountId } from '../account.js'
import type { Sums } from '../amount.js'
import type { Prefix } from '../prefix.js'
import type { Digest } from '../synopsis.js'

/** Leaves of a group at most. */
export const groupLimit = 256

/** What `update` changed, to take it back. */
export interface Undo {
  /** accounts as they were; undefined where there was none */
  readonly before: readonly { readonly id: AccountId; readonly account: Account | undefined }[]
}

/**
 * One step up from a leaf. Inside a group only the sibling's hash; above, both sides' sums, so that
 * nobody can understate; between them the group's own sums.
 */
export type PathStep =
  | { readonly kind: 'inner'; readonly bit: number; readonly side: 0 | 1; readonly sibling: Digest }
  | { readonly kind: 'group'; readonly sums: Sums }
  | {
      readonly kind: 'upper'
      readonly bit: number
      /** where the path comes from: 0 left, 1 right */
      readonly side: 0 | 1
      readonly sibling: Digest
      readonly siblingSums: Sums
    }

/** The way from a leaf to the branch's root. */
export interface Path {
  /** the leaf that is reached by following the asked id's bits; undefined in an empty branch */
  readonly leaf: { id: AccountId; amount: bigint; pulse: bigint; coldHash: Digest } | undefined
  /** from the leaf up */
  readonly steps: readonly PathStep[]
}

/** A group: the accounts of one page. */
export interface Group {
  /** the fewest bits that only its ids begin with, at least the branch's; names the group */
  readonly prefix: Prefix
  /** ascending by id */
  readonly accounts: readonly Account[]
}

export interface AccountTree {
  readonly prefix: Prefix
  readonly sums: Sums
  get(id: AccountId): Account | undefined
  /**
   * Sets whole accounts, new ones or changed ones; the root follows when it is next asked for.
   * @returns what takes it back
   * @throws LedgerError ACCOUNT_INVALID where an id is outside of the branch, SUM_OVERFLOW; then
   *   nothing has changed
   */
  update(accounts: readonly Account[]): Undo
  /** Takes back the last update that is not yet taken back. */
  undo(undo: Undo): void
  /** The branch's synopsis, all dirty nodes hashed in batches. */
  root(): Digest
  /** The way to an id's leaf, or to the leaf that stands where it would be (proves its absence). */
  path(id: AccountId): Path
  /** Every group, ascending. */
  groups(): IterableIterator<Group>
  /** The group that following an id's bits leads to; undefined in an empty branch. */
  groupOf(id: AccountId): Group | undefined
}

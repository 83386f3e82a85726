/**
 * The time-space snapshot store: the face. Any account of a branch at any retained pulse; only what
 * changed is stored (spec OL-1, I; paper V). Works over the world's key-value door.
 */
import type { Account, AccountId } from '../account.js'
import type { Prefix } from '../prefix.js'
import type { Digest } from '../synopsis.js'
import type { AccountTree } from '../tree/account-tree.js'

/** What one pulse changed in one branch. */
export interface PulseChanges {
  readonly pulse: bigint
  /** whole accounts, as they are from this pulse on; each once */
  readonly accounts: readonly Account[]
  /** the branch's synopsis at this pulse */
  readonly stateRoot: Digest
}

/** How long which pulses can be read (spec OL-1, I: retention). */
export interface Retention {
  /** every pulse: so many of the newest */
  readonly every: number
  /** then one in `stride` for `span` pulses, and so on */
  readonly thinned: readonly { readonly stride: number; readonly span: number }[]
}

/** A row to write, `value` undefined to remove it. All rows of a step are written at once. */
export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

export interface Snapshots {
  readonly prefix: Prefix
  /** the newest pulse that has been noted; undefined in an empty store */
  readonly newest: bigint | undefined
  /**
   * The rows that note a pulse's changes. Pulses must ascend. The store answers for the pulse once
   * the rows are written; the caller writes them in one atomic batch with its own.
   * @param tree the branch at that pulse, for pages that are stored anew
   */
  note(changes: PulseChanges, tree: AccountTree): readonly Row[]
  /** An account as it was at a pulse; undefined where there was none. @throws PULSE_PURGED */
  read(id: AccountId, pulse: bigint): Promise<Account | undefined>
  /** The whole branch at a pulse, its root checked against the noted one. @throws PULSE_PURGED,
   *   PAGE_INVALID where what is stored does not hash to the noted root */
  restore(pulse: bigint): Promise<AccountTree>
  /** Rows that drop what `retention` no longer keeps, at most `most` of them. */
  purge(retention: Retention, most: number): Promise<readonly Row[]>
  /** Bytes of current pages, of older pages and changes, and of the cold table. */
  usage(): Promise<{ pages: number; history: number; cold: number }>
}

/**
 * The time-space snapshot store: the face. Any account of a branch at any retained pulse; only what
 * changed is stored (spec OL-1, I; paper V). Works over the world's key-value door.
 *
 * Kept are: the current page of every group (records of 36 bytes, and what changed since the page
 * was last written, at most 64 times), the cold table (every account as it is now), and the past:
 * an account as it was, stored when it is replaced. A version ends where the next one begins, so
 * nothing needs to list what became stale.
 */
import type { Account, AccountId } from '../account.js'
import type { Prefix } from '../prefix.js'
import type { Digest } from '../synopsis.js'
import type { AccountTree } from '../tree/account-tree.js'
import type { Retention } from './retention.js'

/** What one pulse changed in one branch. */
export interface PulseChanges {
  readonly pulse: bigint
  /** whole accounts, as they are from this pulse on; each once */
  readonly accounts: readonly Account[]
  /** the branch's synopsis at this pulse */
  readonly stateRoot: Digest
}

/** A row to write, `value` undefined to remove it. All rows of a step are written at once. */
export interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

export interface Snapshots {
  readonly prefix: Prefix
  /** the newest pulse whose rows are written; undefined in an empty store */
  readonly newest: bigint | undefined
  /**
   * The rows that note a pulse's changes. The store answers for the pulse once they are written;
   * the caller writes them in one atomic batch with its own, pulse after pulse. It need not wait
   * for that before it notes the next one. Where a write fails, the store must be opened anew.
   * @throws BadInput where pulses do not ascend, ACCOUNT_INVALID where an account is outside of the
   *   branch or comes twice, PAGE_INVALID where a stored account is damaged
   */
  note(changes: PulseChanges): readonly Row[]
  /**
   * An account as it was at a pulse; undefined where there was none. Above the newest pulse that
   * was noted: as it is now. @throws PULSE_PURGED, PAGE_INVALID, PAGE_MISSING
   */
  read(id: AccountId, pulse: bigint): Promise<Account | undefined>
  /** The whole branch at a pulse, its root checked against the noted one. @throws PULSE_PURGED,
   *   PAGE_MISSING, PAGE_INVALID where what is stored does not hash to the noted root */
  restore(pulse: bigint): Promise<AccountTree>
  /**
   * Rows that drop what `retention` no longer keeps, at most `most` of them (at least two); none
   * when nothing is left to drop. Each call goes on where the last one stopped; a whole pass reads
   * all that is kept of the past, so begin one per stride rather than one per pulse.
   */
  purge(retention: Retention, most: number): Promise<readonly Row[]>
  /** Bytes (keys and values): current pages; the past, recent changes and roots; the cold table. */
  usage(): Promise<{ pages: number; history: number; cold: number }>
}

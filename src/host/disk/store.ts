/**
 * The ordered store below the disk, as little of it as the disk needs: one batch at a time, reads
 * in place, cursors over a snapshot. `level.ts` makes the real one; tests make failing ones.
 */
import type { Change, Entry, ScanRange } from '#world'

/** Walks a snapshot taken when the cursor was made. */
export interface Cursor {
  /** The next entries, `most` of them or fewer; none at the end. */
  next(most: number): Promise<Entry[]>
  close(): Promise<void>
}

export interface Store {
  get(key: Uint8Array): Uint8Array | undefined
  /** All changes or none, in order. `durable`: resolves after the fsync. */
  commit(changes: readonly Change[], durable: boolean): Promise<void>
  cursor(range: ScanRange): Cursor
  /** Makes durable what was committed without `durable`. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type OpenStore = () => Promise<Store>

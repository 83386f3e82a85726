/** What a database unit is opened with, and what folding and comparing answer. */
import type { CID } from '#base'
import type { Blocks } from '#blocks'
import type { Clock, Random } from '#world'
import type { Overlay } from '../overlay.js'
import type { Database, KeyType } from './database.js'

export interface WorkingSources {
  readonly blocks: Pick<Blocks, 'getSync'>
  readonly overlay: Overlay
  /** root of the tree that the working copy is based on now, null for version 0 */
  readonly root: () => CID | null
  readonly clock: Clock
  readonly random: Random
  /** Called with names such as `hash:users` once a write is durable. */
  readonly onChange: (keys: readonly string[]) => void
}

/** The database of a working copy. */
export interface WorkingDatabase extends Database {
  /** Whether all writes are in the overlay, durable or not. */
  isIdle(): boolean
  /**
   * To be called when `root` was moved to other content (restore, a head taken from elsewhere), not
   * after a backup: open transactions, whose snapshot is gone, are over, and writes that are not in
   * the overlay yet are refused.
   */
  reset(): void
}

/** A tree after changes: its root, bytes of keys and values, number of entries. */
export interface Folded {
  readonly root: CID
  readonly size: number
  readonly count: number
}

/** A difference between two trees as people read it, one for each name. */
export interface DatabaseDifference {
  readonly type: KeyType
  readonly key: string
  /** of a hash field, a list index, a member; undefined where the whole key came or went */
  readonly field: string | undefined
  readonly change: 'added' | 'removed' | 'changed'
  /** such as `string:key` or `hash:key/field` */
  readonly path: string
}

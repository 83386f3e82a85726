/**
 * Writes on their way to the store: what reads see before the disk has them.
 *
 * Who only writes pays nothing here: changes are put under their keys when a read asks for the
 * first time, and sorted when a scan does.
 */
import { type Change, type KeyText, keyText, type ScanRange } from '#world'

export interface Pending {
  readonly text: KeyText
  readonly change: Change
}

export interface PendingTable {
  /** number of writes that wait */
  readonly size: number
  /** Takes the changes of a write. @param write number of the write, rising */
  add(changes: readonly Change[], write: number): void
  /** Lets go of the writes up to and including number `last`. */
  drop(last: number): void
  /** The latest change of a key that waits, undefined where none does. */
  get(key: Uint8Array): Change | undefined
  /** The changes of a range now, in its order. */
  within(range: ScanRange): Pending[]
}

interface Held extends Pending {
  readonly write: number
}

interface Batch {
  readonly write: number
  readonly changes: readonly Change[]
  /** its keys, once its changes are in the table */
  keys?: readonly KeyText[]
}

export function pendingTable(): PendingTable {
  const table = new Map<KeyText, Held>()
  /** oldest first; those in the table before those that are not */
  let batches: Batch[] = []
  let inTable = 0

  const index = (): void => {
    for (; inTable < batches.length; inTable++) {
      const batch = batches[inTable]
      batch.keys = batch.changes.map((change) => {
        const text = keyText(change.key)
        table.set(text, { text, change, write: batch.write })
        return text
      })
    }
  }
  return {
    get size() {
      return batches.length
    },
    add(changes, write) {
      batches.push({ changes, write })
    },
    drop(last) {
      let count = 0
      while (count < batches.length && batches[count].write <= last) count++
      for (const { keys = [] } of batches.slice(0, count)) {
        for (const text of keys)
          if ((table.get(text)?.write ?? Infinity) <= last) table.delete(text)
      }
      batches = batches.slice(count)
      inTable = Math.max(0, inTable - count)
    },
    get(key) {
      index()
      return table.get(keyText(key))?.change
    },
    within(range) {
      index()
      return table.size === 0 ? [] : select(table.values(), range)
    },
  }
}

function select(held: Iterable<Held>, range: ScanRange): Pending[] {
  const from = range.from === undefined ? undefined : keyText(range.from)
  const to = range.to === undefined ? undefined : keyText(range.to)
  const chosen: Held[] = []
  for (const one of held) {
    if (from !== undefined && one.text < from) continue
    if (to !== undefined && one.text >= to) continue
    chosen.push(one)
  }
  const up = range.reverse === true ? -1 : 1
  return chosen.sort((a, b) => (a.text < b.text ? -up : up))
}

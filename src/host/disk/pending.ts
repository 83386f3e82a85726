/**
 * Changes on their way to the store: what reads see before the disk has it.
 *
 * Nothing is sorted until a scan asks.
 */
import { type Change, type KeyText, keyText, type ScanRange } from '#world'

export interface Pending {
  readonly text: KeyText
  readonly change: Change
}

interface Held extends Pending {
  /** number of the write that it came with */
  readonly write: number
}

export interface PendingTable {
  readonly size: number
  /** The latest change of a key that waits, undefined where none does. */
  get(key: Uint8Array): Change | undefined
  /** Takes the changes of a write. @returns their keys, for `drop` */
  add(changes: readonly Change[], write: number): KeyText[]
  /** Lets go of keys whose latest change came with write number `last` or before. */
  drop(keys: readonly KeyText[], last: number): void
  clear(): void
  /** The changes of a range now, in its order. */
  within(range: ScanRange): Pending[]
}

export function pendingTable(): PendingTable {
  const table = new Map<KeyText, Held>()
  const put = (change: Change, write: number): KeyText => {
    const text = keyText(change.key)
    table.set(text, { text, change, write })
    return text
  }
  return {
    get size() {
      return table.size
    },
    get: (key) => table.get(keyText(key))?.change,
    add: (changes, write) => changes.map((change) => put(change, write)),
    drop(keys, last) {
      for (const text of keys) {
        const held = table.get(text)
        if (held !== undefined && held.write <= last) table.delete(text)
      }
    },
    clear: () => table.clear(),
    within: (range) => (table.size === 0 ? [] : select(table.values(), range)),
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

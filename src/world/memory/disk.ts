import type { Disk, Entry, ScanRange } from '../disk.js'
import { DiskClosed, DiskFull } from '../errors.js'
import { type KeyText, keyText } from '../key-text.js'
import { memoryFiles } from './files.js'

export interface MemoryDiskOptions {
  /** bytes it holds before it says that it is full */
  readonly capacity?: number
}

/** A Disk that forgets: for tests and simulators. */
export function memoryDisk(options: MemoryDiskOptions = {}): Disk {
  const capacity = options.capacity ?? Infinity
  const table = sortedTable()
  let closed = false
  let used = 0

  const check = (): void => {
    if (closed) throw new DiskClosed()
  }
  /** Takes room, or gives it back where negative. */
  const take = (bytes: number): void => {
    if (bytes > 0 && used + bytes > capacity) throw new DiskFull(Math.max(0, capacity - used))
    used += bytes
  }
  return {
    get(key) {
      check()
      return table.get(keyText(key))?.[1]
    },
    async write(changes) {
      check()
      const latest = new Map(changes.map((change) => [keyText(change.key), change]))
      let added = 0
      for (const [text, change] of latest) {
        const before = table.get(text)
        added += sizeOf(change) - (before === undefined ? 0 : before[0].length + before[1].length)
      }
      take(added)
      for (const [text, { key, value }] of latest) {
        if (value === undefined) table.delete(text)
        else table.set(text, [key, value])
      }
    },
    scan(range) {
      check()
      const entries = table.within(range)
      return (async function* () {
        for (const entry of entries) {
          check()
          yield entry
        }
      })()
    },
    files: memoryFiles(check, take),
    async flush() {
      check()
    },
    async usage() {
      check()
      return { usedBytes: used, freeBytes: capacity - used }
    },
    async close() {
      closed = true
    },
  }
}

const sizeOf = (change: { key: Uint8Array; value: Uint8Array | undefined }): number =>
  change.value === undefined ? 0 : change.key.length + change.value.length

/** A hash map of entries, and their keys in order as far as scans have asked for it. */
function sortedTable() {
  const entries = new Map<KeyText, Entry>()
  let sorted: KeyText[] = []
  let added: KeyText[] = []
  let removed = 0

  const sort = (): void => {
    if (added.length > 0) sorted = [...new Set([...sorted, ...added])].sort()
    if (removed > 0) sorted = sorted.filter((key) => entries.has(key))
    added = []
    removed = 0
  }
  /** Index of the first key at or above the text. */
  const indexOf = (text: KeyText): number => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle] < text) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    get: (key: KeyText) => entries.get(key),
    set(key: KeyText, entry: Entry): void {
      if (!entries.has(key)) added.push(key)
      entries.set(key, entry)
    },
    delete(key: KeyText): void {
      if (entries.delete(key)) removed++
    },
    /** The entries of a range now, in its order. */
    within({ from, to, reverse = false, limit = Infinity }: ScanRange): Entry[] {
      sort()
      const first = from === undefined ? 0 : indexOf(keyText(from))
      const end = to === undefined ? sorted.length : indexOf(keyText(to))
      const keys = reverse
        ? sorted.slice(Math.max(first, end - limit), Math.max(first, end)).reverse()
        : sorted.slice(first, Math.min(end, first + limit))
      return keys.flatMap((key) => {
        const entry = entries.get(key)
        return entry === undefined ? [] : [entry]
      })
    },
  }
}

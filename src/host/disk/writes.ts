/**
 * Group commit: all writes that wait go to the store as one batch, with one fsync.
 *
 * A write is in the pending table, so visible, from the moment it is given; its promise resolves
 * when the batch that holds it is in the store. A batch that fails takes its own changes out of the
 * table again and leaves those of later writes.
 */
import { type Change, DiskBusy, DiskFull, type Log, type WriteOptions } from '#world'
import { diskError } from './failure.js'
import type { PendingTable } from './pending.js'
import type { SteadyStore } from './steady.js'

/** One batch holds so many changes or bytes at most, unless a single write has more. */
const batchChanges = 8192
const batchBytes = 4 * 1024 * 1024
/** Opening LevelDB replays its log into a table: without room for that it would not open again. */
const openingBytes = 16 * 1024 * 1024
/** What a change costs in memory besides its bytes, roughly. */
const changeBytes = 64

export interface WriteLimits {
  /** bytes that may wait at a time */
  readonly pendingBytes: number
  /** bytes of the volume left free: writes are refused below, removals below a quarter of it */
  readonly reserveBytes: number
}

export interface Writes {
  /** See `KeyValue.write`. */
  write(changes: readonly Change[], options?: WriteOptions): Promise<void>
  /** Makes durable all that was given so far. */
  flush(): Promise<void>
}

export interface WriteParts {
  readonly store: SteadyStore
  readonly table: PendingTable
  /** bytes free on the volume now */
  readonly freeBytes: () => number
  readonly limits: WriteLimits
  readonly log: Log
}

interface Waiting {
  readonly number: number
  readonly changes: readonly Change[]
  readonly bytes: number
  readonly durable: boolean
  readonly done: () => void
  readonly refused: (error: Error) => void
}

export function groupedWrites(parts: WriteParts): Writes {
  const { store, table, freeBytes, limits, log } = parts
  let queue: Waiting[] = []
  let number = 0
  let pendingBytes = 0
  let draining = false
  /** Settles with the latest write, whether it was taken or refused. */
  let latest: Promise<unknown> = Promise.resolve()
  /** Whether changes may sit in a log that was not synced. */
  let unsynced = false
  /** Said once, not for every write that a full disk refuses. */
  let refusing = false

  const settle = (group: readonly Waiting[], error?: Error): void => {
    table.drop(group[group.length - 1].number)
    for (const { bytes, done, refused } of group) {
      pendingBytes -= bytes
      if (error === undefined) done()
      else refused(error)
    }
  }
  const commit = async (group: readonly Waiting[], free: number): Promise<void> => {
    const durable = group.some((write) => write.durable)
    const opening = store.state === 'sound' ? 0 : openingBytes
    const enough = free >= Math.max(needed(group, limits), opening)
    try {
      if (enough || store.state === 'gone') await store.ready()
      if (!enough) throw new DiskFull(free)
      await store.commit(changesOf(group), durable)
      if (!durable) unsynced = true
      if (refusing) log.info('takes writes again')
      refusing = false
      settle(group)
    } catch (error) {
      const shown = diskError('a write', error, freeBytes())
      if (!refusing) log.error('refuses writes', { code: shown.code, reason: shown.message })
      refusing = true
      settle(group, shown)
    }
  }
  const drain = async (): Promise<void> => {
    draining = true
    // Writes of the same turn join the first batch.
    await Promise.resolve()
    while (queue.length > 0) {
      const free = freeBytes()
      const group = nextGroup(queue, free < limits.reserveBytes)
      queue = queue.slice(group.length)
      await commit(group, free)
    }
    draining = false
  }
  const enqueue = (changes: readonly Change[], bytes: number, durable: boolean): Promise<void> =>
    new Promise((done, refused) => {
      table.add(changes, ++number)
      pendingBytes += bytes
      queue.push({ number, changes, bytes, durable, done, refused })
      if (!draining) void drain()
    })
  return {
    async flush() {
      await latest
      if (!unsynced) return
      unsynced = false
      try {
        await store.sync()
      } catch (error) {
        unsynced = true
        throw diskError('a flush', error, freeBytes())
      }
    },
    write(changes, options = {}) {
      if (changes.length === 0) return Promise.resolve()
      const bytes = sizeOf(changes)
      if (pendingBytes > 0 && pendingBytes + bytes > limits.pendingBytes) {
        const why = `${pendingBytes} bytes wait to be written`
        return Promise.reject(new DiskBusy(why, { pendingBytes }))
      }
      const written = enqueue(changes, bytes, options.durable ?? true)
      latest = written.catch(() => undefined)
      return written
    },
  }
}

/** The writes to commit next: one by one on a full disk, so that removals are not held up. */
function nextGroup(queue: readonly Waiting[], oneByOne: boolean): Waiting[] {
  let changes = 0
  let bytes = 0
  let count = 0
  while (count < queue.length) {
    const next = queue[count]
    changes += next.changes.length
    bytes += next.bytes
    if (count > 0 && (oneByOne || changes > batchChanges || bytes > batchBytes)) break
    count++
  }
  return queue.slice(0, count)
}

const changesOf = (group: readonly Waiting[]): readonly Change[] =>
  group.length === 1 ? group[0].changes : group.flatMap(({ changes }) => changes)

function sizeOf(changes: readonly Change[]): number {
  let bytes = 0
  for (const { key, value } of changes) bytes += key.length + (value?.length ?? 0) + changeBytes
  return bytes
}

/** Free bytes that a batch asks for: one that only removes may use up most of the reserve. */
function needed(group: readonly Waiting[], { reserveBytes }: WriteLimits): number {
  const removes = group.every(({ changes }) => changes.every(({ value }) => value === undefined))
  return removes ? reserveBytes / 4 : reserveBytes
}

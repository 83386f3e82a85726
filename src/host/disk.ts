/**
 * The real disk: LevelDB for keys, plain files for what is large, in one folder of one node.
 *
 *     <home>/store      keys and values
 *     <home>/files      files under their names
 *     <home>/unfinished files on their way
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Disk, DiskBusy, DiskClosed, type Entry, type Log, type ScanRange } from '#world'
import { codes, diskError } from './disk/failure.js'
import { openLevel } from './disk/level.js'
import { type PendingTable, pendingTable } from './disk/pending.js'
import { scanMerged } from './disk/scan.js'
import { freeBytesOf, sizeOfFolder } from './disk/space.js'
import { openedAgain, type SteadyStore, steadyStore } from './disk/steady.js'
import type { OpenStore } from './disk/store.js'
import { groupedWrites, type WriteLimits, type Writes } from './disk/writes.js'
import { type HomeFiles, openFiles } from './files.js'
import { syncFolder } from './files/folders.js'
import { roomOf } from './files/room.js'
import { silentLog } from './log.js'

export interface DiskOptions {
  /** folder of the node; made where there is none */
  readonly home: string
  readonly log?: Log
  /** bytes of writes that may wait for the disk (256 MiB) */
  readonly maxPendingBytes?: number
  /** bytes of the volume that writes leave free (64 MiB): LevelDB needs room to merge its tables */
  readonly reserveBytes?: number
  /** opens the store below; LevelDB in `<home>/store` unless a test brings its own */
  readonly openStore?: OpenStore
}

const mebibyte = 1024 * 1024

/**
 * Opens the disk of a home, repairing what a crash left.
 * @throws DiskLocked while another node has it, DiskFull, DiskFailed
 */
export async function openDisk(options: DiskOptions): Promise<Disk> {
  const { log = silentLog() } = options
  const home = resolve(options.home)
  const at = {
    home,
    store: join(home, 'store'),
    files: join(home, 'files'),
    unfinished: join(home, 'unfinished'),
  }
  const limits: WriteLimits = {
    pendingBytes: options.maxPendingBytes ?? 256 * mebibyte,
    reserveBytes: options.reserveBytes ?? 64 * mebibyte,
  }
  const freeBytes = (): number => freeBytesOf(home)
  try {
    for (const folder of Object.values(at)) await mkdir(folder, { recursive: true, mode: 0o700 })
    // A home that is new must outlast a power cut as its content does.
    for (const folder of [home, dirname(home)]) await syncFolder(folder)
    const store = await steadyStore(options.openStore ?? (() => openLevel(at.store, home)), log)
    try {
      const table = pendingTable()
      const writes = groupedWrites({ store, table, freeBytes, limits, log })
      const room = roomOf(freeBytes, limits.reserveBytes)
      // Only now: before the store was locked, unfinished files might be those of a running node.
      const files = await openFiles({ root: at.files, temporary: at.unfinished, room, log })
      return new HomeDisk({ store, table, writes, files, freeBytes, storeFolder: at.store })
    } catch (error) {
      await store.close()
      throw error
    }
  } catch (error) {
    throw diskError(`to open ${home}`, error, freeBytes())
  }
}

interface DiskParts {
  readonly store: SteadyStore
  readonly table: PendingTable
  readonly writes: Writes
  readonly files: HomeFiles
  readonly freeBytes: () => number
  readonly storeFolder: string
}

class HomeDisk implements Disk {
  readonly files: HomeFiles
  readonly #store: SteadyStore
  readonly #table: PendingTable
  readonly #parts: DiskParts
  #closing: Promise<void> | undefined

  constructor(parts: DiskParts) {
    this.files = parts.files
    this.#store = parts.store
    this.#table = parts.table
    this.#parts = parts
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#check()
    if (this.#table.size > 0) {
      const waiting = this.#table.get(key)
      if (waiting !== undefined) return waiting.value
    }
    try {
      return this.#store.get(key)
    } catch (error) {
      throw diskError('a read', error, this.#parts.freeBytes())
    }
  }

  async write(...call: Parameters<Disk['write']>): Promise<void> {
    this.#check()
    return this.#parts.writes.write(...call)
  }

  scan(range: ScanRange): AsyncIterableIterator<Entry> {
    this.#check()
    // Both snapshots are taken in one turn; a batch under way is in the first, maybe in both.
    const pending = this.#table.within(range)
    const limit = range.limit ?? Infinity
    const hidden = limit === Infinity ? {} : { limit: limit + pending.length }
    return scanMerged({
      cursor: this.#store.cursor({ ...range, ...hidden }),
      pending,
      reverse: range.reverse ?? false,
      limit,
      check: () => this.#check(),
      failure: (error) => this.#scanFailure(error),
    })
  }

  async flush(): Promise<void> {
    this.#check()
    await this.#parts.writes.flush()
  }

  async usage(): Promise<{ usedBytes: number; freeBytes: number }> {
    this.#check()
    const { files, storeFolder, freeBytes } = this.#parts
    const [inFiles, inStore] = await Promise.all([files.usedBytes(), sizeOfFolder(storeFolder)])
    return { usedBytes: inFiles + inStore, freeBytes: freeBytes() }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  #check(): void {
    if (this.#closing !== undefined) throw new DiskClosed()
  }

  #scanFailure(error: unknown): Error {
    if (this.#closing !== undefined) return new DiskClosed()
    // The store was closed under the scan, to be opened again.
    if (codes(error).some((code) => code.endsWith('_NOT_OPEN'))) return new DiskBusy(openedAgain)
    return diskError('a scan', error, this.#parts.freeBytes())
  }

  async #end(): Promise<void> {
    const { writes, files, store } = this.#parts
    try {
      await Promise.all([files.close(), writes.flush()])
    } finally {
      await store.close()
    }
  }
}

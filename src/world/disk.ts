/**
 * Disk: an ordered key-value store and a set of files, both crash-safe.
 *
 * A write is visible to every read as soon as `write` returns its promise, and on stable storage
 * (one fsync for all writes that wait) when the promise resolves. Nothing above may acknowledge
 * before that. Keys are ordered by byte value.
 */

/** One change of a batch: `value` undefined removes the key. */
export interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

export interface ScanRange {
  /** first key, inclusive */
  readonly from?: Uint8Array
  /** end, exclusive */
  readonly to?: Uint8Array
  readonly reverse?: boolean
  /** most entries to yield */
  readonly limit?: number
}

export type Entry = readonly [key: Uint8Array, value: Uint8Array]

export interface WriteOptions {
  /** false: acknowledged once in the log but before the fsync; survives a kill, not a power cut */
  readonly durable?: boolean
}

/** The key-value half. Arrays given and returned must not be changed afterwards by either side. */
export interface KeyValue {
  /** The value now, writes not yet durable included. @throws DiskClosed */
  get(key: Uint8Array): Uint8Array | undefined
  /**
   * All changes or none. Later changes of a batch win over earlier ones of the same key.
   * @throws DiskFull, DiskFailed, DiskBusy (too much waits already), DiskClosed: then nothing of
   *   the batch is there.
   */
  write(changes: readonly Change[], options?: WriteOptions): Promise<void>
  /** Entries as they were when the scan was called, in order. @throws DiskClosed */
  scan(range: ScanRange): AsyncIterableIterator<Entry>
}

/** The file half: whole immutable files under names such as `blocks/ab/bafk…`. */
export interface Files {
  /**
   * Writes a file under its name at once or not at all: temporary file, fsync, rename, fsync of the
   * folder. @returns its size in bytes @throws DiskFull
   */
  write(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<number>
  /** Many small files with one wait for the disk; durable when resolved. @throws DiskFull */
  writeAll(files: readonly { name: string; content: Uint8Array }[]): Promise<void>
  /** The whole content, undefined where there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Bytes `start` to `end` (exclusive) as a stream; the file must exist. @throws FileMissing */
  stream(name: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>
  /** Size in bytes, undefined where there is no such file. */
  size(name: string): Promise<number | undefined>
  remove(name: string): Promise<void>
  /** Names under a folder, recursively, in no order. */
  list(folder: string): AsyncIterableIterator<string>
}

export interface Disk extends KeyValue {
  readonly files: Files
  /** Waits until all that was written is durable. */
  flush(): Promise<void>
  /** Bytes in use by the store and bytes free on its volume. */
  usage(): Promise<{ usedBytes: number; freeBytes: number }>
  /** Makes the rest durable and closes; later calls throw DiskClosed. */
  close(): Promise<void>
}

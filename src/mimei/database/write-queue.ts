/**
 * Writes of one working copy on their way to its overlay, one batch at a time.
 *
 * A command is computed from what those before it wrote, durable or not. If a batch fails (a full
 * disk), whatever was computed since stands on sand, so it fails too: lengths and contents never
 * part. Commands that come while a batch is under way share the next one and its fsync.
 */
import { type Change, DiskBusy } from '#world'
import type { Overlay, OverlayEntry } from '../overlay.js'
import { type Layer, Patch } from './patch.js'

/** bytes of changes that may wait for a batch */
const mostBytes = 64 * 1024 * 1024
/** what a change costs in memory besides its bytes, roughly */
const changeBytes = 64

interface Waiting {
  readonly changes: readonly Change[]
  readonly bytes: number
  readonly done: () => void
  readonly refused: (error: unknown) => void
}

export class WriteQueue implements Layer {
  private queue: Waiting[] = []
  private bytes = 0
  private draining = false
  /** the first writes of the queue, by key; made when somebody reads */
  private patch = new Patch()
  private inPatch = 0

  constructor(private readonly overlay: Pick<Overlay, 'write'>) {}

  /**
   * Visible at once; durable (the overlay's write waits for the fsync) when resolved. @throws
   * DiskBusy
   */
  add(changes: readonly Change[]): Promise<void> {
    const bytes = sizeOf(changes)
    if (this.bytes > 0 && this.bytes + bytes > mostBytes) {
      const why = `${this.bytes} bytes of one unit wait to be written`
      return Promise.reject(new DiskBusy(why, { pendingBytes: this.bytes }))
    }
    this.bytes += bytes
    return new Promise((done, refused) => {
      this.queue.push({ changes, bytes, done, refused })
      if (!this.draining) void this.drain()
    })
  }

  get(key: Uint8Array): Uint8Array | null | undefined {
    return this.queue.length === 0 ? undefined : this.indexed().get(key)
  }

  list(from: Uint8Array, to: Uint8Array, reverse: boolean): OverlayEntry[] {
    return this.queue.length === 0 ? [] : this.indexed().list(from, to, reverse)
  }

  isEmpty(): boolean {
    return this.queue.length === 0
  }

  /** Refuses what waits: what it was computed from is gone. Nobody was told that it is durable. */
  clear(error: unknown): void {
    for (const { bytes, refused } of this.takeAll()) {
      this.bytes -= bytes
      refused(error)
    }
  }

  private indexed(): Patch {
    for (; this.inPatch < this.queue.length; this.inPatch++) {
      for (const { key, value } of this.queue[this.inPatch].changes) {
        this.patch.set(key, value ?? null)
      }
    }
    return this.patch
  }

  private takeAll(): Waiting[] {
    const taken = this.queue
    this.queue = []
    this.patch = new Patch()
    this.inPatch = 0
    return taken
  }

  private async drain(): Promise<void> {
    this.draining = true
    // Commands of the same turn join the first batch.
    await Promise.resolve()
    while (this.queue.length > 0) {
      const batch = this.takeAll()
      const changes = batch.length === 1 ? batch[0].changes : batch.flatMap((one) => one.changes)
      try {
        // In this turn the changes go from the queue to the overlay: no reader misses them.
        await this.overlay.write(changes)
        for (const { bytes, done } of batch) {
          this.bytes -= bytes
          done()
        }
      } catch (error) {
        for (const { bytes, refused } of [...batch, ...this.takeAll()]) {
          this.bytes -= bytes
          refused(error)
        }
      }
    }
    this.draining = false
  }
}

function sizeOf(changes: readonly Change[]): number {
  let bytes = 0
  for (const { key, value } of changes) bytes += key.length + (value?.length ?? 0) + changeBytes
  return bytes
}

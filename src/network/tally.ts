import type { SyncProgress } from './flow.js'

/** Counts what a sync has brought and tells whoever watches. */
export class Tally {
  blocks = 0
  bytes = 0
  readonly senders = new Set<string>()
  private known = 0

  constructor(private readonly onProgress?: (progress: SyncProgress) => void) {}

  /** More blocks are known to be missing. */
  found(count: number): void {
    this.known += count
  }

  stored(bytes: number): void {
    this.blocks++
    this.bytes += bytes
    this.tell()
  }

  /** Bytes of a block as seen so far; 64 KiB before the first. */
  get averageBytes(): number {
    return this.blocks === 0 ? 64 * 1024 : Math.max(1, this.bytes / this.blocks)
  }

  tell(): void {
    const left = this.known - this.blocks
    this.onProgress?.({
      doneBytes: this.bytes,
      // The sizes of blocks that are still away are not known: they count as an average one.
      totalBytes: Math.round(this.bytes + left * this.averageBytes),
      doneBlocks: this.blocks,
      totalBlocks: this.known,
      providers: this.senders.size,
    })
  }
}

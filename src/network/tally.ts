import { type CID, codecs } from '#base'
import type { SyncProgress } from './flow.js'

/** Sizes are alike among leaves and among nodes. */
class Mean {
  private count = 0
  private bytes = 0

  constructor(private readonly first: number) {}

  add(bytes: number): void {
    this.count++
    this.bytes += bytes
  }

  get value(): number {
    return this.count === 0 ? this.first : Math.max(1, this.bytes / this.count)
  }
}

/** Counts what a sync has brought and tells whoever watches. */
export class Tally {
  blocks = 0
  bytes = 0
  readonly senders = new Set<string>()
  private known = 0
  private readonly leaf = new Mean(256 * 1024)
  private readonly node = new Mean(4 * 1024)

  constructor(private readonly onProgress?: (progress: SyncProgress) => void) {}

  /** More blocks are known to be missing. */
  found(count: number): void {
    this.known += count
  }

  stored(cid: CID, bytes: number): void {
    this.blocks++
    this.bytes += bytes
    this.meanOf(cid).add(bytes)
    this.tell()
  }

  /** Bytes that a block will have, by those of its kind that have come. */
  guess(cid: CID): number {
    return this.meanOf(cid).value
  }

  tell(): void {
    const left = this.known - this.blocks
    const average = this.blocks === 0 ? this.leaf.value : this.bytes / this.blocks
    this.onProgress?.({
      doneBytes: this.bytes,
      // The sizes of blocks that are still away are not known: they count as an average one.
      totalBytes: Math.round(this.bytes + left * average),
      doneBlocks: this.blocks,
      totalBlocks: this.known,
      providers: this.senders.size,
    })
  }

  private meanOf(cid: CID): Mean {
    return cid.code === codecs.raw ? this.leaf : this.node
  }
}

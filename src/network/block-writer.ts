import type { Block, Blocks } from '#blocks'

export interface BlockWriterOptions {
  readonly blocks: Pick<Blocks, 'putMany'>
  /** the blocks are durable */
  readonly onStored: (blocks: readonly Block[]) => void
  readonly onFailed: (error: Error) => void
}

/** bytes of one write, and below which a further write does not start beside another */
const groupBytes = 8 * 1024 * 1024
const mostWrites = 4
/** bytes in memory before senders are held */
const mostBytes = 48 * 1024 * 1024

/** Writes blocks in groups: while one group waits for the disk, the next one gathers. */
export class BlockWriter {
  private readonly waiting: Block[] = []
  private waitingBytes = 0
  private heldBytes = 0
  private running = 0
  private readonly wakes: (() => void)[] = []

  constructor(private readonly options: BlockWriterOptions) {}

  /** Resolves when there is room for more. */
  async add(blocks: readonly Block[]): Promise<void> {
    for (const block of blocks) {
      this.waiting.push(block)
      this.waitingBytes += block.bytes.length
      this.heldBytes += block.bytes.length
    }
    this.pump()
    while (this.heldBytes > mostBytes) await this.change()
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.running > 0) await this.change()
  }

  private pump(): void {
    while (this.running < mostWrites && this.waiting.length > 0) {
      if (this.running > 0 && this.waitingBytes < groupBytes) return
      let bytes = 0
      let count = 0
      while (count < this.waiting.length && bytes < groupBytes) {
        bytes += this.waiting[count++].bytes.length
      }
      const group = this.waiting.splice(0, count)
      this.waitingBytes -= bytes
      this.running++
      void this.write(group).finally(() => {
        this.running--
        this.heldBytes -= bytes
        this.pump()
        for (const wake of this.wakes.splice(0)) wake()
      })
    }
  }

  private async write(group: readonly Block[]): Promise<void> {
    try {
      // Durable when it resolves: only then does a block count as here.
      await this.options.blocks.putMany(group)
      this.options.onStored(group)
    } catch (error) {
      this.options.onFailed(error as Error)
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wakes.push(resolve))
  }
}

import { matchesCid } from '#base'
import { type Block, BlockCorrupt, type Blocks } from '#blocks'

/** A block on its way to the disk, and who sent it. */
export interface Arrival<Sender> {
  readonly block: Block
  readonly sender: Sender
}

export interface BlockWriterOptions<Sender> {
  readonly blocks: Pick<Blocks, 'putMany'>
  /** the blocks are durable */
  readonly onStored: (arrivals: readonly Arrival<Sender>[]) => void
  /** the bytes are not what the CID says */
  readonly onCorrupt: (arrival: Arrival<Sender>) => void
  readonly onFailed: (error: Error) => void
}

/** bytes of one write, and below which a second write does not start beside a first */
const groupBytes = 8 * 1024 * 1024
const mostWrites = 2
/** bytes in memory before senders are held */
const mostBytes = 48 * 1024 * 1024

/** Writes blocks in groups: while one group waits for the disk, the next one gathers. */
export class BlockWriter<Sender> {
  private readonly waiting: Arrival<Sender>[] = []
  private waitingBytes = 0
  private heldBytes = 0
  private running = 0
  private readonly wakes: (() => void)[] = []

  constructor(private readonly options: BlockWriterOptions<Sender>) {}

  /** Resolves when there is room for more. */
  async add(arrivals: readonly Arrival<Sender>[]): Promise<void> {
    for (const arrival of arrivals) {
      const { length } = arrival.block.bytes
      this.waiting.push(arrival)
      this.waitingBytes += length
      this.heldBytes += length
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
        bytes += this.waiting[count++].block.bytes.length
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

  private async write(group: readonly Arrival<Sender>[]): Promise<void> {
    const { blocks, onStored, onCorrupt, onFailed } = this.options
    try {
      // Durable when it resolves: only then does a block count as here.
      await blocks.putMany(group.map(({ block }) => block))
      onStored(group)
    } catch (error) {
      if (!(error instanceof BlockCorrupt)) return onFailed(error as Error)
      const isGood = ({ block: { cid, bytes } }: Arrival<Sender>): boolean => matchesCid(cid, bytes)
      const good = group.filter(isGood)
      for (const arrival of group) if (!good.includes(arrival)) onCorrupt(arrival)
      if (good.length === group.length) return onFailed(error)
      if (good.length > 0) await this.write(good)
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wakes.push(resolve))
  }
}

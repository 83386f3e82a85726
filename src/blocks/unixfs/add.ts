import { type CID, codecs, limits } from '#base'
import { makeBlock } from '../block.js'
import type { Block, Blocks } from '../blocks.js'
import { FileTooLarge } from '../errors.js'
import { BalancedTree } from './balanced.js'

/** Bytes of a leaf, as in the profile `unixfs-v1-2025` that IPFS tools share. */
export const leafBytes = 1024 * 1024

/** A raw block of a file. */
export interface Leaf {
  readonly cid: CID
  readonly size: number
}

/** Bytes that go to the disk together, and how many such groups may wait for it. */
const groupBytes = 8 * 1024 * 1024
const groupsUnderWay = 2

export interface AddOptions {
  /** leaves that come before the content and are here already, as `leadingLeaves` finds them */
  readonly after?: readonly Leaf[]
  /** called with the bytes that are durable so far */
  readonly onProgress?: (bytes: number) => void
}

/**
 * Adds a file as UnixFS: raw leaves under a balanced tree, one raw block where it is small.
 * Hashing goes on while the disk writes. Durable when resolved; where it fails, the blocks put so
 * far go at the next collection.
 * @throws FileTooLarge, DiskFull, and whatever `content` throws
 */
export async function addFile(
  blocks: Pick<Blocks, 'putMany' | 'hold'>,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  options: AddOptions = {},
): Promise<{ cid: CID; size: number }> {
  const letGo = blocks.hold()
  const groups = new Groups(blocks, options.onProgress)
  try {
    const tree = new BalancedTree((block) => groups.add(block, 0))
    const { after = [] } = options
    for (const leaf of after) await tree.add({ ...leaf, treeBytes: leaf.size })
    for await (const bytes of leavesOf(content, after.length === 0)) {
      const leaf = makeBlock(codecs.raw, bytes)
      await groups.add(leaf, bytes.length)
      await tree.add({ cid: leaf.cid, size: bytes.length, treeBytes: bytes.length })
      if (tree.size > limits.fileBytes) throw new FileTooLarge()
    }
    const { cid, size } = await tree.root()
    // Every group is durable before anybody hears of the file.
    await groups.end()
    return { cid, size }
  } finally {
    await groups.settle()
    letGo()
  }
}

/** The content cut into leaves. @param atLeastOne whether empty content is one empty leaf */
async function* leavesOf(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  atLeastOne: boolean,
): AsyncIterableIterator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let at = 0; (at === 0 && atLeastOne) || at < content.length; at += leafBytes) {
      yield content.subarray(at, at + leafBytes)
    }
    return
  }
  let leaf = new Uint8Array(leafBytes)
  let filled = 0
  let any = !atLeastOne
  for await (const part of content) {
    for (let at = 0; at < part.length;) {
      const taken = Math.min(part.length - at, leafBytes - filled)
      leaf.set(part.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < leafBytes) continue
      yield leaf
      any = true
      leaf = new Uint8Array(leafBytes)
      filled = 0
    }
  }
  if (filled > 0 || !any) yield leaf.slice(0, filled)
}

/** Puts blocks in groups, a few of them under way at once. */
class Groups {
  readonly #underWay: Promise<void>[] = []
  #group: Block[] = []
  #size = 0
  #content = 0
  #durable = 0

  constructor(
    readonly blocks: Pick<Blocks, 'putMany'>,
    readonly onProgress: AddOptions['onProgress'],
  ) {}

  /** @param content bytes of the file that are in the block */
  async add(block: Block, content: number): Promise<void> {
    this.#group.push(block)
    this.#size += block.bytes.length
    this.#content += content
    if (this.#size < groupBytes) return
    this.#send()
    if (this.#underWay.length >= groupsUnderWay) await this.#underWay.shift()
  }

  async end(): Promise<void> {
    this.#send()
    await Promise.all(this.#underWay)
  }

  /** Waits until nothing is under way, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  #send(): void {
    if (this.#group.length === 0) return
    const content = this.#content
    const put = this.blocks.putMany(this.#group).then(() => {
      this.#durable += content
      this.onProgress?.(this.#durable)
    })
    // Seen where it is awaited; a failure meanwhile must not count as unhandled.
    put.catch(() => undefined)
    this.#underWay.push(put)
    this.#group = []
    this.#size = 0
    this.#content = 0
  }
}

/**
 * Changing a tree: from the first touched node on, entries are cut anew until the new boundaries
 * meet the old ones, at every level. What is not touched is neither read nor written.
 *
 * Every level is the same problem: a sorted sequence of entries, some changed, cut into nodes. The
 * nodes that come and go at one level are the changes of the level above.
 */
import { type CID, cidOf, codecs, compare, encodeCbor } from '#base'
import { type Block, type Blocks, makeBlock } from '#blocks'
import { nodesOf, type NodeCache } from './tree-cache.js'
import { holdsLink, seal } from './tree-cbor.js'
import { Chunk, childItem, encodeLink } from './tree-chunk.js'
import { LevelCursor } from './tree-cursor.js'
import { type TreeItem, TreeNode } from './tree-node.js'

/** A changed key with its value as CBOR, null where it is removed. */
export type TreeChange = readonly [key: Uint8Array, value: Uint8Array | null]

export interface TreeResult {
  readonly root: CID
  /** bytes of all keys and values */
  readonly size: number
  /** entries */
  readonly count: number
}

/** Values above this many bytes lie in blocks of their own. */
export const inlineBytes = 16 * 1024

/** New blocks are handed to the store whenever they are about this many bytes. */
const flushBytes = 1024 * 1024

const emptyLeaf = encodeCbor([0, [], [], []])

/** Root of the tree without entries. */
export const emptyRoot = cidOf(codecs.dagCbor, emptyLeaf)

/**
 * Applies changes to a tree; durable when resolved (the block store's `putMany` waits for the
 * disk). Costs time and blocks in proportion to the changes; the same entries give the same root in
 * whatever order and steps they came.
 * @param root of the tree to change, null for none
 * @param changes in ascending order of their keys, each key once
 */
export async function applyChanges(
  blocks: Pick<Blocks, 'getSync' | 'putMany'>,
  root: CID | null,
  changes: AsyncIterable<TreeChange> | Iterable<TreeChange>,
): Promise<TreeResult> {
  const edit = new TreeEdit(nodesOf(blocks), root)
  let last: Uint8Array | undefined
  let writing = Promise.resolve()
  for await (const [key, value] of changes) {
    if (last !== undefined && compare(last, key) >= 0) throw new RangeError('changes out of order')
    last = key
    edit.change(key, value)
    if (edit.pendingBytes < flushBytes) continue
    await writing
    // Cutting goes on while these are written; the next to be written wait for them.
    writing = blocks.putMany(edit.takeBlocks())
    writing.catch(() => undefined)
  }
  const ref = edit.finish()
  await Promise.all([writing, blocks.putMany(edit.takeBlocks())])
  return collapse(nodesOf(blocks), ref)
}

/** The root proper: a node with a single child is no root, its child is. */
function collapse(nodes: NodeCache, ref: CID): TreeResult {
  let node = nodes.load(ref)
  let root = ref
  while (node.level > 0 && node.length === 1) {
    root = node.link(0)
    node = nodes.child(node, 0)
  }
  return { root, size: node.totalSize, count: node.totalCount }
}

/** The node above a root, so that the level of the root is changed like any other. */
function nodeAbove(root: CID, node: TreeNode): TreeNode | undefined {
  if (node.length === 0) return undefined
  const chunk = new Chunk(node.level + 1)
  const { digest } = root.multihash
  chunk.add(node.lastKey, childItem(digest, node.totalCount, node.totalSize))
  return new TreeNode(chunk.close().bytes)
}

const nodeBlock = (bytes: Uint8Array): Block => makeBlock(codecs.dagCbor, bytes)

class TreeEdit {
  pendingBytes = 0
  private pending: Block[] = []
  /** a node with the old root as its only child */
  private readonly above: TreeNode | undefined
  private readonly levels: LevelEdit[] = []

  constructor(
    private readonly nodes: NodeCache,
    private readonly root: CID | null,
  ) {
    if (root !== null) this.above = nodeAbove(root, nodes.load(root))
  }

  change(key: Uint8Array, value: Uint8Array | null): void {
    this.level(0).push(key, value === null ? undefined : this.leafItem(key, value))
  }

  /** @returns the new root, which may have a single child */
  finish(): CID {
    for (let level = 0; level < this.levels.length; level++) {
      const only = this.levels[level].end()
      if (only !== undefined) return only === 'nothing' ? this.empty() : only
    }
    // No change reached the top: all of them said what was there already.
    return this.above === undefined ? this.empty() : this.above.link(0)
  }

  takeBlocks(): Block[] {
    const taken = this.pending
    this.pending = []
    this.pendingBytes = 0
    return taken
  }

  put(block: Block): CID {
    this.pending.push(block)
    this.pendingBytes += block.bytes.length
    return block.cid
  }

  level(level: number): LevelEdit {
    const top = this.above?.level ?? 1
    this.levels[level] ??= new LevelEdit(
      level,
      level >= top,
      this.above === undefined || level > top
        ? undefined
        : new LevelCursor(this.nodes, this.above, level),
      this,
    )
    return this.levels[level]
  }

  private empty(): CID {
    return this.root !== null && this.above === undefined
      ? this.root
      : this.put(nodeBlock(emptyLeaf))
  }

  private leafItem(key: Uint8Array, value: Uint8Array): TreeItem {
    const size = key.length + value.length
    const sealed = holdsLink(value)
    const kept = sealed ? seal(value) : value
    if (value.length <= inlineBytes) return { raw: kept, count: 1, size, apart: 0, sealed }
    const raw = encodeLink(this.put(nodeBlock(kept)).multihash.digest)
    return { raw, count: 1, size, apart: value.length, sealed }
  }
}

/** An old node whose entries were taken into the new cut; gone unless the cut makes it again. */
interface Replaced {
  readonly lastKey: Uint8Array
  readonly raw: Uint8Array
}

class LevelEdit {
  private readonly chunk: Chunk
  /** cutting anew: between a touched node and the next common boundary */
  private open = false
  private node: TreeNode | undefined
  private at = 0
  private replaced: Replaced[] = []
  private made = 0

  constructor(
    private readonly level: number,
    /** whether a single entry left here is the new root */
    private readonly top: boolean,
    private readonly old: LevelCursor | undefined,
    private readonly edit: TreeEdit,
  ) {
    this.chunk = new Chunk(level)
  }

  /** Sets or removes one entry; keys come in ascending order. */
  push(key: Uint8Array, item: TreeItem | undefined): void {
    while (this.open && !this.reaches(key)) this.goOn()
    if (!this.open) this.begin(key)
    const { node } = this
    if (node !== undefined) {
      const stop = node.lowerBound(key)
      this.copy(node, stop)
      if (node.hasKey(stop, key)) this.at = stop + 1
    }
    if (item !== undefined && this.chunk.add(key, item)) this.close()
  }

  /** @returns the root where this level has it, `'nothing'` where no entry is left at all */
  end(): CID | 'nothing' | undefined {
    while (this.open && this.node !== undefined) {
      if (this.old?.isLast === true) {
        this.copy(this.node, this.node.length)
        break
      }
      this.goOn()
    }
    if (this.top && this.made === 0 && this.chunk.length <= 1) {
      return this.chunk.length === 0 ? 'nothing' : new TreeNode(this.chunk.close().bytes).link(0)
    }
    if (this.chunk.length > 0) this.close()
    this.giveUpReplaced(undefined)
    return undefined
  }

  /** Whether a key belongs into the old node at hand. */
  private reaches(key: Uint8Array): boolean {
    if (this.node === undefined || this.old === undefined || this.old.isLast) return true
    return compare(key, this.node.lastKey) <= 0
  }

  private begin(key: Uint8Array): void {
    this.open = true
    if (this.old === undefined) return
    this.old.seek(key)
    this.enter(this.old)
  }

  private enter(old: LevelCursor): void {
    this.node = old.node
    this.at = 0
    const raw = old.rawOfNode
    if (raw !== undefined) this.replaced.push({ lastKey: this.node.lastKey, raw })
  }

  /** Takes the rest of the old node, and the next one unless the boundaries met. */
  private goOn(): void {
    if (this.node === undefined || this.old === undefined) return
    this.copy(this.node, this.node.length)
    if (this.chunk.length > 0) {
      this.old.next()
      this.enter(this.old)
      return
    }
    this.open = false
    this.giveUpReplaced(undefined)
  }

  private copy(node: TreeNode, stop: number): void {
    for (; this.at < stop; this.at++) if (this.chunk.copy(node, this.at)) this.close()
  }

  private close(): void {
    this.made++
    const { bytes, lastKey, count, size } = this.chunk.close()
    const block = nodeBlock(bytes)
    const item = childItem(block.cid.multihash.digest, count, size)
    this.giveUpReplaced(lastKey)
    const same = this.replaced[0]
    if (same !== undefined && compare(same.lastKey, lastKey) === 0) {
      this.replaced.shift()
      if (compare(same.raw, item.raw) === 0) return
    }
    this.edit.put(block)
    this.edit.level(this.level + 1).push(lastKey, item)
  }

  /** Tells the level above which old nodes below a key are no more. */
  private giveUpReplaced(below: Uint8Array | undefined): void {
    for (;;) {
      const old = this.replaced[0]
      if (old === undefined) return
      if (below !== undefined && compare(old.lastKey, below) >= 0) return
      this.replaced.shift()
      this.edit.level(this.level + 1).push(old.lastKey, undefined)
    }
  }
}

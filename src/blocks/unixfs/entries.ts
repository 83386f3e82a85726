/** Writing one directory: flat while its node is small, sharded above, whatever it was before. */
import type { CID } from '#base'
import type { Block, Blocks } from '../blocks.js'
import { type PbLink, byName, linkBytes, makePb, treeBytesOf } from '../dag-pb.js'
import { fieldBytes } from '../protobuf.js'
import { encodeData } from './data.js'
import { linksOf } from './directory.js'
import { type UnixfsNode, readNode } from './node.js'
import {
  NameHash,
  type Origin,
  type Shard,
  type Slot,
  decodeShard,
  defaultFanout,
  encodeShard,
  isShard,
} from './shard.js'

/** Bytes of a flat directory's node; a larger one is sharded, as IPFS tools do. */
export const flatBytes = 256 * 1024

type Reader = Pick<Blocks, 'get' | 'size'>

/** A directory that is being changed. */
export interface OldDirectory {
  readonly cid: CID
  readonly node: UnixfsNode
}

/** Name -> its new link, undefined where it goes. */
export type LinkChanges = ReadonlyMap<string, PbLink | undefined>

export interface Written {
  readonly cid: CID
  readonly treeBytes: number
  /** new blocks, children first; the last one is the directory's own */
  readonly made: readonly Block[]
}

/**
 * The directory after the changes. Of a sharded one only the nodes on the way to changed names are
 * read and made anew. The same entries give the same directory, whatever came before.
 */
export async function writeDirectory(
  blocks: Reader,
  old: OldDirectory | undefined,
  changes: LinkChanges,
): Promise<Written> {
  const { mode, mtime } = old?.node.unixfs ?? {}
  const origin: Origin = { mode, mtime }
  if (old === undefined || !isShard(old.node)) {
    const entries = applied(old?.node.links ?? [], changes)
    if (isSmall(entries.values(), origin)) return flat(entries, origin)
    const update = new ShardUpdate(blocks, defaultFanout)
    const { shard } = await update.apply(undefined, changesOf(entries), 0)
    return update.finish(shard, origin)
  }
  const shard = decodeShard(old.cid, old.node)
  const update = new ShardUpdate(blocks, shard.fanout)
  const root = await update.apply(shard, changesOf(changes), 0)
  // It was too large for one flat node before, so it can only fit now where it has shrunk.
  if (root.growth < 0 && !isSurelyLarge(blocks, root.shard)) {
    const entries = await smallEntries(blocks, old, changes, origin)
    if (entries !== undefined) return flat(entries, origin)
  }
  return update.finish(root.shard, origin)
}

function applied(links: Iterable<PbLink>, changes: LinkChanges): Map<string, PbLink> {
  const entries = new Map<string, PbLink>()
  for (const link of links) entries.set(link.name, link)
  for (const [name, link] of changes) {
    if (link === undefined) entries.delete(name)
    else entries.set(name, link)
  }
  return entries
}

function flat(entries: ReadonlyMap<string, PbLink>, origin: Origin): Written {
  const links = [...entries.values()].sort((a, b) => byName(a.name, b.name))
  const block = makePb({ data: flatData(origin), links })
  return { cid: block.cid, treeBytes: treeBytesOf(block.bytes, links), made: [block] }
}

/** The entries of a sharded directory after the changes; undefined where they need shards still. */
async function smallEntries(
  blocks: Reader,
  old: OldDirectory,
  changes: LinkChanges,
  origin: Origin,
): Promise<Map<string, PbLink> | undefined> {
  const entries = new Map<string, PbLink>()
  let size = dataBytes(origin)
  const take = (link: PbLink): boolean => {
    entries.set(link.name, link)
    size += linkBytes(link)
    return size <= flatBytes
  }
  for (const link of changes.values()) if (link !== undefined && !take(link)) return undefined
  for await (const link of linksOf(blocks, old.cid, old.node)) {
    if (!changes.has(link.name) && !take(link)) return undefined
  }
  return entries
}

/**
 * Whether the entries need shards beyond doubt, told from the sizes of stored nodes alone: an entry
 * takes a little more room in a shard than in a flat node, and a node some bytes of its own.
 */
function isSurelyLarge(blocks: Reader, { fanout, slots }: Shard): boolean {
  let size = 0
  for (const { isEntry, link } of slots.values()) {
    if (!isEntry) size += Math.max(0, 0.7 * (blocks.size(link.cid) ?? 0) - fanout / 8 - 64)
    if (size > flatBytes) return true
  }
  return false
}

function isSmall(links: Iterable<PbLink>, origin: Origin): boolean {
  let size = dataBytes(origin)
  for (const link of links) size += linkBytes(link)
  return size <= flatBytes
}

const flatData = (origin: Origin): Uint8Array => encodeData({ type: 'directory', ...origin })
const dataBytes = (origin: Origin): number => fieldBytes(flatData(origin).length)

interface NameChange {
  readonly name: string
  readonly hash: NameHash
  readonly link: PbLink | undefined
}

const changesOf = (changes: LinkChanges): NameChange[] =>
  Array.from(changes, ([name, link]) => ({ name, hash: new NameHash(name), link }))

interface UpdatedShard {
  readonly shard: Shard
  /** bytes that a flat node of all entries would grow by */
  readonly growth: number
}

/** Changes to a trie of shards; keeps the nodes that it makes. */
class ShardUpdate {
  readonly #made: Block[] = []

  constructor(
    readonly blocks: Reader,
    readonly fanout: number,
  ) {}

  /** @param shard undefined for an empty one */
  async apply(
    shard: Shard | undefined,
    changes: readonly NameChange[],
    depth: number,
  ): Promise<UpdatedShard> {
    const slots = new Map(shard?.slots)
    const groups = new Map<number, NameChange[]>()
    for (const change of changes) {
      const index = await change.hash.slot(depth, this.fanout)
      const group = groups.get(index)
      if (group === undefined) groups.set(index, [change])
      else group.push(change)
    }
    let growth = 0
    for (const [index, group] of groups) {
      const result = await this.#applyToSlot(slots.get(index), group, depth)
      growth += result.growth
      if (result.slot === undefined) slots.delete(index)
      else slots.set(index, result.slot)
    }
    return { shard: { fanout: this.fanout, slots }, growth }
  }

  /** Puts the first node over all. */
  finish(shard: Shard, origin: Origin): Written {
    const { cid, treeBytes } = this.#keep(shard, origin)
    return { cid, treeBytes, made: this.#made }
  }

  async #applyToSlot(
    slot: Slot | undefined,
    group: readonly NameChange[],
    depth: number,
  ): Promise<{ slot: Slot | undefined; growth: number }> {
    if (slot !== undefined && !slot.isEntry) {
      const { cid } = slot.link
      const below = decodeShard(cid, await readNode(this.blocks, cid))
      const updated = await this.apply(below, group, depth + 1)
      return { slot: this.#settle(updated.shard), growth: updated.growth }
    }
    let growth = 0
    const names = new Map<string, NameChange>()
    if (slot !== undefined) {
      const { link } = slot
      growth -= linkBytes(link)
      names.set(link.name, { name: link.name, hash: new NameHash(link.name), link })
    }
    for (const change of group) names.set(change.name, change)
    const kept = [...names.values()].filter(({ link }) => link !== undefined)
    for (const { link } of kept) if (link !== undefined) growth += linkBytes(link)
    const [first] = kept
    if (first?.link === undefined) return { slot: undefined, growth }
    if (kept.length === 1) return { slot: { isEntry: true, link: first.link }, growth }
    const made = await this.apply(undefined, kept, depth + 1)
    return { slot: this.#settle(made.shard), growth }
  }

  /** A node for a slot; one entry alone takes the slot itself. */
  #settle(shard: Shard): Slot | undefined {
    const [first] = shard.slots.values()
    if (first === undefined) return undefined
    if (shard.slots.size === 1 && first.isEntry) return first
    return { isEntry: false, link: { name: '', ...this.#keep(shard) } }
  }

  #keep(shard: Shard, origin?: Origin): { cid: CID; treeBytes: number } {
    const { block, links } = encodeShard(shard, origin)
    this.#made.push(block)
    return { cid: block.cid, treeBytes: treeBytesOf(block.bytes, links) }
  }
}

import { type CID, afterPrefix, codecs } from '#base'
import type { Blocks, CollectOptions, CollectReport } from '../blocks.js'
import { dagLinks } from '../dag.js'
import { BlockMalformed } from '../errors.js'
import {
  type DigestText,
  blockPrefix,
  digestOf,
  digestOfFile,
  digestOfKey,
  digestText,
  entrySize,
  fileFolder,
  readEntry,
} from './entry.js'
import type { BlockStore } from './store.js'

/** Blocks marked or removed between two pauses. */
const stepBlocks = 256

/**
 * Marks what the roots, pins, held DAGs and recent blocks reach, then finds the rest, then condemns
 * it all within one turn of the event loop, in which what was put or found meanwhile is marked too:
 * so nobody finds a block whose DAG is half gone. What is condemned is removed in small steps.
 */
export async function collect(
  store: BlockStore,
  pins: Blocks['pins'],
  held: () => Iterable<CID>,
  options: CollectOptions,
): Promise<CollectReport> {
  const touched: CID[] = []
  const stop = store.recent.watch((cid) => touched.push(cid))
  try {
    const marks = new Marks(store)
    for (const cid of [...store.recent.all(), ...held()]) touched.push(cid)
    for await (const { cid } of pins()) await marks.markSlowly(cid)
    for await (const root of options.roots) await marks.markSlowly(root)
    const { unmarked, count } = await findUnmarked(store, marks)
    for (let cid = touched.pop(); cid !== undefined; cid = touched.pop()) {
      await marks.markSlowly(cid)
    }
    // No await from here to the condemnation: nothing can be put or found in between.
    for (const cid of [...touched, ...held()]) marks.mark(cid)
    const dead = unmarked.filter(({ digest }) => !marks.has(digest) && !store.isPending(digest))
    if (options.dryRun !== true) await removeAll(store, dead)
    const strayBytes = await sweepFiles(store, options.dryRun === true)
    return {
      keptBlocks: count - dead.length,
      freedBlocks: dead.length,
      freedBytes: dead.reduce((sum, { size }) => sum + size, strayBytes),
    }
  } finally {
    stop()
  }
}

/** Digests of blocks that stay. */
class Marks {
  readonly #marked = new Set<DigestText>()
  /** tree nodes whose links are followed; the same bytes may be marked as a raw leaf as well */
  readonly #visited = new Set<string>()

  constructor(readonly store: BlockStore) {}

  has(digest: Uint8Array): boolean {
    return this.#marked.has(digestText(digest))
  }

  /** Marks the DAG under a CID, with pauses. */
  async markSlowly(root: CID): Promise<void> {
    const rest = [root]
    for (let visited = 1; rest.length > 0; visited++) {
      this.#visit(rest)
      if (visited % stepBlocks === 0) await pause(this.store)
    }
  }

  /** Marks the DAG under a CID at once: tree nodes can be read without waiting. */
  mark(root: CID): void {
    const rest = [root]
    while (rest.length > 0) this.#visit(rest)
  }

  /** Blocks that are not here lead nowhere: a sync may be half done. */
  #visit(rest: CID[]): void {
    const cid = rest.pop()
    if (cid === undefined) return
    const digest = heldDigest(cid)
    if (digest === undefined) return
    const text = digestText(digest)
    if (cid.code !== codecs.raw) {
      const node = `${cid.code} ${text}`
      if (this.#visited.has(node)) return
      if (this.store.placeOf(digest) === 'inline' || this.store.isPending(digest)) {
        for (const link of this.#links(cid)) rest.push(link)
      }
      this.#visited.add(node)
    }
    this.#marked.add(text)
  }

  #links(cid: CID): CID[] {
    try {
      return dagLinks(cid, this.store.getSync(cid))
    } catch (error) {
      if (error instanceof BlockMalformed) return []
      throw error
    }
  }
}

/** undefined for a CID that no block here can have. */
function heldDigest(cid: CID): Uint8Array | undefined {
  try {
    return digestOf(cid)
  } catch {
    return undefined
  }
}

/** Lets everything else that waits for the disk go first. */
async function pause({ disk }: BlockStore): Promise<void> {
  for await (const _ of disk.scan({ from: blockPrefix, limit: 1 })) return
}

interface Found {
  readonly digest: Uint8Array
  readonly size: number
  readonly isLeaf: boolean
}

async function findUnmarked(
  store: BlockStore,
  marks: Marks,
): Promise<{ unmarked: Found[]; count: number }> {
  const unmarked: Found[] = []
  let count = 0
  const range = { from: blockPrefix, to: afterPrefix(blockPrefix) }
  for await (const [key, value] of store.disk.scan(range)) {
    count++
    const digest = digestOfKey(key)
    if (marks.has(digest)) continue
    const entry = readEntry(value)
    // A copy of the digest, for the key may be a view of many entries.
    unmarked.push({
      digest: digest.slice(),
      size: entrySize(entry),
      isLeaf: entry.codec === codecs.raw,
    })
  }
  return { unmarked, count }
}

/** Tree nodes first: a crash may leave leaves without a tree, but no tree without leaves. */
async function removeAll(store: BlockStore, dead: readonly Found[]): Promise<void> {
  const nodes = dead.filter(({ isLeaf }) => !isLeaf)
  const ordered = [...nodes, ...dead.filter(({ isLeaf }) => isLeaf)].map(({ digest }) => digest)
  store.condemn(ordered)
  try {
    for (let at = 0; at < ordered.length; at += stepBlocks) {
      await store.remove(ordered.slice(at, at + stepBlocks))
    }
  } finally {
    store.acquit(ordered)
  }
}

/** Removes files without an entry, left by a crash between the two. @returns their bytes */
async function sweepFiles(store: BlockStore, dryRun: boolean): Promise<number> {
  const { files } = store.disk
  let bytes = 0
  for await (const name of files.list(fileFolder)) {
    const digest = digestOfFile(name)
    if (digest === undefined || store.placeOf(digest) === 'file') continue
    bytes += (await files.size(name)) ?? 0
    // Asked again: it may have been put while its size was looked up.
    if (!dryRun && store.placeOf(digest) !== 'file') await store.removeFiles([digest])
  }
  return bytes
}

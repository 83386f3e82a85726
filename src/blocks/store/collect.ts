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
 * Marks what the roots, pins, held DAGs and recent blocks reach, then sweeps the rest. A sweep
 * decides and removes within one turn of the event loop, after it has marked what was put or found
 * since the last one: so nobody can be told that a block is here which then goes.
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
    const sweep = new Sweep(store, options.dryRun === true, {
      async catchUp() {
        for (let cid = touched.pop(); cid !== undefined; cid = touched.pop()) {
          await marks.markSlowly(cid)
        }
      },
      isAlive(digest) {
        for (const cid of held()) marks.mark(cid)
        for (let cid = touched.pop(); cid !== undefined; cid = touched.pop()) marks.mark(cid)
        return marks.has(digest) || store.isPending(digest)
      },
    })
    await sweep.entries()
    await sweep.files()
    return sweep.report()
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
  await disk.scan({ from: blockPrefix, limit: 1 }).next()
}

interface Living {
  /** Marks what was put or found meanwhile, with pauses. */
  catchUp(): Promise<void>
  /** The last word on a block, without waiting. */
  isAlive(digest: Uint8Array): boolean
}

interface Found {
  /** a copy: the key it was read from goes */
  readonly digest: Uint8Array
  readonly size: number
}

class Sweep {
  #kept = 0
  #freed = 0
  #freedBytes = 0

  constructor(
    readonly store: BlockStore,
    readonly dryRun: boolean,
    readonly living: Living,
  ) {}

  report(): CollectReport {
    return { keptBlocks: this.#kept, freedBlocks: this.#freed, freedBytes: this.#freedBytes }
  }

  async entries(): Promise<void> {
    const range = { from: blockPrefix, to: afterPrefix(blockPrefix) }
    let step: Found[] = []
    for await (const [key, value] of this.store.disk.scan(range)) {
      step.push({ digest: digestOfKey(key).slice(), size: entrySize(readEntry(value)) })
      if (step.length < stepBlocks) continue
      await this.#remove(step)
      step = []
    }
    await this.#remove(step)
  }

  /** Files without an entry: left by a crash between the two. */
  async files(): Promise<void> {
    const { files } = this.store.disk
    for await (const name of files.list(fileFolder)) {
      const digest = digestOfFile(name)
      if (digest === undefined || this.store.placeOf(digest) === 'file') continue
      this.#freedBytes += (await files.size(name)) ?? 0
      // Asked again: it may have been put while its size was looked up.
      if (this.dryRun || this.store.placeOf(digest) === 'file') continue
      await this.store.removeFiles([digest])
    }
  }

  async #remove(step: readonly Found[]): Promise<void> {
    await this.living.catchUp()
    // From here to the removal of the entries there is no await: nothing can come in between.
    const dead = step.filter(({ digest }) => !this.living.isAlive(digest))
    this.#kept += step.length - dead.length
    this.#freed += dead.length
    for (const { size } of dead) this.#freedBytes += size
    if (dead.length === 0 || this.dryRun) return
    await this.store.remove(dead.map(({ digest }) => digest))
  }
}

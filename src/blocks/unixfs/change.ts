import { type CID, codecs } from '#base'
import { makeBlock } from '../block.js'
import type { Block, Blocks } from '../blocks.js'
import { type PbLink, treeBytesOf } from '../dag-pb.js'
import { NotADirectory } from '../errors.js'
import { directoryNode, emptyDirectory, emptyDirectoryBytes, findLink } from './directory.js'
import { type OldDirectory, writeDirectory } from './entries.js'
import { modifiedBlock } from './modified.js'
import { checkedSegments } from './names.js'
import { isDirectory, readNode } from './node.js'

/** What shall be at a path. */
export type PathChange =
  /** content that is here already, a file or a whole directory */
  | {
      readonly cid: CID
      /** bytes of the file or of all its blocks; asked for only where the content is not here */
      readonly size: number
      readonly type: 'file' | 'directory'
      /** milliseconds since 1970 */
      readonly modified?: number
    }
  /** a directory: the one that is there with all in it, or an empty one */
  | 'directory'
  /** nothing */
  | null

type Store = Pick<Blocks, 'get' | 'size' | 'putMany' | 'hold'>

/**
 * The directory after the changes: only directories on changed paths are written anew. Directories
 * on the way to a path are made. A change at a path comes before those below it; otherwise order
 * does not matter, and of two for the same path the last one holds.
 * @param root the directory before, null for an empty one
 * @param changes by path, `a/b.txt`
 * @returns the new root, durable with all its new nodes
 * @throws BadInput for what is no path, NotADirectory where a path leads through a file,
 *   BlockMissing, BlockCorrupt, BlockMalformed: then the old root is as it was
 */
export async function changeDirectory(
  blocks: Store,
  root: CID | null,
  changes: Iterable<readonly [path: string, change: PathChange]>,
): Promise<CID> {
  const top = plan(changes)
  const letGo = blocks.hold()
  const letRootGo = root === null ? undefined : blocks.hold(root)
  try {
    const work = new DirectoryChange(blocks)
    const old = root === null ? undefined : { cid: root, treeBytes: 0 }
    const changed = (await work.apply(top, old, '')) ?? work.empty()
    await directoryNode(work, changed.cid)
    await blocks.putMany(work.made)
    return changed.cid
  } finally {
    letRootGo?.()
    letGo()
  }
}

/** The changes as a tree of names. */
interface Plan {
  change?: PathChange
  readonly below: Map<string, Plan>
}

function plan(changes: Iterable<readonly [path: string, change: PathChange]>): Plan {
  const top: Plan = { below: new Map() }
  for (const [path, change] of changes) {
    let at = top
    for (const name of checkedSegments(path)) {
      let next = at.below.get(name)
      if (next === undefined) at.below.set(name, (next = { below: new Map() }))
      at = next
    }
    at.change = change
  }
  return top
}

/** What a link leads to. */
type Target = Pick<PbLink, 'cid' | 'treeBytes'>

/** One change of many paths; reads through to what it has made itself. */
class DirectoryChange {
  readonly made: Block[] = []
  readonly #bytes = new Map<string, Uint8Array>()

  constructor(readonly blocks: Store) {}

  async get(cid: CID): Promise<Uint8Array> {
    return this.#bytes.get(`${cid}`) ?? (await this.blocks.get(cid))
  }

  size(cid: CID): number | undefined {
    return this.#bytes.get(`${cid}`)?.length ?? this.blocks.size(cid)
  }

  empty(): Target {
    this.#keep(makeBlock(codecs.dagPb, emptyDirectoryBytes))
    return { cid: emptyDirectory, treeBytes: emptyDirectoryBytes.length }
  }

  /** @returns what is at the path afterwards, undefined for nothing */
  async apply(plan: Plan, old: Target | undefined, path: string): Promise<Target | undefined> {
    const base = await this.#changed(plan, old)
    if (plan.below.size === 0) return base
    const directory = base === undefined ? undefined : await this.#open(base)
    const links = new Map<string, PbLink | undefined>()
    let any = false
    for (const [name, next] of plan.below) {
      const under = path === '' ? name : `${path}/${name}`
      const found = await this.#old(directory, name, next)
      const target = await this.apply(next, found, under)
      if (target !== undefined && base !== undefined && directory === undefined) {
        throw new NotADirectory(path)
      }
      any ||= target !== undefined
      links.set(name, target && { name, cid: target.cid, treeBytes: target.treeBytes })
    }
    if (directory === undefined && !any) return base
    const { cid, treeBytes, made } = await writeDirectory(this, directory, links)
    for (const block of made) this.#keep(block)
    return { cid, treeBytes }
  }

  async #changed({ change }: Plan, old: Target | undefined): Promise<Target | undefined> {
    if (change === undefined) return old
    if (change === null) return undefined
    if (change === 'directory') {
      if (old !== undefined && (await this.#open(old)) !== undefined) return old
      return this.empty()
    }
    const { cid, size, modified } = change
    if (modified === undefined) return { cid, treeBytes: await this.#treeBytes(cid, size) }
    const { block, treeBytes } = await modifiedBlock(this, cid, modified)
    this.#keep(block)
    return { cid: block.cid, treeBytes }
  }

  /** What was under a name; only asked for where it makes a difference. */
  async #old(
    directory: OldDirectory | undefined,
    name: string,
    next: Plan,
  ): Promise<Target | undefined> {
    if (directory === undefined) return undefined
    if (next.change !== undefined && next.change !== 'directory') return undefined
    return findLink(this, directory.cid, directory.node, name)
  }

  /** The directory at a target; undefined where it is a file. */
  async #open({ cid }: Target): Promise<OldDirectory | undefined> {
    if (cid.code !== codecs.dagPb) return undefined
    const node = await readNode(this, cid)
    return isDirectory(node) ? { cid, node } : undefined
  }

  /** Counted where the content is here, so that the same content gives the same directory. */
  async #treeBytes(cid: CID, size: number): Promise<number> {
    const here = this.size(cid)
    if (here === undefined || cid.code !== codecs.dagPb) return here ?? size
    return treeBytesOf(await this.get(cid), (await readNode(this, cid)).links)
  }

  #keep(block: Block): void {
    const text = `${block.cid}`
    if (this.#bytes.has(text)) return
    this.#bytes.set(text, block.bytes)
    this.made.push(block)
  }
}

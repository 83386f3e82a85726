import { type CID, cidOf, codecs } from '#base'
import type { Blocks } from '../blocks.js'
import { type PbLink, byName, makePb } from '../dag-pb.js'
import { BlockMalformed, EntryUnknown, NotADirectory } from '../errors.js'
import { encodeData } from './data.js'
import { type UnixfsNode, fileBytes, isDirectory, modifiedOf, readNode } from './node.js'
import { NameHash, decodeShard, isShard } from './shard.js'

/** What is under a path. */
export interface PathStat {
  readonly type: 'file' | 'directory'
  readonly cid: CID
  /** bytes of a file; for a directory all blocks below it, as far as its maker knew */
  readonly size: number
  /** milliseconds since 1970; null where never set */
  readonly modified: number | null
}

export interface DirectoryEntry extends PathStat {
  readonly name: string
}

type Reader = Pick<Blocks, 'get' | 'size'>

const emptyBlock = makePb({ data: encodeData({ type: 'directory' }), links: [] })

/** The directory without entries; `changeDirectory` puts it, or `put(emptyDirectory, …bytes)`. */
export const emptyDirectory: CID = cidOf(codecs.dagPb, emptyBlock.bytes)
export const emptyDirectoryBytes: Uint8Array = emptyBlock.bytes

/** Segments of `a/b`, none for the root. */
export const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

/**
 * What is under a path.
 * @param path `a/b`, relative to the root; `""` for the root itself
 * @throws EntryUnknown, NotADirectory, BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function statPath(blocks: Reader, root: CID, path: string): Promise<PathStat> {
  let cid = root
  let treeBytes: number | undefined
  const segments = segmentsOf(path)
  for (const [i, segment] of segments.entries()) {
    if (cid.code === codecs.raw) throw new NotADirectory(segments.slice(0, i).join('/'))
    const node = await readNode(blocks, cid)
    if (!isDirectory(node)) throw new NotADirectory(segments.slice(0, i).join('/'))
    const link = await findLink(blocks, cid, node, segment)
    if (link === undefined) throw new EntryUnknown(segments.slice(0, i + 1).join('/'))
    cid = link.cid
    treeBytes = link.treeBytes
  }
  return statOf(blocks, cid, treeBytes)
}

/** @param treeBytes what the link to it says */
export async function statOf(blocks: Reader, cid: CID, treeBytes?: number): Promise<PathStat> {
  if (cid.code !== codecs.dagPb) {
    const size = blocks.size(cid) ?? treeBytes ?? (await blocks.get(cid)).length
    return { type: 'file', cid, size, modified: null }
  }
  const node = await readNode(blocks, cid)
  const modified = modifiedOf(node)
  if (!isDirectory(node)) return { type: 'file', cid, size: fileBytes(node), modified }
  const below = node.links.reduce((sum, link) => sum + link.treeBytes, node.bytes.length)
  return { type: 'directory', cid, size: treeBytes ?? below, modified }
}

/**
 * Entries of a directory, by the bytes of their names; sharded ones too.
 * @throws NotADirectory, BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function* listDirectory(
  blocks: Reader,
  cid: CID,
): AsyncIterableIterator<DirectoryEntry> {
  const links: PbLink[] = []
  for await (const link of linksOf(blocks, cid, await directoryNode(blocks, cid))) links.push(link)
  links.sort((a, b) => byName(a.name, b.name))
  for (const link of links) {
    const { name, cid: target, treeBytes } = link
    // A raw leaf is its own tree: its size stands in the link.
    if (target.code === codecs.raw) {
      yield { name, type: 'file', cid: target, size: treeBytes, modified: null }
    } else {
      yield { name, ...(await statOf(blocks, target, treeBytes)) }
    }
  }
}

/** @throws NotADirectory */
export async function directoryNode(blocks: Reader, cid: CID): Promise<UnixfsNode> {
  if (cid.code !== codecs.dagPb) throw new NotADirectory(`${cid}`)
  const node = await readNode(blocks, cid)
  if (!isDirectory(node)) throw new NotADirectory(`${cid}`)
  return node
}

/** Links to the entries of a directory under their own names, in no order. */
export async function* linksOf(
  blocks: Pick<Blocks, 'get'>,
  cid: CID,
  node: UnixfsNode,
): AsyncIterableIterator<PbLink> {
  if (!isShard(node)) {
    yield* node.links
    return
  }
  // A trie holds no node twice; where one does, few blocks would make endless entries.
  const seen = new Set<string>([`${cid}`])
  const rest = [decodeShard(cid, node)]
  for (let shard = rest.pop(); shard !== undefined; shard = rest.pop()) {
    for (const { isEntry, link } of shard.slots.values()) {
      if (isEntry) {
        yield link
        continue
      }
      const { cid: below } = link
      if (seen.has(`${below}`)) throw new BlockMalformed(below, 'it is twice in one directory')
      seen.add(`${below}`)
      rest.push(decodeShard(below, await readNode(blocks, below)))
    }
  }
}

/** The link of one name: in a sharded directory only the nodes on its way are read. */
export async function findLink(
  blocks: Pick<Blocks, 'get'>,
  cid: CID,
  node: UnixfsNode,
  name: string,
): Promise<PbLink | undefined> {
  if (!isShard(node)) return node.links.find((link) => link.name === name)
  const hash = new NameHash(name)
  let shard = decodeShard(cid, node)
  for (let depth = 0; ; depth++) {
    const slot = shard.slots.get(await hash.slot(depth, shard.fanout))
    if (slot === undefined) return undefined
    const { isEntry, link } = slot
    if (isEntry) return link.name === name ? link : undefined
    const { cid: below } = link
    shard = decodeShard(below, await readNode(blocks, below))
  }
}

/** UnixFS nodes: what a dag-pb block says of a file or a directory. */
import { UnixFS } from 'ipfs-unixfs'
import { type CID, codecs } from '#base'
import type { Blocks } from '../blocks.js'
import { type PbLink, decodePb } from '../dag-pb.js'
import { BlockMalformed } from '../errors.js'

export interface UnixfsNode {
  readonly unixfs: UnixFS
  readonly links: readonly PbLink[]
  readonly bytes: Uint8Array
}

/** @throws BlockMalformed */
export function decodeNode(cid: CID, bytes: Uint8Array): UnixfsNode {
  const { data, links } = decodePb(cid, bytes)
  try {
    return { unixfs: UnixFS.unmarshal(data), links, bytes }
  } catch (error) {
    throw new BlockMalformed(cid, 'it is no UnixFS node', error)
  }
}

/** @throws BlockMissing, BlockCorrupt, BlockMalformed */
export async function readNode(blocks: Pick<Blocks, 'get'>, cid: CID): Promise<UnixfsNode> {
  if (cid.code !== codecs.dagPb) throw new BlockMalformed(cid, 'it is no dag-pb node')
  return decodeNode(cid, await blocks.get(cid))
}

export const isDirectory = ({ unixfs }: UnixfsNode): boolean => unixfs.isDirectory()

/** Whether the node stands for bytes; links of the older `raw` type do, symbolic links do not. */
export const isFile = ({ unixfs }: UnixfsNode): boolean =>
  unixfs.type === 'file' || unixfs.type === 'raw'

/** Bytes of the file under a node. */
export const fileBytes = ({ unixfs }: UnixfsNode): number => Number(unixfs.fileSize())

/** Milliseconds since 1970; null where never set. */
export function modifiedOf({ unixfs }: UnixfsNode): number | null {
  if (unixfs.mtime === undefined) return null
  return Number(unixfs.mtime.secs) * 1000 + Math.floor((unixfs.mtime.nsecs ?? 0) / 1e6)
}

/** UnixFS form of a time. @param millis since 1970, may be negative */
export function mtimeOf(millis: number): { secs: bigint; nsecs?: number } {
  const seconds = Math.floor(millis / 1000)
  const nsecs = Math.round((millis - seconds * 1000) * 1e6)
  return nsecs === 0 ? { secs: BigInt(seconds) } : { secs: BigInt(seconds), nsecs }
}

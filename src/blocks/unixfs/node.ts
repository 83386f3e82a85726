/** UnixFS nodes: what a dag-pb block says of a file or a directory. */
import { type CID, codecs } from '#base'
import type { Blocks } from '../blocks.js'
import { type PbLink, decodePb } from '../dag-pb.js'
import { BlockMalformed } from '../errors.js'
import { type UnixfsData, type UnixfsTime, decodeData, fileBytesOf } from './data.js'

export interface UnixfsNode {
  readonly unixfs: UnixfsData
  readonly links: readonly PbLink[]
  readonly bytes: Uint8Array
}

/** @throws BlockMalformed */
export function decodeNode(cid: CID, bytes: Uint8Array): UnixfsNode {
  const { data, links } = decodePb(cid, bytes)
  try {
    return { unixfs: decodeData(data), links, bytes }
  } catch (error) {
    throw new BlockMalformed(cid, 'it is no UnixFS node', error)
  }
}

/** @throws BlockMissing, BlockCorrupt, BlockMalformed */
export async function readNode(blocks: Pick<Blocks, 'get'>, cid: CID): Promise<UnixfsNode> {
  if (cid.code !== codecs.dagPb) throw new BlockMalformed(cid, 'it is no dag-pb node')
  return decodeNode(cid, await blocks.get(cid))
}

export const isDirectory = ({ unixfs }: UnixfsNode): boolean =>
  unixfs.type === 'directory' || unixfs.type === 'hamt-sharded-directory'

/** Whether the node stands for bytes; leaves of the older type `raw` do, symbolic links do not. */
export const isFile = ({ unixfs }: UnixfsNode): boolean =>
  unixfs.type === 'file' || unixfs.type === 'raw'

/** Bytes of the file under a node. */
export const fileBytes = ({ unixfs }: UnixfsNode): number => fileBytesOf(unixfs)

/** Milliseconds since 1970; null where never set. */
export function modifiedOf({ unixfs: { mtime } }: UnixfsNode): number | null {
  if (mtime === undefined) return null
  return mtime.seconds * 1000 + Math.floor((mtime.nanoseconds ?? 0) / 1e6)
}

/** UnixFS form of a time. @param millis since 1970, may be negative */
export function mtimeOf(millis: number): UnixfsTime {
  const seconds = Math.floor(millis / 1000)
  const nanoseconds = Math.round((millis - seconds * 1000) * 1e6)
  return nanoseconds === 0 ? { seconds } : { seconds, nanoseconds }
}

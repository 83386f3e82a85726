import { type CID, codecs } from '#base'
import type { Block, Blocks } from '../blocks.js'
import { type PbLink, makePb, treeBytesOf } from '../dag-pb.js'
import { type UnixfsData, encodeData } from './data.js'
import { fileSize } from './read.js'
import { mtimeOf, readNode } from './node.js'

/**
 * The same file or directory with a modification time (UnixFS 1.5). A raw leaf has no place for
 * one, so a node with that one link goes over it; the content stays where it is.
 * @param millis since 1970
 * @throws BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function withModified(
  blocks: Pick<Blocks, 'get' | 'size' | 'put'>,
  cid: CID,
  millis: number,
): Promise<CID> {
  const { block } = await modifiedBlock(blocks, cid, millis)
  await blocks.put(block.cid, block.bytes)
  return block.cid
}

/** @returns the block to put, and the bytes of all blocks under it */
export async function modifiedBlock(
  blocks: Pick<Blocks, 'get' | 'size'>,
  cid: CID,
  millis: number,
): Promise<{ block: Block; treeBytes: number }> {
  const { unixfs, links } = await wrapped(blocks, cid)
  const data = encodeData({ ...unixfs, mtime: mtimeOf(millis) })
  const block = makePb({ data, links })
  return { block, treeBytes: treeBytesOf(block.bytes, links) }
}

async function wrapped(
  blocks: Pick<Blocks, 'get' | 'size'>,
  cid: CID,
): Promise<{ unixfs: UnixfsData; links: readonly PbLink[] }> {
  if (cid.code !== codecs.raw) return readNode(blocks, cid)
  const size = await fileSize(blocks, cid)
  const unixfs: UnixfsData = { type: 'file', blockSizes: size === 0 ? [] : [size] }
  return { unixfs, links: size === 0 ? [] : [{ name: '', cid, treeBytes: size }] }
}

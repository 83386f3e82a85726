import { type CID, codecs } from '#base'
import type { Blocks } from '../blocks.js'
import { BlockMalformed, NotAFile } from '../errors.js'
import { type Leaf, leafBytes } from './add.js'
import { type UnixfsNode, fileBytes, isDirectory, isFile, readNode } from './node.js'

/** Leaves that are read while the reader is busy with the one before. */
const leavesAhead = 2

export interface ReadRange {
  /** first byte, 0 by default */
  readonly start?: number
  /** end, exclusive; the file's end by default, and where it lies beyond */
  readonly end?: number
}

/** Bytes of a file. @throws NotAFile, BlockMissing, BlockCorrupt, BlockMalformed */
export async function fileSize(blocks: Pick<Blocks, 'get' | 'size'>, cid: CID): Promise<number> {
  if (cid.code === codecs.raw) return blocks.size(cid) ?? (await blocks.get(cid)).length
  return fileBytes(await fileNode(blocks, cid))
}

async function fileNode(blocks: Pick<Blocks, 'get'>, cid: CID): Promise<UnixfsNode> {
  const node = await readNode(blocks, cid)
  if (isDirectory(node)) throw new NotAFile(`${cid}`)
  if (!isFile(node)) throw new BlockMalformed(cid, `its UnixFS type is ${node.unixfs.type}`)
  return node
}

/**
 * Bytes of a file in order, of a UnixFS tree of any shape; only the leaves of the range are read,
 * a few of them ahead.
 * @throws NotAFile, BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function* readFile(
  blocks: Pick<Blocks, 'get' | 'hold'>,
  cid: CID,
  range: ReadRange = {},
): AsyncIterableIterator<Uint8Array> {
  const letGo = blocks.hold(cid)
  const ahead: Promise<Uint8Array>[] = []
  try {
    for await (const piece of piecesOf(blocks, cid, range.start ?? 0, range.end ?? Infinity)) {
      const bytes = readPiece(blocks, piece)
      // Seen where it is awaited; a failure meanwhile must not count as unhandled.
      bytes.catch(() => undefined)
      ahead.push(bytes)
      if (ahead.length <= leavesAhead) continue
      const next = await ahead.shift()
      if (next !== undefined && next.length > 0) yield next
    }
    for (const bytes of ahead) {
      const next = await bytes
      if (next.length > 0) yield next
    }
  } finally {
    letGo()
  }
}

/**
 * The leaves that a file begins with, up to `end`, as far as `addFile` cuts a file so: raw, each of
 * `leafBytes`. Whoever changes the rest need not add these again.
 */
export async function leadingLeaves(
  blocks: Pick<Blocks, 'get'>,
  cid: CID,
  end: number,
): Promise<Leaf[]> {
  const leaves: Leaf[] = []
  for await (const { source, size } of piecesOf(blocks, cid, 0, Infinity)) {
    const fits = (leaves.length + 1) * leafBytes <= end
    if (source instanceof Uint8Array || size !== leafBytes || !fits) break
    leaves.push({ cid: source, size })
  }
  return leaves
}

/** A part of a file: bytes `from` to `to` of what is under a CID, or of bytes at hand. */
interface Piece {
  readonly source: CID | Uint8Array
  /** bytes that the source has in all; undefined where only the source can tell */
  readonly size: number | undefined
  readonly from: number
  readonly to: number
}

async function readPiece(blocks: Pick<Blocks, 'get'>, piece: Piece): Promise<Uint8Array> {
  const { source, size, from, to } = piece
  if (source instanceof Uint8Array) return source.subarray(from, to)
  const bytes = await blocks.get(source)
  if (size !== undefined && bytes.length !== size) {
    throw new BlockMalformed(source, `it has ${bytes.length} bytes, its parent says ${size}`)
  }
  return bytes.subarray(from, to)
}

/** The leaves of a range from left to right; branches outside of it are not opened. */
async function* piecesOf(
  blocks: Pick<Blocks, 'get'>,
  root: CID,
  start: number,
  end: number,
): AsyncIterableIterator<Piece> {
  const rest: Piece[] = [{ source: root, size: undefined, from: Math.max(0, start), to: end }]
  for (let piece = rest.pop(); piece !== undefined; piece = rest.pop()) {
    const { source, from, to } = piece
    if (from >= to) continue
    if (source instanceof Uint8Array || source.code === codecs.raw) {
      yield piece
      continue
    }
    const node = await fileNode(blocks, source)
    if (piece.size !== undefined && fileBytes(node) !== piece.size) {
      throw new BlockMalformed(source, `it is not the ${piece.size} bytes that its parent says`)
    }
    const parts = partsOf(source, node)
    let at = 0
    const inside: Piece[] = []
    for (const part of parts) {
      const within = { from: Math.max(0, from - at), to: Math.min(part.size, to - at) }
      if (within.from < within.to) inside.push({ ...part, ...within })
      at += part.size
    }
    for (const part of inside.reverse()) rest.push(part)
  }
}

/** Own bytes first, then the links: so says UnixFS, and so do trickle trees. */
function partsOf(
  cid: CID,
  { unixfs, links }: UnixfsNode,
): { source: Piece['source']; size: number }[] {
  const { data, blockSizes = [] } = unixfs
  if (blockSizes.length !== links.length) {
    throw new BlockMalformed(cid, `it has ${links.length} links, sizes of ${blockSizes.length}`)
  }
  const parts: { source: Piece['source']; size: number }[] = []
  if (data !== undefined) parts.push({ source: data, size: data.length })
  links.forEach((link, i) => parts.push({ source: link.cid, size: blockSizes[i] }))
  return parts
}

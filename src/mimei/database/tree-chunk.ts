/**
 * Where one node ends and the next begins: chosen by the content alone, from the entries since the
 * last boundary, so that the same entries always make the same nodes (mimei.md, 3).
 */
import { emptyBytes } from '#base'
import { headSize, linkBytes, linkHead, major, writeHead } from './tree-cbor.js'
import type { TreeItem, TreeNode } from './tree-node.js'

/** No boundary before a node has this many bytes of entries. */
const leastBytes = 1024
/** A node of this many bytes ends whatever its keys say. */
const mostBytes = 16 * 1024
/**
 * A boundary grows more likely with the third power of the bytes since the last one (a Weibull
 * distribution of shape 4), so that most nodes are near the mean of 0.906 of this many bytes.
 */
const scaleBytes = 4500
const scale = scaleBytes * scaleBytes * scaleBytes * scaleBytes
/** An inner node has at least two children, so that every level is shorter than the one below. */
const leastChildren = 2

/**
 * MurmurHash3 (x86, 32 bits) of the bytes of a key, salted with the level: changing it changes
 * every root.
 */
export function keyHash(
  bytes: Uint8Array,
  level: number,
  begin = 0,
  end: number = bytes.length,
): number {
  let hash = Math.imul(level + 1, 0x9e3779b1)
  let at = begin
  for (; at + 4 <= end; at += 4) {
    hash ^= scramble(
      bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24),
    )
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let last = end - 1; last >= at; last--) tail = (tail << 8) | bytes[last]
  if (at < end) hash ^= scramble(tail)
  hash ^= end - begin
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

/** A finished node. */
export interface ChunkResult {
  readonly bytes: Uint8Array
  readonly lastKey: Uint8Array
  readonly count: number
  readonly size: number
}

/** Encoded entries that lie one behind the other. */
interface Piece {
  readonly bytes: Uint8Array
  readonly begin: number
  end: number
}

/** Collects the entries of one node; those of old nodes are copied as they are, in one piece. */
export class Chunk {
  length = 0
  private pieces: Piece[] = []
  private entryBytes = 0
  private count = 0
  private size = 0
  private apart: number[] = []
  private sealed: number[] = []
  private lastKeyAt: Piece = { bytes: emptyBytes, begin: 0, end: 0 }

  constructor(private readonly level: number) {}

  /** Adds an entry. @returns whether the node ends with it */
  add(key: Uint8Array, item: TreeItem): boolean {
    const { raw } = item
    const head = headSize(key.length)
    const bytes = new Uint8Array(head + key.length + raw.length)
    writeHead(bytes, 0, major.bytes, key.length)
    bytes.set(key, head)
    bytes.set(raw, head + key.length)
    this.pieces.push({ bytes, begin: 0, end: bytes.length })
    return this.take(bytes, head, head + key.length, bytes.length, item)
  }

  /** Adds an entry of an old node. @returns whether the node ends with it */
  copy(node: TreeNode, i: number): boolean {
    const { bytes } = node
    const begin = node.entryBegin(i)
    const end = node.valueEnd(i)
    const last = this.pieces[this.pieces.length - 1]
    if (last !== undefined && last.bytes === bytes && last.end === begin) last.end = end
    else this.pieces.push({ bytes, begin, end })
    return this.take(bytes, node.keyBegin(i), node.keyEnd(i), end - begin, {
      count: node.countOf(i),
      size: node.sizeOf(i),
      apart: node.apartSize(i),
      sealed: node.isSealed(i),
    })
  }

  /** @returns whether the node ends with the entry */
  private take(
    bytes: Uint8Array,
    keyBegin: number,
    keyEnd: number,
    encoded: number,
    { count, size, apart, sealed }: Omit<TreeItem, 'raw'>,
  ): boolean {
    if (apart > 0) this.apart.push(this.length, apart)
    if (sealed) this.sealed.push(this.length)
    this.length++
    this.count += count
    this.size += size
    this.entryBytes += encoded
    const ends = this.endsWith(bytes, keyBegin, keyEnd, encoded)
    this.lastKeyAt = { bytes, begin: keyBegin, end: keyEnd }
    return ends
  }

  private endsWith(bytes: Uint8Array, begin: number, end: number, encoded: number): boolean {
    if (this.level > 0 && this.length < leastChildren) return false
    if (this.entryBytes >= mostBytes) return true
    if (this.entryBytes < leastBytes) return false
    // An entry counts by its bytes: long ones end nodes more often. Products of doubles are the
    // same on every machine.
    const chance = 4 * this.entryBytes * this.entryBytes * this.entryBytes * encoded
    return keyHash(bytes, this.level, begin, end) * scale < chance * 0x100000000
  }

  /** The node of what was added; begins the next one. */
  close(): ChunkResult {
    const { level, count, size } = this
    const marks = level === 0 ? [this.apart, this.sealed] : []
    const entries = this.length * (level === 0 ? 2 : 4)
    let total = 1 + headSize(level) + headSize(entries) + this.entryBytes
    for (const list of marks) total += headSizes(list)
    const bytes = new Uint8Array(total)
    let at = writeHead(bytes, 0, major.array, 2 + marks.length)
    at = writeHead(bytes, at, major.uint, level)
    at = writeHead(bytes, at, major.array, entries)
    for (const piece of this.pieces) {
      bytes.set(piece.bytes.subarray(piece.begin, piece.end), at)
      at += piece.end - piece.begin
    }
    for (const list of marks) {
      at = writeHead(bytes, at, major.array, list.length)
      for (const number of list) at = writeHead(bytes, at, major.uint, number)
    }
    const last = this.lastKeyAt
    const lastKey = last.bytes.subarray(last.begin, last.end)
    this.begin()
    return { bytes, lastKey, count, size }
  }

  private begin(): void {
    this.length = 0
    this.pieces = []
    this.entryBytes = 0
    this.count = 0
    this.size = 0
    this.apart = []
    this.sealed = []
  }
}

/** Bytes of a list of numbers. */
const headSizes = (list: readonly number[]): number =>
  list.reduce((sum, number) => sum + headSize(number), headSize(list.length))

/** CBOR of a link to a dag-cbor block. @param digest its SHA-256 */
export function encodeLink(digest: Uint8Array): Uint8Array {
  const raw = new Uint8Array(linkBytes)
  raw.set(linkHead)
  raw.set(digest, linkHead.length)
  return raw
}

/** What an inner node says of a child, behind its last key. */
export function childItem(digest: Uint8Array, count: number, size: number): TreeItem {
  const raw = new Uint8Array(linkBytes + headSize(count) + headSize(size))
  raw.set(linkHead)
  raw.set(digest, linkHead.length)
  writeHead(raw, writeHead(raw, linkBytes, major.uint, count), major.uint, size)
  return { raw, count, size, apart: 0, sealed: false }
}

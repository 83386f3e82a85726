/**
 * Where one node ends and the next begins: chosen by the content alone, from the entries since the
 * last boundary, so that the same entries always make the same nodes (mimei.md, 3).
 */
import { fromText } from '#base'
import { headSize, linkBytes, linkHead, major, writeHead } from './tree-cbor.js'
import type { TreeItem } from './tree-node.js'

/** No boundary before a node has this many bytes of entries. */
const leastBytes = 1024
/** A node of this many bytes ends whatever its keys say. */
const mostBytes = 16 * 1024
/** Bytes behind `leastBytes` after which a boundary is met, on the average. */
const meanBytes = 3 * 1024
/** An inner node has at least two children, so that every level is shorter than the one below. */
const leastChildren = 2

/** MurmurHash3 (x86, 32 bits) of a key, salted with the level: changing it changes every root. */
export function keyHash(key: Uint8Array, level: number): number {
  let hash = Math.imul(level + 1, 0x9e3779b1)
  const whole = key.length & ~3
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(key[at] | (key[at + 1] << 8) | (key[at + 2] << 16) | (key[at + 3] << 24))
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let tail = 0
  for (let at = key.length - 1; at >= whole; at--) tail = (tail << 8) | key[at]
  if (key.length > whole) hash ^= scramble(tail)
  hash ^= key.length
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

/** Collects the entries of one node. */
export class Chunk {
  private keys: Uint8Array[] = []
  private items: TreeItem[] = []
  private entryBytes = 0

  constructor(private readonly level: number) {}

  get length(): number {
    return this.keys.length
  }

  /** The only entry, where there is just one. */
  first(): { key: Uint8Array; item: TreeItem } {
    return { key: this.keys[0], item: this.items[0] }
  }

  /** Adds an entry. @returns whether the node ends with it */
  add(key: Uint8Array, item: TreeItem): boolean {
    const bytes = headSize(key.length) + key.length + item.raw.length
    this.keys.push(key)
    this.items.push(item)
    this.entryBytes += bytes
    if (this.level > 0 && this.keys.length < leastChildren) return false
    if (this.entryBytes >= mostBytes) return true
    if (this.entryBytes < leastBytes) return false
    // A long entry is more likely to end its node: the mean is in bytes, not in entries.
    return keyHash(key, this.level) * meanBytes < bytes * 0x100000000
  }

  /** The node of what was added; begins the next one. */
  close(): ChunkResult {
    const { keys, items, level } = this
    const apart: number[] = []
    if (level === 0) items.forEach((item, i) => item.apart > 0 && apart.push(i, item.apart))
    const entries = keys.length * (level === 0 ? 2 : 4)
    let total = 1 + headSize(level) + headSize(entries) + this.entryBytes
    if (level === 0) total += apart.reduce((sum, n) => sum + headSize(n), headSize(apart.length))
    const bytes = new Uint8Array(total)
    let at = writeHead(bytes, 0, major.array, level === 0 ? 3 : 2)
    at = writeHead(bytes, at, major.uint, level)
    at = writeHead(bytes, at, major.array, entries)
    let count = 0
    let size = 0
    for (let i = 0; i < keys.length; i++) {
      at = writeHead(bytes, at, major.bytes, keys[i].length)
      bytes.set(keys[i], at)
      bytes.set(items[i].raw, at + keys[i].length)
      at += keys[i].length + items[i].raw.length
      count += items[i].count
      size += items[i].size
    }
    if (level === 0) {
      at = writeHead(bytes, at, major.array, apart.length)
      for (const number of apart) at = writeHead(bytes, at, major.uint, number)
    }
    const lastKey = keys.length === 0 ? fromText('') : keys[keys.length - 1]
    this.keys = []
    this.items = []
    this.entryBytes = 0
    return { bytes, lastKey, count, size }
  }
}

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
  return { raw, count, size, apart: 0 }
}

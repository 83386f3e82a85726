/**
 * One node of the tree: raw bytes of a dag-cbor block and a table of where its entries lie.
 *
 * leaf:  `[0, [key, value, key, value …], [index, bytes, index, bytes …], [index, index …]]`: keys
 *        are byte strings, values any CBOR value. The third list names the entries whose value lies
 *        in a block of its own (the entry holds the link) with the bytes of that value. The fourth
 *        names those whose value is sealed: its CBOR stands inside a byte string, because it holds
 *        CIDs of the user. So every link of the tree is the tree's own: whoever follows links to
 *        sync or keep a version meets nothing that the version does not need;
 * inner: `[level, [last key, link, count, size, …]]`: the greatest key below each child, the number
 *        of entries below it and the bytes of their keys and values.
 */
import { type CID, cidOfDigest, codecs } from '#base'
import { TreeCorrupt } from './errors.js'
import { CborReader, linkBytes, linkHead, major, unseal } from './tree-cbor.js'

/** An entry of any level as the writer handles it. */
export interface TreeItem {
  /** CBOR behind the key: a leaf's value or link, an inner node's link, count and size */
  readonly raw: Uint8Array
  /** entries below; 1 in a leaf */
  readonly count: number
  /** bytes of keys and values below */
  readonly size: number
  /** bytes of a value that lies in a block of its own, else 0 */
  readonly apart: number
  /** whether the value's CBOR stands inside a byte string */
  readonly sealed: boolean
}

const none = new Float64Array(0)
const noChildren: (TreeNode | undefined)[] = []

export class TreeNode {
  readonly level: number
  /** number of entries of this node itself */
  readonly length: number
  /** inner nodes: entries below the children up to and including each one */
  readonly countEnds: Float64Array
  /** inner nodes: those children that the cache holds and that were met here */
  children: (TreeNode | undefined)[] = noChildren
  /** the node among whose children this one is, and its place there */
  holder: TreeNode | undefined
  place = 0
  /** asked for again since the cache last looked */
  used = false
  /** whether the cache holds it */
  cached = false
  private readonly firstEntry: number
  /** key begin, key end = value begin, value end of each entry */
  private readonly spans: Uint16Array | Uint32Array
  private readonly sizes: Float64Array
  /** entries whose values lie apart; made where there are any */
  private apart: Map<number, number> | undefined
  /** entries whose values are sealed; made where there are any */
  private sealed: Set<number> | undefined

  /** @throws TreeCorrupt where the bytes are no node */
  constructor(readonly bytes: Uint8Array) {
    const reader = new CborReader(bytes)
    const parts = reader.expect(major.array)
    this.level = reader.expect(major.uint)
    if (parts !== (this.level === 0 ? 4 : 2)) throw new TreeCorrupt(`a node of ${parts} parts`)
    const width = this.level === 0 ? 2 : 4
    const items = reader.expect(major.array)
    if (items % width !== 0 || items > bytes.length)
      throw new TreeCorrupt(`a node of ${items} items`)
    this.length = items / width
    this.firstEntry = reader.at
    // Nodes are seldom above 64 KB; the short table leaves room for more of them in the cache.
    const table = bytes.length <= 0xffff ? Uint16Array : Uint32Array
    this.spans = new table(3 * this.length)
    this.countEnds = this.level === 0 ? none : new Float64Array(this.length)
    this.sizes = this.level === 0 ? none : new Float64Array(this.length)
    if (this.level === 0) this.readLeaf(reader)
    else this.readInner(reader)
    if (reader.at !== bytes.length) throw new TreeCorrupt('bytes behind the end of a node')
  }

  private readKey(reader: CborReader, at: number): void {
    const length = reader.expect(major.bytes)
    this.spans[at] = reader.at
    reader.skipBytes(length)
    this.spans[at + 1] = reader.at
  }

  private readLeaf(reader: CborReader): void {
    const { spans } = this
    for (let at = 0; at < spans.length; at += 3) {
      spans[at + 1] = reader.skipShort()
      spans[at] = spans[at + 1] - reader.content
      if (reader.major !== major.bytes) throw new TreeCorrupt('a key that is no byte string')
      spans[at + 2] = reader.skipShort()
    }
    for (let left = reader.expect(major.array); left > 0; left -= 2) {
      const i = reader.expect(major.uint)
      if (i >= this.length || !this.holdsLink(i)) throw new TreeCorrupt('a value that is nowhere')
      this.apart ??= new Map()
      this.apart.set(i, reader.expect(major.uint))
    }
    for (let left = reader.expect(major.array); left > 0; left--) {
      this.sealed ??= new Set()
      this.sealed.add(reader.expect(major.uint))
    }
  }

  private readInner(reader: CborReader): void {
    const { spans } = this
    this.children = []
    if (spans.length === 0) throw new TreeCorrupt('an inner node without children')
    let total = 0
    for (let i = 0, at = 0; at < spans.length; i++, at += 3) {
      this.readKey(reader, at)
      reader.skipBytes(linkBytes)
      if (!this.holdsLink(i)) throw new TreeCorrupt('a child that is no link')
      total += reader.expect(major.uint)
      this.countEnds[i] = total
      this.sizes[i] = reader.expect(major.uint)
      spans[at + 2] = reader.at
    }
  }

  private holdsLink(i: number): boolean {
    const begin = this.spans[3 * i + 1]
    return linkHead.every((byte, at) => this.bytes[begin + at] === byte)
  }

  key(i: number): Uint8Array {
    return this.bytes.subarray(this.spans[3 * i], this.spans[3 * i + 1])
  }

  get lastKey(): Uint8Array {
    return this.key(this.length - 1)
  }

  /** CBOR behind the key of an entry. */
  raw(i: number): Uint8Array {
    return this.bytes.subarray(this.spans[3 * i + 1], this.spans[3 * i + 2])
  }

  /** Bytes of a value that lies in a block of its own, 0 where it lies here. */
  apartSize(i: number): number {
    return this.apart?.get(i) ?? 0
  }

  isSealed(i: number): boolean {
    return this.sealed?.has(i) ?? false
  }

  /** SHA-256 of the child, or of the value that lies apart. */
  digest(i: number): Uint8Array {
    const begin = this.spans[3 * i + 1] + linkHead.length
    return this.bytes.subarray(begin, begin + 32)
  }

  link(i: number): CID {
    return cidOfDigest(codecs.dagCbor, this.digest(i))
  }

  /** Where the encoded entry begins; it ends with its value. */
  entryBegin(i: number): number {
    return i === 0 ? this.firstEntry : this.spans[3 * i - 1]
  }

  keyBegin(i: number): number {
    return this.spans[3 * i]
  }

  keyEnd(i: number): number {
    return this.spans[3 * i + 1]
  }

  valueEnd(i: number): number {
    return this.spans[3 * i + 2]
  }

  /** Entries of the tree at and below an entry. */
  countOf(i: number): number {
    if (this.level === 0) return 1
    return i === 0 ? this.countEnds[0] : this.countEnds[i] - this.countEnds[i - 1]
  }

  /** Bytes of keys and values at and below an entry. */
  sizeOf(i: number): number {
    if (this.level > 0) return this.sizes[i]
    const { spans } = this
    const value = this.apart?.get(i) ?? this.valueSize(i)
    return spans[3 * i + 1] - spans[3 * i] + value
  }

  private valueSize(i: number): number {
    return this.isSealed(i) ? unseal(this.raw(i)).length : this.valueEnd(i) - this.keyEnd(i)
  }

  /** Entries of the whole tree below this node. */
  get totalCount(): number {
    return this.level === 0 ? this.length : this.countEnds[this.length - 1]
  }

  /** Bytes of keys and values below this node. */
  get totalSize(): number {
    let total = 0
    for (let i = 0; i < this.length; i++) total += this.sizeOf(i)
    return total
  }

  /** Order of the key of an entry against another key. */
  private order(i: number, key: Uint8Array): number {
    const { bytes } = this
    const begin = this.spans[3 * i]
    const length = this.spans[3 * i + 1] - begin
    const shorter = length < key.length ? length : key.length
    for (let at = 0; at < shorter; at++) {
      const difference = bytes[begin + at] - key[at]
      if (difference !== 0) return difference
    }
    return length - key.length
  }

  /** Index of the first entry whose key is not below `key`; `length` where all are. */
  lowerBound(key: Uint8Array): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.order(middle, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Whether the entry has this very key. */
  hasKey(i: number, key: Uint8Array): boolean {
    return i < this.length && this.order(i, key) === 0
  }

  /** Whether there are entries and the last one has this key. */
  endsWith(key: Uint8Array): boolean {
    return this.length > 0 && this.order(this.length - 1, key) === 0
  }

  /** Bytes of memory, roughly. */
  get weight(): number {
    const inner = this.level === 0 ? 0 : 24 * this.length
    return this.bytes.length + this.spans.byteLength + inner + 400
  }
}

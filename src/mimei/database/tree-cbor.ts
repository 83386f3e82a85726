/**
 * The little of CBOR that a node of the tree needs: heads written and read, items skipped without
 * decoding them, so that reading one entry never pays for its neighbours.
 */
import { TreeCorrupt } from './errors.js'

/** Major types of CBOR (RFC 8949, 3.1) that the tree meets. */
export const major = { uint: 0, bytes: 2, array: 4, map: 5, tag: 6, simple: 7 } as const

/**
 * A link in canonical CBOR before its 32 bytes of digest: tag 42, 37 bytes, CIDv1 dag-cbor
 * SHA-256.
 */
export const linkHead = Uint8Array.of(0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, 0x71, 0x12, 0x20)
export const linkBytes = linkHead.length + 32

/** Reads heads and skips items of one byte array. */
export class CborReader {
  at = 0
  /** major type of the last head */
  major = 0
  /** bytes behind the head of the text or byte string that was skipped last */
  content = 0

  constructor(readonly bytes: Uint8Array) {}

  /** The argument of the head at `at`. @throws TreeCorrupt */
  head(): number {
    const { bytes, at } = this
    // Bytes beyond the end would read as zeros, and a crafted length would never come to an end.
    if (at >= bytes.length) throw new TreeCorrupt('the block ends within an item')
    const first = bytes[at]
    this.major = first >> 5
    const info = first & 31
    if (info < 24) {
      this.at = at + 1
      return info
    }
    return this.longHead(info)
  }

  private longHead(info: number): number {
    const { bytes } = this
    if (info > 27) throw new TreeCorrupt('a malformed CBOR head')
    const begin = this.at + 1
    const end = begin + (1 << (info - 24))
    if (end > bytes.length) throw new TreeCorrupt('the block ends within an item')
    let value = 0
    for (let at = begin; at < end; at++) value = value * 256 + bytes[at]
    this.at = end
    return value
  }

  /** The argument of a head that must be of one major type. @throws TreeCorrupt */
  expect(type: number): number {
    const value = this.head()
    if (this.major !== type) throw new TreeCorrupt(`CBOR type ${this.major} instead of ${type}`)
    if (!Number.isSafeInteger(value)) throw new TreeCorrupt('a number beyond 2^53')
    return value
  }

  /** Goes behind a byte string whose head was just read. @throws TreeCorrupt */
  skipBytes(length: number): void {
    this.at += length
    if (this.at > this.bytes.length) throw new TreeCorrupt('the block ends within an item')
  }

  /** Goes behind the item at `at`, however deep. @throws TreeCorrupt */
  skipItem(): void {
    // Counting what is still to come instead of recursing: no depth can exhaust the stack.
    for (let left = 1; left > 0; left--) {
      const value = this.head()
      if (this.major === 2 || this.major === 3) {
        this.content = value
        this.skipBytes(value)
      } else if (this.major === major.array) left += value
      else if (this.major === major.map) left += 2 * value
      else if (this.major === major.tag) left += 1
    }
  }

  /** As `skipItem`, with a short way for short texts, byte strings and numbers. @returns the end */
  skipShort(): number {
    const { bytes, at } = this
    const first = bytes[at]
    const type = first >> 5
    const info = first & 31
    this.major = type
    if ((type === 2 || type === 3) && info <= 24) {
      this.content = info < 24 ? info : bytes[at + 1]
      this.at = at + (info < 24 ? 1 : 2) + this.content
    } else if (type < 2 && info < 24) this.at = at + 1
    else {
      this.skipItem()
      this.major = type
    }
    if (!(this.at <= bytes.length)) throw new TreeCorrupt('the block ends within an item')
    return this.at
  }
}

/** Bytes of a head with this argument. */
export const headSize = (value: number): number =>
  value < 24 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9

/** Writes a head in its shortest form. @returns where the next item begins */
export function writeHead(into: Uint8Array, at: number, type: number, value: number): number {
  const size = headSize(value)
  if (size === 1) {
    into[at] = (type << 5) | value
    return at + 1
  }
  into[at] = (type << 5) | (size === 2 ? 24 : size === 3 ? 25 : size === 5 ? 26 : 27)
  let rest = value
  for (let i = at + size - 1; i > at; i--) {
    into[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return at + size
}

/** Whether CBOR holds a link anywhere: canonical values have no other tag. */
export function holdsLink(value: Uint8Array): boolean {
  const first = value[0] >> 5
  if (first < major.array || first === major.simple) return false
  const reader = new CborReader(value)
  for (let left = 1; left > 0; left--) {
    const count = reader.head()
    if (reader.major === major.tag) return true
    if (reader.major === 2 || reader.major === 3) reader.skipBytes(count)
    else if (reader.major === major.array) left += count
    else if (reader.major === major.map) left += 2 * count
  }
  return false
}

/** A value's CBOR as the content of a byte string, where no link is seen. */
export function seal(value: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(headSize(value.length) + value.length)
  sealed.set(value, writeHead(sealed, 0, major.bytes, value.length))
  return sealed
}

/** What `seal` was given. @throws TreeCorrupt */
export function unseal(sealed: Uint8Array): Uint8Array {
  const reader = new CborReader(sealed)
  const length = reader.expect(major.bytes)
  if (length !== sealed.length - reader.at) throw new TreeCorrupt('a sealed value that is none')
  return sealed.subarray(reader.at)
}

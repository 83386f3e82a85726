/**
 * What UnixFS writes into the data of a dag-pb node (https://specs.ipfs.tech/unixfs/).
 *
 * Written here because the library (ipfs-unixfs 13.1.1 on protons-runtime 7.1.2) writes sizes wrong
 * whose bit 31 is set: those of a file of 2 to 4 GiB, for one.
 */
import { FieldReader, fieldBytes, varintBytes, writeVarint } from '../protobuf.js'

const types = ['raw', 'directory', 'file', 'metadata', 'symlink', 'hamt-sharded-directory'] as const
export type UnixfsType = (typeof types)[number]

export interface UnixfsTime {
  /** since 1970, may be negative */
  readonly seconds: number
  readonly nanoseconds?: number
}

export interface UnixfsData {
  readonly type: UnixfsType
  /** bytes of the file that are in the node itself; slots that a shard has taken */
  readonly data?: Uint8Array
  /** bytes of the file under each link */
  readonly blockSizes?: readonly number[]
  readonly hashType?: number
  readonly fanout?: number
  readonly mode?: number
  readonly mtime?: UnixfsTime
}

const tags = {
  type: 0x08,
  data: 0x12,
  fileSize: 0x18,
  blockSize: 0x20,
  blockSizes: 0x22,
  hashType: 0x28,
  fanout: 0x30,
  mode: 0x38,
  mtime: 0x42,
} as const
const timeTags = { seconds: 0x08, nanoseconds: 0x15 } as const

/** Bytes of the file that a node stands for. */
export function fileBytesOf({ data, blockSizes = [] }: UnixfsData): number {
  let sum = data?.length ?? 0
  for (const size of blockSizes) sum += size
  return sum
}

/** Canonical bytes. */
export function encodeData(value: UnixfsData): Uint8Array {
  const { type, data, blockSizes = [], hashType, fanout, mode, mtime } = value
  const numbers: (readonly [tag: number, number: number | undefined])[] = [
    [tags.fileSize, type === 'file' || type === 'raw' ? fileBytesOf(value) : undefined],
    ...blockSizes.map((size) => [tags.blockSize, size] as const),
    [tags.hashType, hashType],
    [tags.fanout, fanout],
    [tags.mode, mode],
  ]
  const time = mtime === undefined ? undefined : encodeTime(mtime)
  const own = data === undefined || data.length === 0 ? undefined : data
  let size = 2 + (own === undefined ? 0 : fieldBytes(own.length))
  for (const [, number] of numbers) if (number !== undefined) size += 1 + varintBytes(number)
  if (time !== undefined) size += fieldBytes(time.length)

  const bytes = new Uint8Array(size)
  let at = writeVarint(bytes, writeVarint(bytes, 0, tags.type), types.indexOf(type))
  if (own !== undefined) at = writeField(bytes, at, tags.data, own)
  for (const [tag, number] of numbers) {
    if (number !== undefined) at = writeVarint(bytes, writeVarint(bytes, at, tag), number)
  }
  if (time !== undefined) writeField(bytes, at, tags.mtime, time)
  return bytes
}

function writeField(bytes: Uint8Array, start: number, tag: number, field: Uint8Array): number {
  const at = writeVarint(bytes, writeVarint(bytes, start, tag), field.length)
  bytes.set(field, at)
  return at + field.length
}

function encodeTime({ seconds, nanoseconds }: UnixfsTime): Uint8Array {
  const bytes: number[] = [timeTags.seconds]
  // A negative number is its 64 bits in two's complement.
  let rest = BigInt.asUintN(64, BigInt(seconds))
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  if (nanoseconds !== undefined) {
    bytes.push(timeTags.nanoseconds)
    for (let shift = 0; shift < 32; shift += 8) bytes.push((nanoseconds >>> shift) & 0xff)
  }
  return Uint8Array.from(bytes)
}

/** @throws Error where the bytes are not what UnixFS says */
export function decodeData(bytes: Uint8Array): UnixfsData {
  const reader = new FieldReader(bytes)
  const value: { -readonly [Key in keyof UnixfsData]?: UnixfsData[Key] } = {}
  const blockSizes: number[] = []
  while (reader.at < reader.end) {
    const tag = reader.varint()
    if (tag === tags.type) value.type = types[reader.varint()]
    else if (tag === tags.data) value.data = reader.bytes()
    else if (tag === tags.blockSize) blockSizes.push(reader.varint())
    else if (tag === tags.blockSizes) for (const size of packed(reader)) blockSizes.push(size)
    else if (tag === tags.hashType) value.hashType = reader.varint()
    else if (tag === tags.fanout) value.fanout = reader.varint()
    else if (tag === tags.mode) value.mode = reader.varint()
    else if (tag === tags.mtime) value.mtime = decodeTime(reader)
    else reader.skip(tag)
  }
  const { type } = value
  if (type === undefined) throw new Error('it has no type that is known')
  return { ...value, type, blockSizes }
}

/** Several numbers in one field: a form that protobuf allows. */
function* packed(reader: FieldReader): Iterable<number> {
  const end = reader.endOfBytes()
  while (reader.at < end) yield reader.varint()
}

function decodeTime(reader: FieldReader): UnixfsTime {
  const end = reader.endOfBytes()
  const inner = new FieldReader(reader.source, reader.at, end)
  let seconds = 0
  let nanoseconds: number | undefined
  while (inner.at < inner.end) {
    const tag = inner.varint()
    if (tag === timeTags.seconds) seconds = inner.signedVarint()
    else if (tag === timeTags.nanoseconds) nanoseconds = inner.fixed32()
    else inner.skip(tag)
  }
  reader.at = end
  return nanoseconds === undefined ? { seconds } : { seconds, nanoseconds }
}

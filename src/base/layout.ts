/**
 * Fixed binary layouts: little-endian, fields in a fixed order, nothing optional, one encoding for
 * one value (spec OL-1, A). What is signed or hashed by the ledger is written with these.
 */
import { sha256 } from '#digest'
import { LeitherError } from './errors.js'

/** Bytes do not follow their layout, or a value does not fit into it. */
export class LayoutInvalid extends LeitherError {
  constructor(what: string) {
    super('LAYOUT_INVALID', 'bad-input', `${what}; ask the sender for a well-formed copy`)
  }
}

/** Small results share slabs: an array with memory of its own costs five times as much to make. */
const slabBytes = 65_536
const mostSharedBytes = 4096
let slab = new Uint8Array(slabBytes)
let slabUsed = 0

function copyOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > mostSharedBytes) return bytes.slice()
  if (slabUsed + bytes.length > slabBytes) {
    slab = new Uint8Array(slabBytes)
    slabUsed = 0
  }
  const copy = slab.subarray(slabUsed, slabUsed + bytes.length)
  copy.set(bytes)
  slabUsed += bytes.length
  return copy
}

/** Grows as it is written to. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(size = 256) {
    this.#bytes = new Uint8Array(size)
    this.#view = new DataView(this.#bytes.buffer)
  }

  #room(count: number): number {
    const at = this.#at
    this.#at += count
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }

  u8(value: number): void {
    const at = this.#room(1)
    this.#bytes[at] = value
  }
  u16(value: number): void {
    const at = this.#room(2)
    this.#view.setUint16(at, value, true)
  }
  u32(value: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
  }
  u64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigUint64(at, value, true)
  }
  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }
  /** What was written, as an array of its own. */
  done(): Uint8Array {
    return copyOf(this.#bytes.subarray(0, this.#at))
  }
  /** What was written, for a moment: the next write changes it. */
  lent(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }
  /** Bytes that there is room for. */
  get room(): number {
    return this.#bytes.length
  }
  /** Begins anew, in the same room. */
  clear(): void {
    this.#at = 0
  }
}

/** Reads from the front; reading past the end throws LayoutInvalid. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.left) {
      throw new LayoutInvalid(`${this.#bytes.length} bytes end before the field at ${at}`)
    }
    this.#at += count
    return at
  }

  u8(): number {
    return this.#bytes[this.#take(1)]
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }
  /** A copy: what is read outlives the buffer that it came in. */
  raw(count: number): Uint8Array {
    const at = this.#take(count)
    return this.#bytes.slice(at, at + count)
  }
}

/** How values of one type are written and read. */
export interface Layout<T> {
  write(writer: ByteWriter, value: T): void
  /** @throws LayoutInvalid */
  read(reader: ByteReader): T
}

/** The type of the values of a layout. */
export type ValueOf<L> = L extends Layout<infer T> ? T : never

const whole = (bits: number, most: number, name: 'u8' | 'u16' | 'u32'): Layout<number> => ({
  write(writer, value) {
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw new LayoutInvalid(`${value} is no unsigned number of ${bits} bits`)
    }
    writer[name](value)
  },
  read: (reader) => reader[name](),
})

export const u8: Layout<number> = whole(8, 0xff, 'u8')
export const u16: Layout<number> = whole(16, 0xffff, 'u16')
export const u32: Layout<number> = whole(32, 0xffffffff, 'u32')

const mostU64 = 0xffff_ffff_ffff_ffffn

export const u64: Layout<bigint> = {
  write(writer, value) {
    if (value < 0n || value > mostU64) {
      throw new LayoutInvalid(`${value} is no unsigned number of 64 bits`)
    }
    writer.u64(value)
  },
  read: (reader) => reader.u64(),
}

/** One byte, 0 or 1. */
export const flag: Layout<boolean> = {
  write: (writer, value) => writer.u8(value ? 1 : 0),
  read(reader) {
    const byte = reader.u8()
    if (byte > 1) throw new LayoutInvalid(`${byte} is neither 0 nor 1`)
    return byte === 1
  },
}

/** Exactly `count` bytes. */
export const bytesOf = (count: number): Layout<Uint8Array> => ({
  write(writer, value) {
    if (value.length !== count) {
      throw new LayoutInvalid(`${value.length} bytes stand where ${count} belong`)
    }
    writer.raw(value)
  },
  read: (reader) => reader.raw(count),
})

/** A length (32 bits) and so many bytes, at most `most`. */
export const blobOf = (most: number): Layout<Uint8Array> => ({
  write(writer, value) {
    if (value.length > most) throw new LayoutInvalid(`${value.length} bytes exceed ${most}`)
    writer.u32(value.length)
    writer.raw(value)
  },
  read(reader) {
    const length = reader.u32()
    if (length > most) throw new LayoutInvalid(`${length} bytes exceed ${most}`)
    return reader.raw(length)
  },
})

/** A count (32 bits) and so many values, at most `most`. */
export const listOf = <T>(item: Layout<T>, most: number): Layout<readonly T[]> => ({
  write(writer, values) {
    if (values.length > most) throw new LayoutInvalid(`${values.length} values exceed ${most}`)
    writer.u32(values.length)
    for (const value of values) item.write(writer, value)
  },
  read(reader) {
    const length = reader.u32()
    if (length > most) throw new LayoutInvalid(`${length} values exceed ${most}`)
    const values: T[] = []
    for (let i = 0; i < length; i++) values.push(item.read(reader))
    return values
  },
})

type Shape = Readonly<Record<string, Layout<unknown>>>
type Fields<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> }

/** Named fields in the order in which they are given. */
export function struct<S extends Shape>(shape: S): Layout<Fields<S>> {
  const fields = Object.entries(shape)
  return {
    write(writer, value) {
      for (const [name, layout] of fields) layout.write(writer, value[name])
    },
    read(reader) {
      const value: Record<string, unknown> = {}
      for (const [name, layout] of fields) value[name] = layout.read(reader)
      return value as Fields<S>
    },
  }
}

type Kinds = Readonly<Record<string, Layout<unknown>>>
type OneOf<K extends Kinds> = {
  [Name in keyof K & string]: { readonly kind: Name } & ValueOf<K[Name]>
}[keyof K & string]

/** One of several structs, told apart by one byte: the place of its name in `kinds`, from 1. */
export function oneOf<K extends Kinds>(kinds: K): Layout<OneOf<K>> {
  const names = Object.keys(kinds)
  return {
    write(writer, value) {
      const place = names.indexOf(value.kind)
      if (place < 0) throw new LayoutInvalid(`"${value.kind}" is none of ${names.join(', ')}`)
      writer.u8(place + 1)
      kinds[value.kind].write(writer, value)
    },
    read(reader) {
      const place = reader.u8()
      if (place === 0 || place > names.length) throw new LayoutInvalid(`there is no kind ${place}`)
      const kind = names[place - 1]
      return { kind, ...(kinds[kind].read(reader) as object) } as OneOf<K>
    },
  }
}

/** Larger rooms are not kept. */
const mostIdle = 65_536

/** Room that `encode` writes in, unless a layout that it runs encodes as well. */
let idle: ByteWriter | undefined = new ByteWriter(4096)

function written<T, R>(layout: Layout<T>, value: T, read: (writer: ByteWriter) => R): R {
  const writer = idle ?? new ByteWriter()
  idle = undefined
  try {
    writer.clear()
    layout.write(writer, value)
    return read(writer)
  } finally {
    if (writer.room <= mostIdle) idle = writer
  }
}

const done = (writer: ByteWriter): Uint8Array => writer.done()
const digested = (writer: ByteWriter): Uint8Array => sha256(writer.lent())

/** The bytes of a value. @throws LayoutInvalid where a field does not fit */
export const encode = <T>(layout: Layout<T>, value: T): Uint8Array => written(layout, value, done)

/** SHA-256 of the bytes of a value. @throws LayoutInvalid where a field does not fit */
export const digestOf = <T>(layout: Layout<T>, value: T): Uint8Array =>
  written(layout, value, digested)

/** The value of bytes that hold exactly one. @throws LayoutInvalid */
export function decode<T>(layout: Layout<T>, bytes: Uint8Array): T {
  const reader = new ByteReader(bytes)
  const value = layout.read(reader)
  if (reader.left > 0) throw new LayoutInvalid(`${reader.left} bytes follow the last field`)
  return value
}

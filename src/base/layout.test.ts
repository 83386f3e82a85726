import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { toHex } from './bytes.js'
import {
  blobOf,
  ByteReader,
  bytesOf,
  ByteWriter,
  decode,
  encode,
  flag,
  type Layout,
  LayoutInvalid,
  listOf,
  oneOf,
  struct,
  u16,
  u32,
  u64,
  u8,
} from './layout.js'

const point = struct({ x: u8, y: u16 })
const shape = oneOf({ dot: struct({ at: point }), line: struct({ ends: listOf(point, 2) }) })
const all = struct({
  ...{ a: u8, b: u16, c: u32, d: u64, yes: flag, raw: bytesOf(3), blob: blobOf(5) },
  ...{ list: listOf(u16, 4), shape },
})

const pointOf = fc.record({ x: fc.nat(255), y: fc.nat(65_535) })
const anything = fc.record({
  a: fc.nat(255),
  b: fc.nat(65_535),
  c: fc.nat(2 ** 32 - 1),
  d: fc.bigInt(0n, 2n ** 64n - 1n),
  yes: fc.boolean(),
  raw: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  blob: fc.uint8Array({ maxLength: 5 }),
  list: fc.array(fc.nat(65_535), { maxLength: 4 }),
  shape: fc.oneof(
    fc.record({ kind: fc.constant('dot' as const), at: pointOf }),
    fc.record({ kind: fc.constant('line' as const), ends: fc.array(pointOf, { maxLength: 2 }) }),
  ),
})

describe('layouts', () => {
  it('bring every value back from its bytes', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(decode(all, encode(all, value))).toEqual(value)
      }),
    )
  })

  it('have one encoding for one value: what is read is written the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let value
        try {
          value = decode(all, bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(LayoutInvalid)
          return
        }
        expect(encode(all, value)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('are little-endian, in the order of their fields', () => {
    const value = { x: 1, y: 0x0203 }
    expect(toHex(encode(point, value))).toBe('010302')
    expect(toHex(encode(u32, 0x01020304))).toBe('04030201')
    expect(toHex(encode(u64, 0x0102030405060708n))).toBe('0807060504030201')
    expect(toHex(encode(listOf(u8, 3), [7, 8]))).toBe('020000000708')
    expect(toHex(encode(blobOf(3), Uint8Array.of(9)))).toBe('0100000009')
    expect(toHex(encode(shape, { kind: 'dot', at: value }))).toBe('01010302')
  })

  it('refuse values that do not fit', () => {
    const refused: [Layout<never>, unknown][] = [
      [u8 as Layout<never>, 256],
      [u8 as Layout<never>, -1],
      [u16 as Layout<never>, 1.5],
      [u32 as Layout<never>, 2 ** 32],
      [u64 as Layout<never>, 2n ** 64n],
      [u64 as Layout<never>, -1n],
      [bytesOf(2) as Layout<never>, new Uint8Array(3)],
      [blobOf(2) as Layout<never>, new Uint8Array(3)],
      [listOf(u8, 1) as Layout<never>, [1, 2]],
      [shape as Layout<never>, { kind: 'circle' }],
    ]
    for (const [layout, value] of refused) {
      expect(() => encode(layout, value as never)).toThrow(LayoutInvalid)
    }
  })

  it('refuse bytes that are too few, too many, or mean nothing', () => {
    expect(() => decode(point, Uint8Array.of(1, 2))).toThrow('end before')
    expect(() => decode(point, Uint8Array.of(1, 2, 3, 4))).toThrow('1 bytes follow')
    expect(() => decode(flag, Uint8Array.of(2))).toThrow('neither 0 nor 1')
    expect(() => decode(shape, Uint8Array.of(0))).toThrow('no kind 0')
    expect(() => decode(shape, Uint8Array.of(3))).toThrow('no kind 3')
    expect(() => decode(listOf(u8, 2), Uint8Array.of(3, 0, 0, 0, 1, 1, 1))).toThrow('exceed 2')
    expect(() => decode(blobOf(2), Uint8Array.of(255, 255, 255, 255))).toThrow('exceed 2')
  })

  it('write and read from the middle of a buffer, and give arrays of their own', () => {
    const buffer = Uint8Array.of(9, 9, 1, 3, 2, 9)
    const reader = new ByteReader(buffer.subarray(2, 5))
    expect(reader.u8()).toBe(1)
    expect(reader.u16()).toBe(0x0203)
    expect(reader.left).toBe(0)
    const raw = decode(bytesOf(2), buffer.subarray(0, 2))
    buffer.fill(0)
    expect(raw).toEqual(Uint8Array.of(9, 9))
  })

  it('grow, and go on where a layout encodes within another', () => {
    const writer = new ByteWriter(1)
    for (let i = 0; i < 100; i++) writer.u32(i)
    expect(writer.done().length).toBe(400)
    const nested: Layout<number> = {
      write: (to, value) => to.raw(encode(u16, value)),
      read: u16.read,
    }
    const both = struct({ a: u16, b: nested, c: u16 })
    expect(toHex(encode(both, { a: 1, b: 2, c: 3 }))).toBe('010002000300')
    expect(() => encode(u8, 256)).toThrow()
    expect(toHex(encode(u8, 255))).toBe('ff')
    expect(encode(blobOf(100_000), new Uint8Array(100_000)).length).toBe(100_004)
  })
})

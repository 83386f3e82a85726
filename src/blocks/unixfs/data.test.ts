import * as fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { describe, expect, it } from 'vitest'
import { type UnixfsType, decodeData, encodeData, fileBytesOf } from './data.js'

const types: UnixfsType[] = ['raw', 'directory', 'file', 'symlink', 'hamt-sharded-directory']
const type = fc.constantFrom(...types)
const data = fc.uint8Array({ minLength: 1, maxLength: 200 })
const mode = fc.integer({ min: 0, max: 0o7777 })
const nanoseconds = fc.integer({ min: 0, max: 999_999_999 })
const timeFrom = (seconds: fc.Arbitrary<number>) =>
  fc.record({ seconds, nanoseconds }, { requiredKeys: ['seconds'] })
const valueFrom = (size: fc.Arbitrary<number>, seconds: fc.Arbitrary<number>) =>
  fc.record(
    {
      type,
      data,
      blockSizes: fc.array(size, { maxLength: 5 }),
      hashType: fc.nat(100),
      fanout: fc.nat(1024),
      mode,
      mtime: timeFrom(seconds),
    },
    { requiredKeys: ['type', 'blockSizes'] },
  )

describe('UnixFS data', () => {
  it('is written as the library writes it, where the library is right', () => {
    // Sums stay below 2^31: above, the library is wrong for every second number.
    const small = valueFrom(fc.nat(2 ** 28), fc.nat(2 ** 30))
    fc.assert(
      fc.property(small, (value) => {
        const { mtime, hashType, fanout } = value
        const isDirectory = /directory/.test(value.type)
        // The library leaves out the usual mode.
        fc.pre(value.mode !== (isDirectory ? 0o755 : 0o644))
        const library = new UnixFS({
          type: value.type,
          data: value.data,
          mode: value.mode,
          blockSizes: value.blockSizes.map(BigInt),
          hashType: hashType === undefined ? undefined : BigInt(hashType),
          fanout: fanout === undefined ? undefined : BigInt(fanout),
          mtime: mtime && { secs: BigInt(mtime.seconds), nsecs: mtime.nanoseconds },
        })
        expect(Buffer.from(encodeData(value)).equals(library.marshal())).toBe(true)
        if (!isDirectory) expect(BigInt(fileBytesOf(value))).toBe(library.fileSize())
      }),
    )
  })

  it('comes back as it was, with sizes and times of any size', () => {
    const large = valueFrom(
      fc.oneof(fc.constantFrom(2 ** 31, 2 ** 32 - 1, 3 * 2 ** 30, 2 ** 48), fc.nat(2 ** 31)),
      fc.maxSafeInteger(),
    )
    fc.assert(
      fc.property(large, (value) => {
        const read = decodeData(encodeData(value))
        expect({ ...read, data: read.data && Buffer.from(read.data) }).toEqual({
          ...value,
          data: value.data && Buffer.from(value.data),
        })
      }),
    )
  })

  it('is read in the forms that protobuf allows', () => {
    const packed = Uint8Array.of(0x08, 2, 0x22, 3, 5, 0x80, 1, 0x20, 7)
    expect(decodeData(packed)).toEqual({ type: 'file', blockSizes: [5, 128, 7] })
    const unknown = Uint8Array.of(0x48, 0x80, 1, 0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 1, 0x7a, 1, 9)
    expect(decodeData(unknown)).toEqual({ type: 'directory', blockSizes: [] })
  })

  it('is refused with an error, whatever the bytes', () => {
    const reads = (bytes: Uint8Array): void => {
      try {
        decodeData(bytes)
      } catch (error) {
        expect((error as Error).message).toMatch(/too soon|too large|field|no type/)
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), reads))
    const whole = encodeData({
      type: 'file',
      data: Uint8Array.of(1, 2),
      blockSizes: [300],
      mtime: { seconds: -5, nanoseconds: 7 },
    })
    for (let end = 0; end < whole.length; end++) reads(whole.subarray(0, end))
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 0x22, 0x42, 0x80, 0xff]) {
        const changed = whole.slice()
        changed[at] = value
        reads(changed)
      }
    }
  })
})

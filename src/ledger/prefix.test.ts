import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { decode, encode, toHex } from '#base'
import {
  bitOf,
  covers,
  halves,
  parentOf,
  prefixLayout,
  prefixLimit,
  related,
  toPrefix,
  wholeTree,
} from './prefix.js'

const anyPrefix = fc
  .array(fc.constantFrom('0', '1'), { maxLength: prefixLimit })
  .map((bits) => toPrefix(bits.join('')))

describe('a branch', () => {
  it('is 9 bytes, one encoding each', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const bytes = encode(prefixLayout, prefix)
        expect(bytes.length).toBe(9)
        expect(decode(prefixLayout, bytes)).toBe(prefix)
      }),
    )
    expect(toHex(encode(prefixLayout, toPrefix('10100000011')))).toBe('0ba060000000000000')
    expect(toHex(encode(prefixLayout, wholeTree))).toBe('000000000000000000')
  })

  it('refuses bytes and texts that are none', () => {
    const bytes = encode(prefixLayout, toPrefix('101'))
    const longer = bytes.slice()
    longer[0] = 2
    expect(() => decode(prefixLayout, longer)).toThrow('bits follow the end')
    const tooLong = bytes.slice()
    tooLong[0] = 65
    expect(() => decode(prefixLayout, tooLong)).toThrow('65 bits is too long')
    expect(() => toPrefix('012')).toThrow('no branch')
    expect(() => toPrefix('0'.repeat(65))).toThrow('no branch')
  })

  it('covers the ids that begin as it does, and so does just one of its halves', () => {
    const anyId = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(anyId, fc.nat(prefixLimit - 1), (id, length) => {
        const bits = Array.from({ length }, (_, i) => bitOf(id, i)).join('')
        const prefix = toPrefix(bits)
        expect(covers(prefix, id)).toBe(true)
        const [left, right] = halves(prefix)
        expect(covers(left, id)).toBe(bitOf(id, length) === 0)
        expect(covers(right, id)).toBe(bitOf(id, length) === 1)
        expect(parentOf(left)).toBe(prefix)
        expect(related(prefix, left) && related(right, prefix)).toBe(true)
        expect(related(left, right)).toBe(false)
      }),
    )
    expect(() => parentOf(wholeTree)).toThrow('half of nothing')
  })
})

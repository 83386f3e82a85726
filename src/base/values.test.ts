import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterPrefix,
  BadInput,
  cidOf,
  codecs,
  compare,
  concat,
  decodeCbor,
  encodeCbor,
  fromBase64,
  fromHex,
  fromJson,
  fromText,
  matchesCid,
  NotCanonical,
  NotEncodable,
  parseCid,
  startsWith,
  toBase64,
  toBase64Url,
  toHex,
  toJson,
  toText,
  type Value,
} from './index.js'

const bytes = fc.uint8Array({ maxLength: 40 })
const plain: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
    fc.string({ unit: 'grapheme' }),
    bytes,
    bytes.map((content) => cidOf(codecs.raw, content)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '/' && key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value

describe('bytes', () => {
  it('turn into texts and back', () => {
    fc.assert(
      fc.property(bytes, (content) => {
        expect(fromHex(toHex(content))).toEqual(content)
        expect(fromBase64(toBase64(content))).toEqual(content)
        expect(fromBase64(toBase64Url(content))).toEqual(content)
      }),
    )
    expect(fromHex('0g')).toBeUndefined()
    expect(fromBase64('a')).toBeUndefined()
    expect(fromBase64('a b')).toBeUndefined()
    expect(toText(fromText('弥媒 ☂'))).toBe('弥媒 ☂')
  })

  it('are ordered as Buffers are, and prefixes end where they should', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compare(a, b))).toBe(Buffer.compare(a, b))
        const end = afterPrefix(a)
        const inside = concat(a, b)
        expect(startsWith(inside, a)).toBe(true)
        if (end !== undefined) expect(compare(inside, end)).toBeLessThan(0)
      }),
    )
    expect(afterPrefix(Uint8Array.of(1, 0xff))).toEqual(Uint8Array.of(2))
    expect(afterPrefix(Uint8Array.of(0xff))).toBeUndefined()
  })
})

describe('values', () => {
  it('cross CBOR and JSON unchanged', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(decodeCbor(encodeCbor(value))).toEqual(value)
        expect(fromJson(toJson(value))).toEqual(value)
      }),
    )
  })

  it('have one encoding, whatever the order of their keys', () => {
    expect(encodeCbor({ bb: 1, a: 2 })).toEqual(encodeCbor({ a: 2, bb: 1 }))
  })

  it('are refused where they cannot be kept', () => {
    for (const bad of [NaN, Infinity, undefined, () => 1]) {
      expect(() => encodeCbor(bad as never)).toThrow(NotEncodable)
    }
    for (const bad of ['', 'ff', '1801', 'a16161', 'fb7ff8000000000000']) {
      expect(() => decodeCbor(fromHex(bad)!)).toThrow(NotCanonical)
    }
  })

  it('keep hostile keys as data', () => {
    const value = fromJson('{"__proto__":{"polluted":true},"a":{"/":{"bytes":"AQ"}}}')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(Object.keys(value as object)).toEqual(['__proto__', 'a'])
    expect(() => fromJson('{"/":1}')).toThrow(BadInput)
    expect(() => fromJson('{')).toThrow(BadInput)
  })
})

describe('content ids', () => {
  it('fit their bytes and no others', () => {
    const content = fromText('hello')
    const cid = cidOf(codecs.raw, content)
    expect(cid.toString()).toBe('bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq')
    expect(matchesCid(cid, content)).toBe(true)
    expect(matchesCid(cid, fromText('hellp'))).toBe(false)
    expect(parseCid(cid.toString()).equals(cid)).toBe(true)
    expect(() => parseCid('bafy')).toThrow(BadInput)
  })
})

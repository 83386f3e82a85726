import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, fromText } from '#base'
import {
  after,
  endOf,
  endOfDatabase,
  integerKey,
  itemHead,
  itemKey,
  meaningOf,
  nameKey,
  readInteger,
  space,
} from './layout.js'

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((t) => !/\p{Surrogate}/u.test(t))
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 }))

describe('the layout of keys', () => {
  it('orders integers and names by their bytes', () => {
    fc.assert(
      fc.property(integer, integer, text, text, (a, b, x, y) => {
        const head = itemHead(space.zsetScore, 'key')
        const [one, two] = [integerKey(head, a), integerKey(head, b)]
        expect(Math.sign(compare(one, two))).toBe(Math.sign(a - b))
        expect(readInteger(one, head.length)).toBe(a)
        const names = compare(nameKey(space.string, x), nameKey(space.string, y))
        expect(Math.sign(names)).toBe(Math.sign(compare(fromText(x), fromText(y))))
      }),
    )
  })

  it('keeps the items of a name together and apart from all others', () => {
    fc.assert(
      fc.property(text, text, text, (name, other, item) => {
        const head = itemHead(space.hashField, name)
        const key = itemKey(itemHead(space.hashField, other), item, 'field')
        const inside = compare(key, head) >= 0 && compare(key, endOf(head)) < 0
        expect(inside).toBe(name === other)
        expect(compare(key, endOfDatabase)).toBeLessThan(0)
        expect(compare(after(key), key)).toBeGreaterThan(0)
      }),
    )
  })

  it('reads back what keys stand for', () => {
    fc.assert(
      fc.property(text, text, integer, (key, field, score) => {
        const of = (stored: Uint8Array) => meaningOf(stored)
        expect(of(nameKey(space.set, key))).toEqual({
          type: 'set',
          key,
          field: undefined,
          shadow: false,
        })
        expect(of(itemKey(itemHead(space.hashField, key), field, 'field'))).toEqual({
          type: 'hash',
          key,
          field,
          shadow: false,
        })
        const shadow = integerKey(itemHead(space.zsetScore, key), score, fromText(field))
        expect(of(shadow)).toEqual({ type: 'zset', key, field, shadow: true })
        const place = integerKey(itemHead(space.listItem, key), score)
        expect(of(place)).toMatchObject({ type: 'list', key, field: String(score) })
      }),
    )
    expect(meaningOf(Uint8Array.of(0x7f, 1))).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { cidOf, codecs, fromText } from '#base'
import { makeKey } from '#identity'
import { seededRandom } from '#world'
import { makeHead, midOfMark, readHead } from './flow-party.contract.js'
import { headRules, isNewer } from './records.js'

const rules = headRules(readHead)
const mid = midOfMark('a')
const key = fromText(mid)
const head = (seq: number, { mark = 'a', open = true, salt = 0 } = {}): Uint8Array => {
  const versions = [cidOf(codecs.raw, Uint8Array.of(seq, salt))]
  return makeHead({ mark, seq, versions, content: versions, open })
}

describe('a head in the hash table', () => {
  it('must be signed, of this unit, open, and of a fair size', () => {
    rules.validate(key, head(1))
    expect(() => rules.validate(key, head(1, { mark: 'b' }))).toThrow(/head of unit/)
    expect(() => rules.validate(key, head(1, { open: false }))).toThrow(/private/)
    expect(() => rules.validate(key, new Uint8Array(70_000))).toThrow(/70000/)
    expect(() => rules.validate(key, fromText('noise'))).toThrow()
    const words = { mark: 'a', seq: 1, versions: [], content: [], open: true }
    const forged = makeHead(words, makeKey(seededRandom(7)))
    expect(() => rules.validate(key, forged)).toThrow(/signature/)
  })

  it('gives way to the higher sequence, in whatever order they come', () => {
    expect(rules.select(key, [head(1), head(3), head(2)])).toBe(1)
    expect(rules.select(key, [fromText('noise'), head(1)])).toBe(1)
    expect(rules.select(key, [head(9, { mark: 'b' }), head(1)])).toBe(1)
  })

  it('is chosen alike by all where two have the same sequence', () => {
    const [x, y] = [head(5, { salt: 1 }), head(5, { salt: 2 })]
    const chosen = [[x, y][rules.select(key, [x, y])], [y, x][rules.select(key, [y, x])]]
    expect(chosen[0]).toBe(chosen[1])
    expect(isNewer(readHead(x), readHead(y))).toBe(!isNewer(readHead(y), readHead(x)))
    expect(isNewer(readHead(x), readHead(x))).toBe(false)
  })
})

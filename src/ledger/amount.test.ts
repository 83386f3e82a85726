import { describe, expect, it } from 'vitest'
import { addSums, equalSums, noSums } from './amount.js'

const some = { total: 10n, bond: 3n, count: 2 }

describe('sums', () => {
  it('add up field by field', () => {
    expect(addSums(some, { total: 5n, bond: 5n, count: 1 })).toEqual({
      ...{ total: 15n, bond: 8n, count: 3 },
    })
    expect(addSums(some, noSums)).toEqual(some)
    expect(equalSums(some, { ...some })).toBe(true)
    for (const other of [{ total: 9n }, { bond: 2n }, { count: 1 }]) {
      expect(equalSums(some, { ...some, ...other })).toBe(false)
    }
  })

  it('refuse to exceed 64 bits, 2^32 accounts, or to pledge more than there is', () => {
    const most = { total: 2n ** 64n - 1n, bond: 0n, count: 1 }
    expect(addSums(most, noSums)).toEqual(most)
    expect(() => addSums(most, { total: 1n, bond: 0n, count: 1 })).toThrow('do not add up')
    expect(() => addSums({ total: 1n, bond: 2n, count: 1 }, noSums)).toThrow('do not add up')
    const many = { total: 0n, bond: 0n, count: 2 ** 31 }
    expect(() => addSums(many, many)).toThrow('do not add up')
  })
})

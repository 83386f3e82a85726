import { describe, expect, it } from 'vitest'
import { amountAt, isTooMuch, settle } from './halves.js'
import { Leaves } from './leaves.js'
import { randomAccount, randomsOf } from './sample.contract.js'

describe('sums in halves', () => {
  it('stay exact through millions of additions, and back to nothing', () => {
    const leaves = new Leaves()
    const leaf = leaves.claim()
    const account = randomAccount(randomsOf(1))
    const cold = { ...account.cold, held: 2n ** 32n - 1n, bond: 2n ** 32n - 2n }
    leaves.write(leaf, { ...account, amount: 2n ** 32n - 3n, cold })
    const sums = new Float64Array(4)
    const times = 2_200_000
    for (let i = 0; i < times; i++) leaves.addTo(sums, 0, leaf, 1)
    expect(amountAt(sums, 0)).toBe(BigInt(times) * (3n * 2n ** 32n - 6n))
    expect(amountAt(sums, 2)).toBe(BigInt(times) * (2n ** 32n - 2n))
    for (let i = 0; i < times; i++) leaves.addTo(sums, 0, leaf, -1)
    expect([...sums]).toEqual([0, 0, 0, 0])
  })

  it('carry and borrow, and tell what has more than 64 bits', () => {
    const sums = Float64Array.of(2 ** 32 + 5, 6, -1, 1)
    settle(sums, 0)
    settle(sums, 2)
    expect(amountAt(sums, 0)).toBe(7n * 2n ** 32n + 5n)
    expect(amountAt(sums, 2)).toBe(2n ** 32n - 1n)
    const most = Float64Array.of(2 ** 32 - 1, 2 ** 32 - 1)
    expect(isTooMuch(most, 0)).toBe(false)
    most[0]++
    settle(most, 0)
    expect(isTooMuch(most, 0)).toBe(true)
    expect(amountAt(most, 0)).toBe(2n ** 64n)
  })
})

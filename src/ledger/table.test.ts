import { describe, expect, it } from 'vitest'
import { noRoot } from './header.js'
import { type Prefix, toPrefix } from './prefix.js'
import { upperHash } from './synopsis.js'
import { entryStates, forksAbove, type Table, type TableEntry, totals, treeAbove } from './table.js'
import { randomBytes, randomsOf } from './tree/sample.contract.js'

const random = randomsOf(31)

const entryOf = (text: string, state: number = entryStates.open): TableEntry => ({
  ...{ prefix: toPrefix(text), state, headerHash: noRoot, height: 1n },
  ...{ stateRoot: randomBytes(random, 32), total: BigInt(random(1000) + 100), bondSum: 7n },
  ...{ count: random(99) + 1, cumDebit: 10n, cumOut: 5n, cumIn: 4n, settledDebit: 0n },
  committee: noRoot,
})

const side = ({ stateRoot, total, bondSum, count }: TableEntry) => ({
  hash: stateRoot,
  sums: { total, bond: bondSum, count },
})

const table: Table = ['0', '100', '101', '11'].map((text) => entryOf(text))

describe('the table', () => {
  it('has a tree above its branches, level by level', () => {
    const [zero, left, right, last] = table.map(side)
    const sumsOf = (...sides: ReturnType<typeof side>[]) => ({
      total: sides.reduce((sum, { sums }) => sum + sums.total, 0n),
      bond: sides.reduce((sum, { sums }) => sum + sums.bond, 0n),
      count: sides.reduce((sum, { sums }) => sum + sums.count, 0),
    })
    const lower = { hash: upperHash(2, left, right), sums: sumsOf(left, right) }
    const upper = { hash: upperHash(1, lower, last), sums: sumsOf(left, right, last) }
    const whole = { hash: upperHash(0, zero, upper), sums: sumsOf(zero, left, right, last) }
    expect(treeAbove(table)).toEqual(whole)
    expect(forksAbove(table, toPrefix('101'))).toEqual([
      { bit: 2, sides: [left, right] },
      { bit: 1, sides: [lower, last] },
      { bit: 0, sides: [zero, upper] },
    ])
    expect(forksAbove(table, toPrefix('0'))).toEqual([{ bit: 0, sides: [zero, upper] }])
  })

  it('of one branch is that branch', () => {
    const only = entryOf('')
    expect(treeAbove([only])).toEqual(side(only))
    expect(forksAbove([only], '' as Prefix)).toEqual([])
  })

  it('counts retired branches for what flowed, not for what they hold', () => {
    const retired = entryOf('10', entryStates.retired)
    const more = [table[0], retired, ...table.slice(1)]
    expect(treeAbove(more)).toEqual(treeAbove(table))
    const { total, count, cumOut, cumIn, cumDebit } = totals(more)
    expect(total).toBe(table.reduce((sum, entry) => sum + entry.total, 0n))
    expect(count).toBe(table.reduce((sum, entry) => sum + entry.count, 0))
    expect([cumDebit, cumOut, cumIn]).toEqual([50n, 25n, 20n])
  })

  it('leaves no gap, no overlap and no disorder', () => {
    expect(() => treeAbove(table.slice(1))).toThrow('no branch keeps the accounts below "0"')
    expect(() => treeAbove([])).toThrow('no branch keeps')
    const double = [table[0], entryOf('10'), ...table.slice(1)]
    expect(() => treeAbove(double)).toThrow('two branches keep accounts below "10"')
    expect(() => treeAbove(table.toReversed())).toThrow('branch')
  })
})

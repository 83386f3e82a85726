import { describe, expect, it } from 'vitest'
import { decode, encode, fromText, sha256 } from '#base'
import { keyFromSeed } from '#identity'
import {
  type Account,
  accountOf,
  accountTree,
  headerHash,
  type Prefix,
  toPrefix,
  wholeTree,
} from '#ledger'
import {
  branchOf,
  type Charter,
  charterHash,
  charterLayout,
  isWhole,
  marksNeeded,
  seatingOf,
  usualRules,
} from './charter.js'
import { genesisOf } from './genesis.js'

const keyNamed = (text: string): Uint8Array => keyFromSeed(sha256(fromText(text))).publicKey
const prefixes = (...texts: string[]): Prefix[] => texts.map(toPrefix)
const four = ['a', 'b', 'c', 'd'].map(keyNamed)

const charter: Charter = {
  org: accountOf(keyNamed('org')),
  orgKey: keyNamed('org'),
  name: fromText('trees'),
  supply: 1000n,
  treasury: keyNamed('treasury'),
  supervisors: [keyNamed('founder')],
  rules: usualRules,
  root: four,
  seats: prefixes('', '0', '1').map((prefix) => ({ prefix, committee: four, keepers: [] })),
  branches: prefixes('0', '1'),
}

const accountNamed = (name: string, amount: bigint): Account => ({
  id: accountOf(keyNamed(name)),
  amount,
  pulse: 0n,
  cold: {
    blind: new Uint8Array(16),
    publicKey: keyNamed(name),
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  },
})

describe('a charter', () => {
  it('reads back as it was written, and is named by its hash', () => {
    const bytes = encode(charterLayout, charter)
    expect(decode(charterLayout, bytes)).toEqual(charter)
    expect(charterHash({ ...charter, supply: 1001n })).not.toEqual(charterHash(charter))
  })

  const wrong: [string, Partial<Charter>][] = [
    ['a supply of 0', { supply: 0n }],
    ['a supply of', { supply: 2n ** 63n }],
    ['the root has no bookkeeper', { root: [] }],
    ['leave a gap', { branches: prefixes('0') }],
    ['overlap', { branches: prefixes('', '0', '1') }],
    ['has no seats', { branches: prefixes('0', '10', '11') }],
    ['its seats twice', { seats: [...charter.seats, charter.seats[0]] }],
    ['has no bookkeeper', { seats: [{ ...charter.seats[0], committee: [] }] }],
    ['split in turn', { rules: { ...usualRules, splitAbove: 10, mergeBelow: 9 } }],
  ]
  it.each(wrong)('that does not add up is refused: %s', (message, change) => {
    expect(() => seatingOf({ ...charter, ...change })).toThrow(message)
  })

  it('knows the committee of every branch that may come to be', () => {
    const seating = seatingOf(charter)
    expect(seating.committee(wholeTree)?.members).toEqual(four)
    expect(seating.committee(toPrefix('00'))).toBeUndefined()
  })
})

describe('branches', () => {
  it('cover every id exactly once, or are no partition', () => {
    expect(isWhole(prefixes(''))).toBe(true)
    expect(isWhole(prefixes('0', '10', '110', '111'))).toBe(true)
    expect(isWhole(prefixes('0', '10', '111'))).toBe(false)
    expect(isWhole(prefixes('0', '1', '1'))).toBe(false)
    expect(isWhole([])).toBe(false)
  })

  it('take an account by its first bits', () => {
    const id = Uint8Array.of(0b1100_0000, ...new Uint8Array(19))
    expect(branchOf(prefixes('0', '10', '11'), id)).toBe('11')
    expect(() => branchOf(prefixes('0', '10'), id)).toThrow('gap')
  })

  it('want the marks of more than half of their keepers', () => {
    expect([0, 1, 2, 3, 4, 7].map(marksNeeded)).toEqual([0, 1, 2, 2, 3, 4])
  })
})

describe('a genesis', () => {
  const accounts = Array.from({ length: 20 }, (_, i) => accountNamed(`member ${i}`, 50n))

  it('gives every bookkeeper the same pulse 0', () => {
    const one = genesisOf(seatingOf(charter), accounts)
    const other = genesisOf(seatingOf(charter), accounts.toReversed())
    expect(headerHash(one.root)).toEqual(headerHash(other.root))
    expect(one.root.total).toBe(1000n)
    expect(one.root.count).toBe(20)
    expect(one.table.map(({ prefix }) => prefix)).toEqual(['0', '1'])
  })

  it('has one tree whether one branch keeps it or two, once both are large', () => {
    const many = Array.from({ length: 1000 }, (_, i) => accountNamed(`member ${i}`, 1n))
    const split = genesisOf(seatingOf(charter), many)
    expect(split.root.stateRoot).toEqual(accountTree(wholeTree, many).root())
  })

  it('is refused where the accounts do not hold the supply', () => {
    expect(() => genesisOf(seatingOf(charter), accounts.slice(1))).toThrow('the supply is 1000')
  })
})

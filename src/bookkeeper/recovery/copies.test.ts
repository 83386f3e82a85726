import { describe, expect, it } from 'vitest'
import { keyId, sha256, fromText } from '#base'
import { keyFromSeed } from '#identity'
import {
  type Account,
  accountOf,
  accountTree,
  type Header,
  type Prefix,
  toPrefix,
  wholeTree,
} from '#ledger'
import { genesisOf, seatingOf, usualRules } from '#organization'
import { type Copy, closeCopy, type FoundCopy, neighbours, openCopy, rebuild } from './copies.js'

const seedOf = (text: string): Uint8Array => sha256(fromText(text))
const keyNamed = (text: string) => keyFromSeed(seedOf(text))
const secret = seedOf('secret of the branch')

const accountNamed = (name: string, amount: bigint): Account => {
  const { publicKey } = keyNamed(name)
  return {
    id: accountOf(publicKey),
    amount,
    pulse: 0n,
    cold: {
      blind: seedOf(name).subarray(0, 16),
      publicKey,
      nonce: 0n,
      held: 0n,
      bond: 0n,
      votesRoot: new Uint8Array(32),
      flags: 0,
    },
  }
}

const accounts = Array.from({ length: 40 }, (_, i) => accountNamed(`member ${i}`, 25n))
const bookkeepers = ['a', 'b', 'c', 'd'].map((name) => keyNamed(name).publicKey)
const opening = (): Header => {
  const seating = seatingOf({
    org: accountOf(seedOf('org')),
    orgKey: seedOf('org'),
    name: fromText('trees'),
    supply: 1000n,
    treasury: accounts[0].cold.publicKey,
    supervisors: [],
    rules: usualRules,
    root: bookkeepers,
    seats: [{ prefix: wholeTree, committee: bookkeepers, keepers: [] }],
    branches: [wholeTree],
  })
  const header = genesisOf(seating, accounts).headers.get(wholeTree)
  if (header === undefined) throw new Error('the genesis has no branch')
  return header
}
const first = opening()

const copyOf = (pulse: bigint, header: Header, some: readonly Account[], group = ''): Copy => ({
  group: toPrefix(group),
  pulse,
  header,
  accounts: some,
  image: fromText('image'),
})
const found = (from: string, copy: Copy): FoundCopy => ({ from, copy })

describe('a closed copy', () => {
  it('opens with the secret of its branch and with no other', () => {
    const copy = copyOf(7n, first, accounts.slice(0, 3))
    const closed = closeCopy(secret, copy)
    expect(openCopy(secret, closed)).toEqual(copy)
    expect(openCopy(seedOf('another'), closed)).toBeUndefined()
  })

  it('does not open once a byte has changed', () => {
    const closed = closeCopy(secret, copyOf(7n, first, accounts.slice(0, 3)))
    for (let i = 0; i < closed.length; i += 7) {
      const changed = closed.slice()
      changed[i] ^= 1
      expect(openCopy(secret, changed)).toBeUndefined()
    }
  })
})

describe('a branch rebuilt from copies', () => {
  const entry = (accountsThen: readonly Account[], height: bigint) => ({
    stateRoot: accountTree(wholeTree, accountsThen).root(),
    height,
  })

  it('is what the table says, of each account the newest', () => {
    const changed = { ...accounts[5], amount: 1n }
    const later = { ...first, height: 3n }
    const copies = [
      found('a', copyOf(2n, later, [changed], '0')),
      found('b', copyOf(1n, first, accounts)),
    ]
    const now = [...accounts.slice(0, 5), changed, ...accounts.slice(6)]
    const rebuilt = rebuild(wholeTree, copies, entry(now, 3n), 1)
    if ('missing' in rebuilt) throw new Error(rebuilt.missing)
    expect(rebuilt.tree.get(changed.id)).toEqual(changed)
    expect(rebuilt.tree.sums.count).toBe(40)
  })

  it('says that pages are missing, and never takes a wrong state for the right one', () => {
    const copies = [found('a', copyOf(1n, first, accounts.slice(1)))]
    const rebuilt = rebuild(wholeTree, copies, entry(accounts, 0n), 1)
    expect(rebuilt).toHaveProperty('missing')
    expect('missing' in rebuilt && rebuilt.missing).toContain('pages are missing')
  })

  it('finds the bookkeeper that made false copies', () => {
    const rich = { ...accounts[5], amount: 1_000_000n }
    const copies = [
      found('a', copyOf(1n, first, accounts)),
      found('b', copyOf(9n, first, [rich])),
      found('c', copyOf(1n, first, accounts.slice(3))),
    ]
    const rebuilt = rebuild(wholeTree, copies, entry(accounts, 0n), 1)
    if ('missing' in rebuilt) throw new Error(rebuilt.missing)
    expect(rebuilt.tree.get(rich.id)?.amount).toBe(25n)
  })
})

describe('the neighbours of a group', () => {
  const members = accounts.map(({ cold }) => keyId(cold.publicKey))

  it('are those that share most bits with it', () => {
    const near = neighbours('0101' as Prefix, members, 3)
    expect(near).toHaveLength(3)
    const bits = (i: number): string =>
      [...accounts[i].id.subarray(0, 2)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    const shared = (i: number): number =>
      [4, 3, 2, 1, 0].find((n) => bits(i).startsWith('0101'.slice(0, n))) ?? 0
    const best = members
      .map((_, i) => shared(i))
      .sort((a, b) => b - a)
      .slice(0, 3)
    expect(near.map((name) => shared(members.findIndex((id) => id === name)))).toEqual(best)
  })

  it('do not depend on the order of the directory', () => {
    const there = neighbours('01' as Prefix, members, 7)
    expect(neighbours('01' as Prefix, members.toReversed(), 7)).toEqual(there)
  })
})

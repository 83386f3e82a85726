import { describe, expect, it } from 'vitest'
import { compare, equal, toHex } from '#base'
import { type Account, worth } from '../account.js'
import { addSums, equalSums, noSums, type Sums } from '../amount.js'
import { bitOf, covers, toPrefix, wholeTree } from '../prefix.js'
import {
  accountHash,
  type Digest,
  emptyHash,
  groupHash,
  innerHash,
  upperHash,
} from '../synopsis.js'
import { coldHash, leafHash } from '../synopsis.js'
import { type AccountTree, groupLimit, type Path } from './account-tree.js'
import { randomAccount, randomsOf } from './sample.contract.js'
import { accountTree } from './tree.js'

const sumsOf = (accounts: readonly Account[]): Sums =>
  accounts.reduce(
    (sums, account) => addSums(sums, { total: worth(account), bond: account.cold.bond, count: 1 }),
    noSums,
  )

/** By definition, all 160 levels: sorts, halves at each bit, hashes one by one. */
function naive(accounts: readonly Account[], level = 0, isInner = false): Digest {
  if (accounts.length === 0) return emptyHash
  if (!isInner && accounts.length <= groupLimit) {
    return groupHash(naive(accounts, level, true), sumsOf(accounts))
  }
  if (accounts.length === 1) return accountHash(accounts[0])
  const left = accounts.filter(({ id }) => bitOf(id, level) === 0)
  const right = accounts.filter(({ id }) => bitOf(id, level) === 1)
  if (left.length === 0 || right.length === 0) return naive(accounts, level + 1, isInner)
  const [a, b] = [naive(left, level + 1, isInner), naive(right, level + 1, isInner)]
  if (isInner) return innerHash(level, a, b)
  return upperHash(level, { hash: a, sums: sumsOf(left) }, { hash: b, sums: sumsOf(right) })
}

/** The root and sums that a path leads to. */
function climb({ leaf, steps }: Path): { hash: Digest; sums: Sums } {
  if (leaf === undefined) return { hash: emptyHash, sums: noSums }
  let hash = leafHash(leaf.id, leaf.amount, leaf.pulse, leaf.coldHash)
  let sums = noSums
  let last = 160
  for (const step of steps) {
    if (step.kind === 'group') {
      hash = groupHash(hash, step.sums)
      sums = step.sums
      continue
    }
    if (step.bit >= last) throw new Error('the steps of a path do not climb')
    last = step.bit
    const own = { hash, sums }
    if (step.kind === 'inner') {
      const [left, right] = step.side === 0 ? [hash, step.sibling] : [step.sibling, hash]
      hash = innerHash(step.bit, left, right)
    } else {
      const other = { hash: step.sibling, sums: step.siblingSums }
      hash = step.side === 0 ? upperHash(step.bit, own, other) : upperHash(step.bit, other, own)
      sums = addSums(sums, step.siblingSums)
    }
  }
  return { hash, sums }
}

function same(tree: AccountTree, model: ReadonlyMap<string, Account>): void {
  const accounts = [...model.values()].sort((a, b) => compare(a.id, b.id))
  expect(toHex(tree.root())).toBe(toHex(naive(accounts)))
  expect(tree.sums).toEqual(sumsOf(accounts))
}

/** Changes, undone at times, against the definition. @param spread see `randomAccount` */
function runAgainstDefinition(seed: number, spread: number, rounds: number): void {
  const random = randomsOf(seed)
  const tree = accountTree(wholeTree)
  let model = new Map<string, Account>()
  for (let round = 0; round < rounds; round++) {
    const before = new Map(model)
    const known = [...model.values()]
    const isSmall = random(2) === 0
    const changes = Array.from({ length: isSmall ? 1 + random(4) : 400 }, () => {
      const isNew = known.length === 0 || random(known.length > 900 ? 40 : 8) === 0
      const id = isNew ? undefined : known[random(known.length)].id
      return randomAccount(random, { id, spread })
    })
    const undo = tree.update(changes)
    for (const account of changes) model.set(toHex(account.id), account)
    if (random(3) === 0) tree.root()
    if (random(4) === 0) {
      tree.undo(undo)
      model = before
    }
    if (random(6) === 0) same(tree, model)
  }
  same(tree, model)
  for (const account of model.values()) {
    const path = tree.path(account.id)
    const reached = climb(path)
    expect(equalSums(reached.sums, tree.sums) && equal(reached.hash, tree.root())).toBe(true)
    if (random(20) > 0) continue
    expect(path.leaf?.id).toEqual(account.id)
    expect(path.leaf?.coldHash).toEqual(coldHash(account.cold))
    expect(tree.get(account.id)).toEqual(account)
  }
}

describe('the account tree', () => {
  it('follows the definition through 100,000 random changes, and back', () => {
    for (const [seed, spread] of [
      [1, 160],
      [2, 2],
      [3, 1],
    ]) {
      runAgainstDefinition(seed, spread, 170)
    }
  }, 60_000)

  it('keeps sums where groups part and join before they are hashed', () => {
    const random = randomsOf(5)
    const accounts = Array.from({ length: 257 }, () => randomAccount(random))
    const [last, ...some] = accounts
    const tree = accountTree(wholeTree, some)
    const model = new Map(some.map((account) => [toHex(account.id), account]))
    same(tree, model)
    for (const isHashedBetween of [true, false]) {
      const undo = tree.update([last])
      if (isHashedBetween) tree.root()
      tree.undo(undo)
      for (const { id } of some.slice(0, 40)) {
        const changed = randomAccount(random, { id })
        tree.update([changed])
        model.set(toHex(id), changed)
      }
      tree.update([last])
      same(tree, new Map([...model, [toHex(last.id), last]]))
      const again = randomAccount(random, { id: last.id })
      tree.undo(tree.update([again]))
    }
  })

  it('of a branch has the same root as that part of the whole', () => {
    const random = randomsOf(6)
    const accounts = Array.from({ length: 1200 }, () => randomAccount(random))
    const whole = accountTree(wholeTree, accounts)
    const halves = ['0', '1'].map((text) => {
      const prefix = toPrefix(text)
      return accountTree(
        prefix,
        accounts.filter(({ id }) => covers(prefix, id)),
      )
    })
    const [left, right] = halves.map((half) => ({ hash: half.root(), sums: half.sums }))
    expect(upperHash(0, left, right)).toEqual(whole.root())
    expect(halves.flatMap((half) => [...half.groups()])).toEqual([...whole.groups()])
  })

  it('has a root that no order of insertion changes', () => {
    const random = randomsOf(7)
    const accounts = Array.from({ length: 1500 }, () => randomAccount(random))
    const root = accountTree(wholeTree, accounts).root()
    expect(accountTree(wholeTree, accounts.toReversed()).root()).toEqual(root)
    const shuffled = accounts.toSorted((a, b) => compare(a.cold.blind, b.cold.blind))
    const tree = accountTree(wholeTree)
    for (let at = 0; at < shuffled.length; at += 97) {
      tree.update(shuffled.slice(at, at + 97))
      tree.root()
    }
    expect(tree.root()).toEqual(root)
  })

  it('gives groups of at most 256 accounts that are all of a prefix', () => {
    const random = randomsOf(8)
    const accounts = Array.from({ length: 1200 }, () => randomAccount(random))
    const tree = accountTree(wholeTree, accounts)
    const groups = [...tree.groups()]
    const ids = groups.flatMap((group) => group.accounts.map(({ id }) => id))
    expect(ids).toEqual(accounts.map(({ id }) => id).sort(compare))
    for (const group of groups) {
      expect(group.accounts.length).toBeLessThanOrEqual(groupLimit)
      const under = ids.filter((id) => covers(group.prefix, id))
      expect(under.length).toBe(group.accounts.length)
      const above = toPrefix(group.prefix.slice(0, -1))
      expect(ids.filter((id) => covers(above, id)).length).toBeGreaterThan(groupLimit)
      expect(tree.groupOf(group.accounts[0].id)).toEqual(group)
    }
    expect(accountTree(wholeTree).groupOf(ids[0])).toBeUndefined()
    expect([...accountTree(wholeTree).groups()]).toEqual([])
  })

  it('changes nothing where an account does not fit', () => {
    const random = randomsOf(9)
    const accounts = Array.from({ length: 20 }, () => {
      const account = randomAccount(random)
      account.id[0] &= 0x7f
      return account
    })
    const tree = accountTree(toPrefix('0'), accounts)
    const root = tree.root()
    const good = { ...accounts[0], amount: 1n }
    const { cold } = good
    const outside = Uint8Array.from({ length: 20 }, () => 0xff)
    const invalid: Account[] = [
      { ...good, id: new Uint8Array(19) },
      { ...good, id: outside },
      { ...good, amount: -1n },
      { ...good, amount: 2n ** 64n },
      { ...good, pulse: -1n },
      { ...good, cold: { ...cold, blind: new Uint8Array(15) } },
      { ...good, cold: { ...cold, publicKey: new Uint8Array(33) } },
      { ...good, cold: { ...cold, votesRoot: new Uint8Array(0) } },
      { ...good, cold: { ...cold, flags: -1 } },
      { ...good, cold: { ...cold, bond: 2n ** 64n } },
    ]
    for (const account of invalid) {
      expect(() => tree.update([good, account])).toThrow(
        expect.objectContaining({ code: 'ACCOUNT_INVALID' }),
      )
      expect(tree.root()).toEqual(root)
    }
    for (const length of [0, 19, 21, 1000]) {
      const id = new Uint8Array(length)
      for (const ask of [() => tree.get(id), () => tree.path(id), () => tree.groupOf(id)]) {
        expect(ask).toThrow(expect.objectContaining({ code: 'ACCOUNT_INVALID' }))
      }
    }
    const most = { ...good, amount: 2n ** 64n - 1n }
    const fresh = { ...randomAccount(random, { id: new Uint8Array(20) }), amount: 2n ** 63n }
    expect(() => tree.update([fresh, most])).toThrow('would hold')
    expect(tree.get(fresh.id)).toBeUndefined()
    expect(tree.root()).toEqual(root)
    expect(tree.sums).toEqual(sumsOf(accounts))
    expect(() => accountTree(wholeTree, [most, fresh])).toThrow('would hold')
  })

  it('takes back the last update only, and tells what was before', () => {
    const random = randomsOf(10)
    const [a, b] = [randomAccount(random), randomAccount(random)]
    const tree = accountTree(wholeTree, [a])
    const root = tree.root()
    const first = tree.update([{ ...a, amount: 5n }, b, { ...b, amount: 6n }])
    const second = tree.update([b])
    expect(first.before).toEqual([
      { id: a.id, account: a },
      { id: b.id, account: undefined },
      { id: b.id, account: b },
    ])
    const refused = expect.objectContaining({ code: 'UNDO_INVALID' })
    expect(() => tree.undo(first)).toThrow(refused)
    tree.undo(second)
    expect(() => tree.undo(second)).toThrow(refused)
    tree.undo(first)
    expect(tree.root()).toEqual(root)
    expect(tree.sums).toEqual(sumsOf([a]))
    expect(() => tree.undo({ before: [] })).toThrow(refused)
    tree.undo(tree.update([]))
    const only = accountTree(wholeTree)
    only.undo(only.update([a]))
    expect(only.root()).toEqual(emptyHash)
    expect(only.path(a.id)).toEqual({ leaf: undefined, steps: [] })
  })
})

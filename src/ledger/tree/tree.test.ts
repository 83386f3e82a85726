import { describe, expect, it } from 'vitest'
import { compare, toHex } from '#base'
import { type Account, worth } from '../account.js'
import { addSums, noSums, type Sums } from '../amount.js'
import { bitOf, type Prefix, toPrefix, wholeTree } from '../prefix.js'
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
import { randomAccount, randomsOf } from './sample.js'
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
    expect(step.bit).toBeLessThan(last)
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

describe('the account tree', () => {
  it('follows the definition through random changes, and back', () => {
    for (const [seed, spread] of [
      [1, 160],
      [2, 12],
      [3, 3],
    ]) {
      const random = randomsOf(seed)
      const tree = accountTree(wholeTree)
      let model = new Map<string, Account>()
      for (let round = 0; round < 60; round++) {
        const before = new Map(model)
        const known = [...model.values()]
        const changes = Array.from({ length: 1 + random(40) }, () => {
          const id = known.length > 0 && random(3) > 0 ? known[random(known.length)].id : undefined
          return randomAccount(random, { id, spread })
        })
        const undo = tree.update(changes)
        for (const account of changes) model.set(toHex(account.id), account)
        if (random(3) === 0) same(tree, model)
        if (random(3) === 0) {
          tree.undo(undo)
          model = before
        }
        if (random(3) > 0) same(tree, model)
      }
      same(tree, model)
      for (const account of model.values()) {
        const path = tree.path(account.id)
        expect(path.leaf?.id).toEqual(account.id)
        expect(path.leaf?.coldHash).toEqual(coldHash(account.cold))
        const reached = climb(path)
        expect(reached.hash).toEqual(tree.root())
        expect(reached.sums).toEqual(tree.sums)
        expect(tree.get(account.id)).toEqual(account)
      }
    }
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
})

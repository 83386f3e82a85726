/**
 * The synopsis of a set of accounts by its definition (spec OL-1, B): from the whole set down, with
 * nothing kept but the hashes of single accounts. Slow and plain: what the real tree is held
 * against.
 */
import {
  type Account,
  accountHash,
  bitOf,
  type Digest,
  emptyHash,
  groupHash,
  innerHash,
  upperHash,
  worth,
} from '#ledger'

/** Leaves that a group holds at most. */
const mostOfGroup = 256

/** What a set of accounts holds together. */
export interface NaiveSums {
  readonly total: bigint
  readonly bond: bigint
  readonly count: number
}

/** Sums of a set, one account after the other. */
export function naiveSums(accounts: readonly Account[]): NaiveSums {
  let total = 0n
  let bond = 0n
  for (const account of accounts) {
    total += worth(account)
    bond += account.cold.bond
  }
  return { total, bond, count: accounts.length }
}

/** Accounts never change in place, so that a hash belongs to its object. */
const leaves = new WeakMap<Account, Digest>()

function leafOf(account: Account): Digest {
  let hash = leaves.get(account)
  if (hash === undefined) {
    hash = accountHash(account)
    leaves.set(account, hash)
  }
  return hash
}

/** The first bit in which the ids of a set (two or more) differ, and the two sides. */
function part(accounts: readonly Account[]): { bit: number; sides: [Account[], Account[]] } {
  for (let bit = 0; bit < 160; bit++) {
    const sides: [Account[], Account[]] = [[], []]
    for (const account of accounts) sides[bitOf(account.id, bit)].push(account)
    if (sides[0].length > 0 && sides[1].length > 0) return { bit, sides }
  }
  throw new Error('an account stands twice in a set')
}

function groupRoot(accounts: readonly Account[]): Digest {
  if (accounts.length === 1) return leafOf(accounts[0])
  const { bit, sides } = part(accounts)
  return innerHash(bit, groupRoot(sides[0]), groupRoot(sides[1]))
}

/** The synopsis of a branch that has exactly these accounts. */
export function naiveRoot(accounts: readonly Account[]): Digest {
  if (accounts.length === 0) return emptyHash
  if (accounts.length <= mostOfGroup) return groupHash(groupRoot(accounts), naiveSums(accounts))
  const { bit, sides } = part(accounts)
  const [left, right] = sides.map((side) => ({ hash: naiveRoot(side), sums: naiveSums(side) }))
  return upperHash(bit, left, right)
}

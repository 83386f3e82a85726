/** Sums of amounts: unsigned 64 bits, overflow-checked (spec OL-1, A and B). */
import { LedgerError } from './errors.js'

/** Supplies stay below this, so that no honest sum can overflow. */
export const supplyLimit = 2n ** 63n

/** What a subtree holds together. */
export interface Sums {
  /** amount + held + bond of all accounts */
  readonly total: bigint
  /** bond of all accounts */
  readonly bond: bigint
  /** accounts */
  readonly count: number
}

export const noSums: Sums = { total: 0n, bond: 0n, count: 0 }

/** The sums of two subtrees together. @throws LedgerError SUM_OVERFLOW */
export function addSums(a: Sums, b: Sums): Sums {
  const sums = { total: a.total + b.total, bond: a.bond + b.bond, count: a.count + b.count }
  if (sums.total >= 2n ** 64n || sums.bond > sums.total || sums.count >= 2 ** 32) {
    throw new LedgerError('SUM_OVERFLOW', `the sums ${sums.total}, ${sums.bond} do not add up`)
  }
  return sums
}

export const equalSums = (a: Sums, b: Sums): boolean =>
  a.total === b.total && a.bond === b.bond && a.count === b.count

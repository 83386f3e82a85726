/**
 * Splits and merges at the end of a cycle (spec OL-1, H 6). The table tells branches to close; once
 * they have, and those that take their place have signed openings that add up, one block swaps all.
 */
import {
  entryStates,
  halves,
  parentOf,
  type Prefix,
  prefixLimit,
  type Table,
  type TableEntry,
} from '#ledger'
import type { Rules, Seating } from '#organization'
import type { Reorganisation, RootState } from './state.js'

/** Entries that a table can have, the retired ones included. */
const mostEntries = 1024

/** What the table's branches are told at the end of a cycle. */
export function planned(
  table: Table,
  pulse: bigint,
  { splitAbove, mergeBelow }: Rules,
  seating: Seating,
): readonly Reorganisation[] {
  const open = new Map<Prefix, TableEntry>()
  for (const entry of table) if (entry.state === entryStates.open) open.set(entry.prefix, entry)
  const hasSeats = (prefix: Prefix): boolean => seating.committee(prefix) !== undefined
  const plans: Reorganisation[] = []
  let room = mostEntries - table.length
  for (const { prefix, count } of open.values()) {
    if (room < 2) break
    if (count > splitAbove) {
      const to = prefix.length < prefixLimit ? halves(prefix) : []
      if (to.length === 0 || !to.every(hasSeats)) continue
      plans.push({ pulse, from: [prefix], to })
    } else if (prefix.endsWith('0')) {
      const [left, right] = halves(parentOf(prefix))
      const sibling = open.get(right)
      if (sibling === undefined || count + sibling.count >= mergeBelow) continue
      if (!hasSeats(parentOf(prefix))) continue
      plans.push({ pulse, from: [left, right], to: [parentOf(prefix)] })
    } else continue
    room -= 2
  }
  return plans
}

/** Whether all branches that a plan closes are closed. */
export const isDue = ({ table }: RootState, { from }: Reorganisation): boolean =>
  from.every((prefix) =>
    table.some((entry) => entry.prefix === prefix && entry.state === entryStates.closed),
  )

type Sums = Pick<TableEntry, 'total' | 'bondSum' | 'count'>

const add = (a: Sums, b: Sums): Sums => ({
  total: a.total + b.total,
  bondSum: a.bondSum + b.bondSum,
  count: a.count + b.count,
})
const nothing: Sums = { total: 0n, bondSum: 0n, count: 0 }

/** Whether what opens is worth what closed: amounts, bonds and accounts. */
export function addsUp(closed: readonly Sums[], opened: readonly Sums[]): boolean {
  const before = closed.reduce(add, nothing)
  const after = opened.reduce(add, nothing)
  return (
    before.total === after.total && before.bondSum === after.bondSum && before.count === after.count
  )
}

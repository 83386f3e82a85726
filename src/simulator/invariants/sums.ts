/** I3, I4, I5, I11: what tables and headers say must add up. */
import { type Header, isLive, type Table, totals } from '#ledger'
import { supplyLimit } from '#ledger'
import type { Watch } from './watch.js'

/** I3: what accounts hold and what is on its way is the supply, always. */
export function checkSupply(watch: Watch, table: Table, pulse: bigint): void {
  const { supply } = watch.arena.genesis.seating.charter
  const { total, cumOut, cumIn } = totals(table)
  if (total + cumOut - cumIn !== supply) {
    const sum = `${total} + ${cumOut} - ${cumIn}`
    watch.fail('I3', `in pulse ${pulse} ${sum} is ${total + cumOut - cumIn}, not ${supply}`)
  }
}

/** I4: a branch's total changes by what came and what went. */
export function checkStep(watch: Watch, before: Header, after: Header): void {
  const change = after.total - before.total
  const flow = after.cumIn - before.cumIn - (after.cumOut - before.cumOut)
  if (change !== flow) {
    const where = `branch "${after.prefix}", heights ${before.height} and ${after.height}`
    watch.fail('I4', `${where}: the total changes by ${change}, receipts by ${flow}`)
  }
  const counters = ['cumDebit', 'cumOut', 'cumIn', 'pulseSeen', 'outboxSize'] as const
  for (const name of counters) {
    if (after[name] < before[name]) {
      const what = `${name} falls from ${before[name]} to ${after[name]}`
      watch.fail('I4', `branch "${after.prefix}", height ${after.height}: ${what}`)
    }
  }
}

/** I5: no amount is larger than the supply. */
export function checkAmounts(watch: Watch, table: Table, pulse: bigint): void {
  const { supply } = watch.arena.genesis.seating.charter
  for (const { prefix, state, total, bondSum } of table) {
    if (isLive({ state } as Table[number]) && (total > supply || bondSum > total)) {
      watch.fail('I5', `in pulse ${pulse} branch "${prefix}" holds ${total} (bond ${bondSum})`)
    }
    if (total >= supplyLimit) watch.fail('I5', `in pulse ${pulse} "${prefix}" holds ${total}`)
  }
}

/** I11: no branch has more debited and unsettled than the cover rule allows. */
export function checkCover(watch: Watch, table: Table, pulse: bigint): void {
  const { cover } = watch.arena.genesis.seating.charter.rules
  for (const { prefix, cumDebit, settledDebit } of table) {
    if (cumDebit - settledDebit > cover || settledDebit > cumDebit) {
      const open = `${cumDebit} debited, ${settledDebit} settled`
      watch.fail('I11', `in pulse ${pulse} branch "${prefix}" has ${open}; the cover is ${cover}`)
    }
  }
}

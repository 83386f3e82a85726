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

/**
 * I11: no branch has more debited and unsettled than the cover rule allows, and nothing settles
 * before its time.
 * @param past the table of `publicity` pulses ago; undefined where there is none yet
 */
export function checkCover(watch: Watch, table: Table, past: Table | undefined, pulse: bigint) {
  const { cover } = watch.arena.genesis.seating.charter.rules
  for (const { prefix, cumDebit, settledDebit } of table) {
    const open = `${cumDebit} debited, ${settledDebit} settled`
    const where = `in pulse ${pulse} branch "${prefix}"`
    if (cumDebit - settledDebit > cover || settledDebit > cumDebit) {
      watch.fail('I11', `${where} has ${open}; the cover is ${cover}`)
    }
    const due = past?.find((entry) => entry.prefix === prefix)?.cumDebit ?? 0n
    if (settledDebit > due) watch.fail('I11', `${where} has ${open}; ${due} was due`)
  }
}

/** I8: what a captured branch says that it took was sent to it. Others' receipts are replayed. */
export function checkCaptured(watch: Watch, table: Table, pulse: bigint): void {
  const { oracle } = watch
  const captured = table.filter(({ prefix }) => oracle.isCaptured(prefix))
  let sent = 0n
  for (const channel of oracle.ledger.channels.values()) {
    for (const { receipt } of channel) {
      if (oracle.isCaptured(receipt.destination)) sent += receipt.amount
    }
  }
  // What captured halves send each other is not replayed.
  const own = captured.length > 1 ? captured.reduce((sum, { cumOut }) => sum + cumOut, 0n) : 0n
  const taken = captured.reduce((sum, { cumIn }) => sum + cumIn, 0n)
  if (taken > sent + own) {
    watch.fail(
      'I8',
      `in pulse ${pulse} a captured branch has taken ${taken}; ${sent + own} was sent`,
    )
  }
}

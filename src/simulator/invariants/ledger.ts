/**
 * I3 to I9, I11, I20, I22: at every pulse the oracle replays what it includes; tables, headers and
 * the map must agree.
 */
import { concat, decode, encode, equal, fromText, struct, u32, u64 } from '#base'
import { sealedBlockLayout } from '#bookkeeper'
import { entryStates, forms, type Header, headerHash } from '#ledger'
import type { Observer } from '../checker.js'
import type { ReplayedPulse } from '../oracle/index.js'
import { checkAmounts, checkCaptured, checkCover, checkStep, checkSupply } from './sums.js'
import type { Watch } from './watch.js'

export function ledgerChecker(watch: Watch): Observer {
  const { oracle, arena } = watch
  const { genesis } = arena
  let last: Uint8Array = headerHash(genesis.root)
  const follow = (hash: Uint8Array): void => {
    const before = oracle.newest
    const replayed = oracle.replay(hash)
    let previous = before
    for (const one of replayed) {
      checkPulse(watch, previous, one)
      previous = one
    }
    for (const mark of oracle.ledger.marks.splice(0)) arena.reached(mark)
    watch.raise()
    last = hash
  }
  return {
    name: 'I3 I4 I5 I6 I7 I8 I9 I11 I22',
    sent({ from, message }) {
      oracle.blocks.watch(message, arena.node(from)?.isHonest === true)
    },
    told(node, place, notice) {
      if (notice.kind !== 'finalized' || place.kind !== 'branch' || !node.isHonest) return
      const header = oracle.blocks.doubted(notice.hash)
      if (header === undefined) return
      const row = node.rows(place).get(blockRow(header))
      if (row !== undefined) oracle.blocks.add(decode(sealedBlockLayout, row).block, true)
    },
    atPulse(_pulse, hash) {
      follow(hash)
    },
    owed() {
      const flight = oracle.ledger.inFlight()
      return flight > 0n && !isCut(watch) ? [`${flight} on its way between branches`] : []
    },
    atEnd() {
      follow(last)
      checkEnd(watch)
    },
  }
}

/** Where a branch's post keeps a final block (bookkeeper/branch/rows.ts): numbers big-endian. */
function blockRow({ cycle, height }: Header): Uint8Array {
  const numbers = encode(struct({ height: u64, cycle: u32 }), { height, cycle }).reverse()
  return concat(fromText('branch|B|'), numbers)
}

/** Whether something may be on its way for ever: a branch is in hostile hands. */
const isCut = ({ arena }: Watch): boolean => arena.scenario.captured !== undefined

function checkPulse(watch: Watch, before: ReplayedPulse, { pulse, table, added }: ReplayedPulse) {
  checkSupply(watch, table, pulse)
  checkAmounts(watch, table, pulse)
  const { publicity } = watch.arena.genesis.seating.charter.rules
  checkCover(watch, table, watch.oracle.pulses.get(pulse - BigInt(publicity))?.table, pulse)
  checkCaptured(watch, table, pulse)
  for (const [prefix, headers] of added) {
    if (watch.oracle.isCaptured(prefix)) continue
    const old = before.table.find((entry) => entry.prefix === prefix)
    let previous =
      old === undefined
        ? undefined
        : (watch.oracle.blocks.at(old.headerHash)?.header ?? openingOf(watch, old.headerHash))
    for (const header of headers) {
      if (previous !== undefined && header.form !== forms.opening) {
        checkStep(watch, previous, header)
      }
      previous = header
    }
  }
}

const openingOf = ({ arena }: Watch, hash: Uint8Array) =>
  [...arena.genesis.headers.values()].find((header) => equal(headerHash(header), hash))

/** I7, I20: after healing everything that was sent has come, and no fee is lost. */
function checkEnd(watch: Watch): void {
  const { oracle, arena } = watch
  if (isCut(watch)) return
  for (const [name, sent] of oracle.ledger.channels) {
    const lost = sent.find(({ credited }) => !credited)
    if (lost === undefined) continue
    const { sequence, amount } = lost.receipt
    watch.fail('I7', `receipt ${sequence} of channel ${name} (${amount}) was never credited`)
  }
  const { supply } = arena.genesis.seating.charter
  const total = oracle.ledger.total()
  if (total !== supply) watch.fail('I3', `accounts hold ${total} in the end, not ${supply}`)
  const { fees, feesTaken } = oracle.ledger
  if (fees !== feesTaken) {
    watch.fail('I20', `fees of ${fees} were paid, ${feesTaken} came to the treasury`)
  }
  const unfinished = oracle.newest.table.find(({ state }) => state === entryStates.closed)
  if (unfinished !== undefined) {
    watch.fail('LIVE', `branch "${unfinished.prefix}" is closed and nobody took its place`)
  }
}

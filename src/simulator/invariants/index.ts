/** invariants: what must hold in every run (spec OL-1, D 4.3), each a small checker. */
import type { Arena, Observer, ObserverMaker } from '../checker.js'
import { acknowledgedChecker } from './acknowledged.js'
import { evidenceChecker } from './evidence.js'
import { ledgerChecker } from './ledger.js'
import { proofChecker } from './proofs.js'
import { pulseChecker } from './pulses.js'
import { readChecker } from './reads.js'
import { voteChecker } from './votes.js'
import { Watch } from './watch.js'

const makers: readonly ((watch: Watch) => Observer)[] = [
  // The ledger's comes first: the others look at the oracle that it moves.
  ledgerChecker,
  pulseChecker,
  voteChecker,
  evidenceChecker,
  acknowledgedChecker,
  readChecker,
  proofChecker,
]

/** All checkers as one observer, in a fixed order. */
export const invariants: ObserverMaker = (arena: Arena): Observer => {
  const watch = new Watch(arena)
  const all = makers.map((make) => make(watch))
  return {
    name: 'invariants',
    sent: (sending) => all.forEach((one) => one.sent?.(sending)),
    delivered: (sending) => all.forEach((one) => one.delivered?.(sending)),
    told: (node, place, notice) => all.forEach((one) => one.told?.(node, place, notice)),
    restarted: (node) => all.forEach((one) => one.restarted?.(node)),
    atPulse: (pulse, hash) => all.forEach((one) => one.atPulse?.(pulse, hash)),
    owed: () => all.flatMap((one) => one.owed?.() ?? []),
    async atEnd() {
      for (const one of all) await one.atEnd?.()
    },
  }
}

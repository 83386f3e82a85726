/** Leaders that lie: two blocks for one view, wrong sums, blocks that few may see. */
import { encode, decode } from '#base'
import type { Effect, Message } from '#bookkeeper'
import { send } from '#bookkeeper'
import { type Batch, batchLayout, covers } from '#ledger'
import type { HostileKind, HostilePlace } from '../checker.js'
import { namesOf, reheaded, reproposed } from './forge.js'
import { type Lies, lying, type Send } from './wrapped.js'

type Proposal = Extract<Message, { kind: 'proposal' }>

/** Lies about proposals alone; everything else is honest. */
const proposing =
  (lie: (place: HostilePlace, sent: Send, proposal: Proposal) => readonly Effect[]) =>
  (place: HostilePlace): Lies => ({
    say: (sent) => (sent.message.kind === 'proposal' ? lie(place, sent, sent.message) : [sent]),
  })

export const equivocator: HostileKind = {
  name: 'equivocator',
  does: 'as a leader, proposes one block to half of the others and another one to the rest',
  where: ['root', 'branch'],
  open: lying(
    proposing((place, sent, proposal) => {
      // Its clock is the one field that others cannot check: both blocks are as good as the other.
      const later = reheaded(proposal.block, { time: proposal.block.header.time + 1n })
      const other = send(sent.to, reproposed(place, proposal, later))
      const isFirstHalf = namesOf(place).indexOf(sent.to) % 2 === 0
      if (place.dice.chance(0.2)) return [sent, other]
      return isFirstHalf ? [sent] : [other]
    }),
  ),
}

export const wrongSums: HostileKind = {
  name: 'wrong sums',
  does: 'as a leader, writes sums, roots or counters into its headers that are not so',
  where: ['root', 'branch'],
  open: lying(
    proposing((place, sent, proposal) => {
      if (place.dice.chance(0.3)) return [sent]
      const { block } = proposal
      const { header } = block
      const wrong = place.dice.pick([
        { total: header.total + 5n },
        { total: header.total + 7n, cumIn: header.cumIn + 7n },
        { cumOut: header.cumOut > 0n ? header.cumOut - 1n : 1n },
        { stateRoot: place.dice.bytes(32) },
        { cursorRoot: place.dice.bytes(32) },
        { channelRoot: place.dice.bytes(32) },
        { bodyRoot: place.dice.bytes(32) },
        { count: header.count + 1 },
        { cumDebit: header.cumDebit + 1n },
        { pulseSeen: header.pulseSeen + 1n },
        { prev: place.dice.bytes(32) },
        { height: header.height + 1n },
        { committee: place.dice.bytes(32) },
        { dataRoot: place.dice.bytes(32) },
      ])
      return [send(sent.to, reproposed(place, proposal, reheaded(block, wrong)))]
    }),
  ),
}

/** A batch that breaks a rule, under a header that does not know it. */
function spoilt(batch: Batch, place: HostilePlace): Batch {
  const { dice } = place
  const { imports, transfers } = batch
  const withReceipts = imports.findIndex(({ receipts }) => receipts.length > 0)
  if (withReceipts >= 0 && dice.chance(0.7)) {
    const given = imports[withReceipts]
    const { receipts } = given
    const [first] = receipts
    const changed = dice.pick([
      receipts.slice(1),
      [...receipts, receipts[receipts.length - 1]],
      [{ ...first, amount: first.amount + 1n }, ...receipts.slice(1)],
      [first, ...receipts],
    ])
    return { ...batch, imports: imports.with(withReceipts, { ...given, receipts: changed }) }
  }
  if (transfers.length === 0) return batch
  const one = dice.pick(transfers)
  return {
    ...batch,
    transfers: dice.pick([
      [...transfers, one],
      transfers.slice(1),
      transfers.toReversed(),
      transfers.map((transfer) =>
        transfer === one
          ? { ...one, body: { ...one.body, amount: one.body.amount + 1n } }
          : transfer,
      ),
      transfers.map((transfer) =>
        transfer === one ? { ...one, payerSignature: dice.bytes(64) } : transfer,
      ),
    ]),
  }
}

export const spoiler: HostileKind = {
  name: 'spoiler',
  does: 'as a leader of a branch, skips receipts, credits them twice or changes transfers',
  where: ['branch'],
  open: lying(
    proposing((place, sent, proposal) => {
      const { block } = proposal
      const batch = spoilt(decode(batchLayout, block.body), place)
      const changed = { ...block, body: encode(batchLayout, batch) }
      return [send(sent.to, reproposed(place, proposal, changed))]
    }),
  ),
}

export const censor: HostileKind = {
  name: 'censor',
  does: 'hears nothing from half of the people, and takes no receipts for them',
  where: ['branch'],
  open: lying((place) => ({
    hears: (_from, message) => {
      const isUnwanted = (id: Uint8Array): boolean => (id[id.length - 1] & 1) === 0
      if (message.kind === 'submit') return !isUnwanted(message.transfer.body.payer)
      if (message.kind === 'order') return !isUnwanted(message.order.body.publicKey)
      if (message.kind !== 'receipts') return true
      return !covers(place.place.prefix, message.import.receipts[0]?.payee ?? new Uint8Array(20))
    },
  })),
}

export const withholder: HostileKind = {
  name: 'withholder',
  does: 'shows its blocks to just enough others for a certificate, and gives them to nobody after',
  where: ['root', 'branch'],
  open: lying((place) => ({
    say(sent) {
      const { kind } = sent.message
      if (kind === 'block' || kind === 'blocks' || kind === 'report' || kind === 'keep') return []
      if (kind !== 'proposal') return [sent]
      const names = namesOf(place)
      const seats = names.length - Math.floor((names.length - 1) / 3)
      const place0 = names.indexOf(place.node.name)
      const distance = (names.indexOf(sent.to) - place0 + names.length) % names.length
      return distance < seats ? [sent] : []
    },
  })),
}

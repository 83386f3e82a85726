/** Those who cheat with receipts: again, more, for others, out of nothing. */
import { type Effect, type Message, type NodeName, send } from '#bookkeeper'
import { extend, type Import, type Receipt } from '#ledger'
import type { HostileKind, HostilePlace } from '../checker.js'
import { type Lies, lying, timer } from './wrapped.js'

/** An import that credits what it must not. */
function forged(given: Import, place: HostilePlace): Import {
  const { dice, arena } = place
  const { receipts } = given
  if (receipts.length === 0) return given
  const last = receipts[receipts.length - 1]
  const { key, account } = dice.pick(arena.people)
  const more: Receipt = {
    ...last,
    sequence: last.sequence + 1n,
    cumulative: last.cumulative + 1000n,
    payee: account.id,
    payer: last.payer,
    cause: key.publicKey,
    amount: 1000n,
  }
  const raised = { ...last, amount: last.amount + 9n, cumulative: last.cumulative + 9n }
  const extended = extend(given.channel, more)
  return dice.pick<() => Import>([
    () => ({ ...given, receipts: [...receipts, more] }),
    () => ({ ...given, receipts: [...receipts, more], channel: extended }),
    () => ({ ...given, receipts: [...receipts.slice(0, -1), raised] }),
    () => ({ ...given, receipts: receipts.slice(1) }),
    () => ({ ...given, receipts: [...receipts, ...receipts] }),
    () => ({ ...given, receipts: receipts.map((one) => ({ ...one, payee: account.id })) }),
    () => ({ ...given, pulse: given.pulse + 1n }),
    () => ({ ...given, rest: given.rest.slice(1) }),
  ])()
}

function cheating(place: HostilePlace): Lies {
  const { dice, arena } = place
  const seen: { to: NodeName; message: Extract<Message, { kind: 'receipts' }> }[] = []
  const keep = (to: NodeName, message: Message): void => {
    if (message.kind === 'receipts' && seen.length < 100) seen.push({ to, message })
  }
  return {
    start: () => [timer('again', 700)],
    say(sent) {
      keep(sent.to, sent.message)
      if (sent.message.kind !== 'receipts') return [sent]
      const lie = { ...sent.message, import: forged(sent.message.import, place) }
      return dice.chance(0.5) ? [sent, send(sent.to, lie)] : [send(sent.to, lie), sent]
    },
    answer(_from, message) {
      keep(place.node.name, message)
      return []
    },
    ring() {
      const effects: Effect[] = [timer('again', dice.between(200, 1500))]
      if (arena.phase !== 'chaos' || seen.length === 0) return effects
      const { message } = dice.pick(seen)
      const names = arena.nodes.map(({ name }) => name)
      const old = dice.chance(0.5) ? message : { ...message, import: forged(message.import, place) }
      for (const to of dice.some(names, 3)) effects.push(send(to, old))
      return effects
    },
  }
}

export const receiptForger: HostileKind = {
  name: 'receipt forger',
  does: 'sends receipts again, raises them, redirects them, makes them up',
  where: ['branch'],
  open: lying(cheating),
}

/** Says that receipts were taken which were not: their source must not forget them. */
export const falseTaker: HostileKind = {
  name: 'false taker',
  does: 'tells sources that their receipts were taken when they were not',
  where: ['branch'],
  open: lying((place) => ({
    answer(from, message) {
      if (message.kind !== 'receipts') return []
      const { level, prefix } = place.place
      const { channel } = message.import
      const more = { ...channel, sequence: channel.sequence + 100n }
      const said = place.dice.chance(0.5) ? channel : more
      return [send(from, { kind: 'taken', level, prefix, channel: said, by: prefix })]
    },
  })),
}

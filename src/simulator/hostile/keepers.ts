/** Keepers and members that do not hold what they say they hold, or give back something else. */
import { type Effect, send } from '#bookkeeper'
import type { HostileKind, HostilePlace } from '../checker.js'
import { type Lies, lying } from './wrapped.js'

export const forgetfulKeeper: HostileKind = {
  name: 'forgetful keeper',
  does: 'marks what it never stored',
  where: ['keeper', 'member'],
  open: lying(() => ({
    does: (effect): readonly Effect[] => (effect.kind === 'store' ? [...effect.then] : [effect]),
  })),
}

function changed(bytes: Uint8Array, { dice }: HostilePlace): Uint8Array {
  if (bytes.length === 0) return bytes
  const copy = bytes.slice()
  copy[dice.int(copy.length)] ^= 1 << dice.int(8)
  return copy
}

const serving = (place: HostilePlace): Lies => ({
  say(sent) {
    const { message, to } = sent
    if (message.kind === 'kept') {
      const kept = message.kept.map((one) => ({ ...one, data: changed(one.data, place) }))
      return [send(to, { ...message, kept })]
    }
    if (message.kind === 'copies') {
      const copies = message.copies.map((one) => ({ ...one, page: changed(one.page, place) }))
      return [send(to, { ...message, copies })]
    }
    if (message.kind === 'state') {
      const isAccounts = place.dice.chance(0.5)
      const lie = isAccounts
        ? { ...message, accounts: changed(message.accounts, place) }
        : { ...message, image: changed(message.image, place) }
      return [send(to, lie)]
    }
    return [sent]
  },
})

export const wrongPages: HostileKind = {
  name: 'wrong pages',
  does: 'gives pages, copies and states back with a bit changed',
  where: ['keeper', 'member', 'branch'],
  open: lying(serving),
}

/** A client that signs two transfers with one nonce, and tells each to other bookkeepers. */
import { keyId } from '#base'
import { type Effect, type Role, send } from '#bookkeeper'
import { accountOf, covers, levels } from '#ledger'
import type { ClientPlace, HostileKind } from '../checker.js'
import { agreed } from '../workload/transfers.js'

/** What a hostile client does all day. */
export function spendDouble({ arena, node, dice, signatures }: ClientPlace): Role {
  const people = arena.people.filter((person) => person.node === node.name)
  const { charter } = arena.genesis.seating
  let nonce = 1n
  const bookkeepers = (
    id: Uint8Array,
  ): { prefix: (typeof charter.branches)[number]; names: string[] }[] =>
    charter.seats
      .filter(({ prefix }) => covers(prefix, id))
      .map(({ prefix, committee }) => ({ prefix, names: committee.map((key) => keyId(key)) }))
  const pause = (): Effect => ({
    kind: 'timer',
    name: 'spend',
    afterMillis: dice.between(200, 900),
  })
  const spend = (): Effect[] => {
    const person = people[0]
    if (person === undefined) return []
    const payees = dice.some(arena.people, 3).filter(({ key }) => key !== person.key)
    const amount = person.account.amount / 40n + 1n
    const wishes = payees.map(({ key }, i) => ({
      org: charter.org,
      payer: person.key,
      payee: key,
      amount: amount + BigInt(i),
      fee: 1n,
      nonce,
      validUntil: arena.pulse + 20n,
      memo: dice.bytes(32),
    }))
    // The nonce goes on whether or not one of them passed: it also signs ahead of itself.
    if (dice.chance(0.6)) nonce++
    return wishes.flatMap((wish) =>
      bookkeepers(accountOf(person.key.publicKey)).flatMap(({ prefix, names }) =>
        dice.some(names, 2).map((to) =>
          send(to, {
            kind: 'submit',
            level: levels.branch,
            prefix,
            transfer: agreed(wish, signatures),
          }),
        ),
      ),
    )
  }
  return {
    start: () => [pause()],
    receive: () => [],
    ring: () => (arena.phase === 'chaos' ? [...spend(), pause()] : []),
  }
}

/** The client's maker looks at this name; bookkeepers that have it are honest. */
export const doubleSpender: HostileKind = {
  name: 'double spender',
  does: 'as a client, signs several transfers with one nonce and shows each to others',
  where: ['client'],
  open: ({ openHonest }) => openHonest(),
}

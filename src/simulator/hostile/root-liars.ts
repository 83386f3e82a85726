/** Leaders of the root that lie about branches. */
import { decode, encode, type ValueOf } from '#base'
import { rootBodyLayout, send } from '#bookkeeper'
import type { Header, Table, TableEntry } from '#ledger'
import { entryOf, rootFields } from '#organization'
import type { HostileKind, HostilePlace } from '../checker.js'
import { reheaded, reproposed } from './forge.js'
import { lying } from './wrapped.js'

type Body = ValueOf<typeof rootBodyLayout>

/** An entry changed, left out, or as it was before; what it follows from may lie along with it. */
function twisted({ table, included }: Body, before: Table, { dice }: HostilePlace): Body {
  const at = dice.int(table.length)
  const entry = table[at]
  const old = before.find(({ prefix }) => prefix === entry.prefix) ?? entry
  const set = (lie: Partial<TableEntry>): Body => ({
    table: table.with(at, { ...entry, ...lie }),
    included,
  })
  const rehead = (lie: (header: Header) => Partial<Header>): Body => {
    if (included.length === 0) return set({ total: entry.total + 1n })
    const place = dice.int(included.length)
    const { header, channels } = included[place]
    const forged = { ...header, ...lie(header) }
    const where = table.findIndex(({ prefix }) => prefix === header.prefix)
    const { settledDebit, state } = table[where]
    return {
      table: table.with(where, { ...entryOf(forged, settledDebit), state }),
      included: included.with(place, { header: forged, channels }),
    }
  }
  return dice.pick<() => Body>([
    () => ({ table: table.toSpliced(at, 1), included }),
    () => ({ table: table.with(at, old), included }),
    () => ({
      table: table.with(at, old),
      included: included.filter(({ header }) => header.prefix !== entry.prefix),
    }),
    () => set({ total: entry.total + 50n, cumIn: entry.cumIn + 50n }),
    () => set({ headerHash: dice.bytes(32), height: entry.height + 1n }),
    () => set({ state: dice.between(1, 4) }),
    () => set({ settledDebit: entry.cumDebit }),
    () => set({ stateRoot: dice.bytes(32) }),
    () => rehead(({ total, cumIn }) => ({ total: total + 50n, cumIn: cumIn + 50n })),
    () => rehead(({ total, cumOut }) => ({ total: total + 5n, cumOut: cumOut - 5n })),
    () => rehead(() => ({ stateRoot: dice.bytes(32) })),
    () => rehead(({ view }) => ({ view: view + 1n })),
    () => rehead(({ time }) => ({ time: time + 1n })),
  ])()
}

export const falseTable: HostileKind = {
  name: 'false table',
  does: 'as a leader of the root, leaves branches out or writes what they never said',
  where: ['root'],
  open: lying((place) => {
    let before: Table = place.arena.genesis.table
    let view = -1n
    let lie: Body = { table: before, included: [] }
    return {
      say(sent) {
        const { message, to } = sent
        if (message.kind !== 'proposal') return [sent]
        const { block } = message
        try {
          if (block.header.view !== view) {
            view = block.header.view
            const body = decode(rootBodyLayout, block.body)
            lie = place.dice.chance(0.2) ? body : twisted(body, before, place)
            before = body.table
          }
          const changed = { ...block, body: encode(rootBodyLayout, lie) }
          const proposal = reheaded(changed, rootFields(lie.table))
          return [send(to, reproposed(place, message, proposal))]
        } catch {
          // A table with a gap has no root, a sum below zero no bytes: nothing to sign.
          return []
        }
      },
    }
  }),
}

/** Leaders of the root that lie about branches. */
import { decode, encode } from '#base'
import { send } from '#bookkeeper'
import { type Table, tableLayout } from '#ledger'
import { rootFields } from '#organization'
import type { HostileKind, HostilePlace } from '../checker.js'
import { reheaded, reproposed } from './forge.js'
import { lying } from './wrapped.js'

/** The table with one entry changed, left out, or as it was before. */
function twisted(table: Table, before: Table, { dice }: HostilePlace): Table {
  const at = dice.int(table.length)
  const entry = table[at]
  const old = before.find(({ prefix }) => prefix === entry.prefix) ?? entry
  return dice.pick<() => Table>([
    () => table.toSpliced(at, 1),
    () => table.with(at, old),
    () => table.with(at, { ...entry, total: entry.total + 50n }),
    () => table.with(at, { ...entry, total: entry.total + 50n, cumIn: entry.cumIn + 50n }),
    () => table.with(at, { ...entry, headerHash: dice.bytes(32), height: entry.height + 1n }),
    () => table.with(at, { ...entry, state: dice.between(1, 4) }),
    () => table.with(at, { ...entry, settledDebit: entry.cumDebit }),
    () => table.with(at, { ...entry, settledDebit: 2n ** 62n }),
    () => table.with(at, { ...entry, stateRoot: dice.bytes(32) }),
  ])()
}

export const falseTable: HostileKind = {
  name: 'false table',
  does: 'as a leader of the root, leaves branches out or writes what they never said',
  where: ['root'],
  open: lying((place) => {
    let before: Table = place.arena.genesis.table
    let view = -1n
    let lie: Table = before
    return {
      say(sent) {
        const { message, to } = sent
        if (message.kind !== 'proposal') return [sent]
        const { block } = message
        if (block.header.view !== view) {
          view = block.header.view
          const table = decode(tableLayout, block.body)
          lie = place.dice.chance(0.2) ? table : twisted(table, before, place)
          before = table
        }
        try {
          const changed = reheaded({ ...block, body: encode(tableLayout, lie) }, rootFields(lie))
          return [send(to, reproposed(place, message, changed))]
        } catch {
          // A table with a gap has no root at all: it is sent with the honest one's.
          const changed = { ...block, body: encode(tableLayout, lie) }
          return [send(to, reproposed(place, message, changed))]
        }
      },
    }
  }),
}

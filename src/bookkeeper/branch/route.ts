/** Which branch an account is in, by a pulse's table: asked for every transfer, hence a trie. */
import { bitOf, entryStates, type Prefix, type Table } from '#ledger'

interface Fork {
  prefix: Prefix | undefined
  readonly sides: [Fork | undefined, Fork | undefined]
}

const tries = new WeakMap<Table, Fork>()

const fork = (): Fork => ({ prefix: undefined, sides: [undefined, undefined] })

function trieOf(table: Table): Fork {
  const top = fork()
  for (const { prefix, state } of table) {
    if (state === entryStates.retired) continue
    let at = top
    for (const bit of prefix) at = at.sides[bit === '1' ? 1 : 0] ??= fork()
    at.prefix = prefix
  }
  return top
}

/** The branch that keeps this account; undefined where the table leaves a gap. */
export function branchIn(table: Table, id: Uint8Array): Prefix | undefined {
  let at = tries.get(table)
  if (at === undefined) tries.set(table, (at = trieOf(table)))
  for (let depth = 0; at !== undefined; depth++) {
    if (at.prefix !== undefined) return at.prefix
    at = at.sides[bitOf(id, depth)]
  }
  return undefined
}

/** The groups of a branch in memory, and the rows that changes make of them. */
import type { Account, AccountId } from '../account.js'
import { LedgerError } from '../errors.js'
import { bitOf, type Prefix } from '../prefix.js'
import { groupLimit } from '../tree/account-tree.js'
import type { RowKeys } from './keys.js'
import {
  countNew,
  countOf,
  groupsOf,
  idAt,
  type Leaves,
  leavesOf,
  merge,
  noLeaves,
  replace,
} from './leaves.js'
import type { Row } from './snapshots.js'
import { changeRow, pageRows, type StoredGroup } from './stored.js'

/** Changes that stand beside a page before it is written anew (spec OL-1, I). */
export const rebaseAfter = 64

interface Group {
  leaves: Leaves
  /** pulses of its rows, that of the page first */
  pulses: bigint[]
}

export class Groups {
  readonly #groups = new Map<Prefix, Group>()
  /** prefixes above groups */
  readonly #above = new Set<string>()

  constructor(readonly keys: RowKeys) {}

  /** Takes a group as it is stored. */
  load({ prefix, leaves, pulses }: StoredGroup): void {
    this.#groups.set(prefix, { leaves, pulses: [...pulses] })
    for (let length = this.keys.prefix.length; length < prefix.length; length++) {
      this.#above.add(prefix.slice(0, length))
    }
  }

  /** Name of the group that an id is in or would be in. */
  nameOf(id: AccountId): Prefix {
    let name: string = this.keys.prefix
    while (this.#above.has(name)) name += bitOf(id, name.length)
    return name as Prefix
  }

  /** Keys of the current pages. */
  *pageKeys(): IterableIterator<Uint8Array> {
    for (const [name, { pulses }] of this.#groups) yield this.keys.page(name, pulses[0])
  }

  /**
   * Adds the rows of what changes at a pulse. @returns what lets the change take effect here
   * @throws LedgerError ACCOUNT_INVALID where an account comes twice
   */
  change(pulse: bigint, accounts: readonly Account[], rows: Row[]): () => void {
    const touched = new Map<Prefix, Account[]>()
    for (const account of accounts) {
      const name = this.nameOf(account.id)
      const list = touched.get(name)
      if (list === undefined) touched.set(name, [account])
      else list.push(account)
    }
    const effects = [...touched].map(([name, list]) =>
      this.#changeGroup(name, pulse, leavesOnce(list), rows),
    )
    return () => {
      for (const effect of effects) effect()
    }
  }

  #changeGroup(name: Prefix, pulse: bigint, changed: Leaves, rows: Row[]): () => void {
    const group = this.#groups.get(name) ?? { leaves: noLeaves, pulses: [] }
    const added = countNew(group.leaves, changed)
    const isPage = group.pulses.length === 0 || group.pulses.length > rebaseAfter
    if (!isPage && countOf(group.leaves) + added <= groupLimit) {
      rows.push(changeRow(this.keys, name, pulse, changed))
      return () => {
        group.pulses.push(pulse)
        if (added === 0) replace(group.leaves, changed)
        else group.leaves = merge(group.leaves, changed)
      }
    }
    const made = groupsOf(name, merge(group.leaves, changed))
    for (const old of group.pulses) rows.push({ key: this.keys.page(name, old), value: undefined })
    if (made[0][0] !== name) rows.push({ key: this.keys.seal(name), value: undefined })
    for (const [part, leaves] of made) rows.push(...pageRows(this.keys, part, pulse, leaves))
    return () => {
      this.#groups.delete(name)
      for (const [prefix, leaves] of made) this.load({ prefix, leaves, pulses: [pulse] })
    }
  }
}

function leavesOnce(accounts: readonly Account[]): Leaves {
  const leaves = leavesOf(accounts)
  for (let i = 1; i < countOf(leaves); i++) {
    if (idAt(leaves, i).every((byte, at) => byte === idAt(leaves, i - 1)[at])) {
      throw new LedgerError(
        'ACCOUNT_INVALID',
        'an account comes twice in one pulse; give each once',
      )
    }
  }
  return leaves
}

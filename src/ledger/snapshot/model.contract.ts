/** What a snapshot store is held against in tests: the whole branch after every pulse. */
import { expect } from 'vitest'
import { toHex } from '#base'
import { type Change, type Disk, type Entry, memoryDisk } from '#world'
import type { Account } from '../account.js'
import { covers, wholeTree } from '../prefix.js'
import { randomAccount, randomBytes, randomsOf } from '../tree/sample.contract.js'
import { accountTree } from '../tree/tree.js'
import { RowKeys } from './keys.js'
import { groupsOf, type Leaves, leavesOf } from './leaves.js'
import { openSnapshots } from './open.js'
import { isKept, type Mark, markOf, type Retention, withMark } from './retention.js'
import type { Snapshots } from './snapshots.js'
import { storedGroups } from './stored.js'

/** The organization of all trials. */
export const org = new Uint8Array(20).fill(7)

export class Model {
  readonly states: { pulse: bigint; accounts: ReadonlyMap<string, Account> }[] = []
  marks: readonly Mark[] = []

  get newest(): bigint {
    return this.states.at(-1)?.pulse ?? 0n
  }
  at(pulse: bigint): ReadonlyMap<string, Account> {
    return this.states.findLast((state) => state.pulse <= pulse)?.accounts ?? new Map()
  }
  /** Every account that there ever was. */
  get ids(): Uint8Array[] {
    return [...this.at(this.newest).values()].map(({ id }) => id)
  }
}

/** A store, its model, and chance. */
export class Trial {
  readonly model = new Model()
  readonly random
  store!: Snapshots

  constructor(
    readonly disk: Disk,
    readonly prefix = wholeTree,
    seed = 1,
  ) {
    this.random = randomsOf(seed)
  }

  async open(retention?: Retention): Promise<this> {
    this.store = await openSnapshots(this.disk, org, this.prefix, retention)
    return this
  }

  /** A new account, among few first bytes so that groups fill up. */
  newAccount(spread: number): Account {
    for (;;) {
      const account = randomAccount(this.random, { id: randomBytes(this.random, 20) })
      account.id[0] = this.random(spread)
      if (covers(this.prefix, account.id)) return account
    }
  }

  /** Rows of a pulse in which accounts join and change. */
  changes(joins: number, changed: number, spread = 256, gap = 1): readonly Change[] {
    const { model, random } = this
    const { ids } = model
    const accounts = new Map<string, Account>()
    for (let i = 0; i < joins; i++) {
      const account = this.newAccount(spread)
      accounts.set(toHex(account.id), account)
    }
    for (let i = 0; i < changed && ids.length > 0; i++) {
      const id = ids[random(ids.length)]
      accounts.set(toHex(id), randomAccount(random, { id }))
    }
    const state = new Map([...model.at(model.newest), ...accounts])
    const pulse = model.newest + BigInt(gap)
    const stateRoot = accountTree(this.prefix, state.values()).root()
    const rows = this.store.note({ pulse, accounts: [...accounts.values()], stateRoot })
    model.states.push({ pulse, accounts: state })
    return rows
  }

  async pulse(...how: Parameters<Trial['changes']>): Promise<void> {
    await this.disk.write(this.changes(...how))
  }

  /** Purges to the end, or for so many batches. */
  async purge(retention: Retention, most: number, batches = Infinity): Promise<number> {
    this.model.marks = withMark(this.model.marks, markOf(retention, this.model.newest))
    let dropped = 0
    for (let i = 0; i < batches; i++) {
      const rows = await this.store.purge(retention, most)
      if (rows.length === 0) break
      expect(rows.length).toBeLessThanOrEqual(Math.max(2, most))
      dropped += rows.length
      await this.disk.write(rows)
    }
    return dropped
  }

  /** Some accounts at a pulse are what the model says, or the pulse is purged. */
  async check(pulse: bigint, count = 5): Promise<void> {
    const { model, random, store } = this
    const { ids } = model
    const chosen = Array.from(
      { length: Math.min(count, ids.length) },
      () => ids[random(ids.length)],
    )
    for (const id of [...chosen, randomBytes(random, 20)]) {
      const read = store.read(id, pulse)
      if (!isKept(model.marks, pulse)) {
        await expect(read).rejects.toMatchObject({ code: 'PULSE_PURGED' })
      } else {
        expect(await read).toEqual(model.at(pulse).get(toHex(id)))
      }
    }
  }

  /** The whole branch at a pulse is what the model says. */
  async checkTree(pulse: bigint): Promise<void> {
    if (!isKept(this.model.marks, pulse)) {
      await expect(this.store.restore(pulse)).rejects.toMatchObject({ code: 'PULSE_PURGED' })
      return
    }
    const tree = await this.store.restore(pulse)
    const accounts = this.model.at(pulse)
    expect(tree.sums.count).toBe(accounts.size)
    for (const account of accounts.values()) expect(tree.get(account.id)).toEqual(account)
  }

  /** Every pulse, and every `stride`th as a whole. */
  async checkAll(stride = 1): Promise<void> {
    for (let pulse = 0n; pulse <= this.model.newest + 1n; pulse++) {
      await this.check(pulse, 3)
      if (pulse % BigInt(stride) === 0n) await this.checkTree(pulse)
    }
    expect(this.store.newest ?? 0n).toBe(this.model.newest)
    await this.checkGroups()
  }

  /** The stored groups are those of the accounts as they are. */
  async checkGroups(): Promise<void> {
    const { model, disk, prefix } = this
    const leaves = leavesOf([...model.at(model.newest).values()])
    const stored: [string, Leaves][] = []
    for await (const group of storedGroups(disk, new RowKeys(org, prefix))) {
      stored.push([group.prefix, group.leaves])
    }
    expect(stored).toEqual(groupsOf(prefix, leaves))
  }
}

/** A trial over memory. */
export const trial = (prefix = wholeTree, seed = 1): Promise<Trial> =>
  new Trial(memoryDisk(), prefix, seed).open()

/** Where keys of the whole tree's rows have their kind. */
export const kindAt = 1 + org.length + 1

/** All that is stored. */
export async function entriesOf(disk: Disk): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of disk.scan({})) entries.push(entry)
  return entries
}

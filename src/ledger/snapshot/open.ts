/** The snapshot store of one branch over a key-value store. */
import { BadInput } from '#base'
import { type KeyText, keyText, type KeyValue } from '#world'
import type { Account, AccountId } from '../account.js'
import { LedgerError } from '../errors.js'
import { covers, type Prefix } from '../prefix.js'
import type { AccountTree } from '../tree/account-tree.js'
import { Groups } from './groups.js'
import { kinds, RowKeys } from './keys.js'
import { idBytes } from './leaves.js'
import { type Past, readPast, readStored } from './past.js'
import { Purge } from './purge.js'
import { restoreTree } from './restore.js'
import { decodeMarks, isKept, type Mark, markOf, type Retention, withMark } from './retention.js'
import { bodyOf, type Now, stamped, writeNow, writeVersion } from './rows.js'
import type { PulseChanges, Row, Snapshots } from './snapshots.js'
import { storedGroups } from './stored.js'

type Stored = Pick<KeyValue, 'get' | 'scan'>

/**
 * Opens the snapshot store of a branch, empty where there is none. Reads the current pages and
 * holds them: 84 bytes an account.
 * @param keyValue where the rows are; the caller writes those that the store makes
 * @param org id of the organization, 20 bytes
 * @param retention what reads obey before a purge has made room: with the same one everywhere,
 *   every replica answers alike
 * @throws LedgerError PAGE_MISSING, PAGE_INVALID where a current page can not be read
 */
export async function openSnapshots(
  keyValue: Stored,
  org: Uint8Array,
  prefix: Prefix,
  retention?: Retention,
): Promise<Snapshots> {
  const keys = new RowKeys(org, prefix)
  const groups = new Groups(keys)
  for await (const group of storedGroups(keyValue, keys)) groups.load(group)
  let newest: bigint | undefined
  for await (const [key] of keyValue.scan({ ...keys.all(kinds.root), limit: 1 })) {
    newest = keys.pulseOf(key)
  }
  return new Store(keyValue, keys, groups, newest, retention)
}

class Store implements Snapshots {
  readonly #past: Past
  readonly #purge: Purge
  /** pulses whose rows were given out and can not be read yet, oldest first */
  #given: { readonly pulse: bigint; readonly ids: readonly KeyText[] }[] = []
  /** accounts of the cold table in these rows */
  readonly #unread = new Map<KeyText, Now>()

  constructor(
    readonly keyValue: Stored,
    readonly keys: RowKeys,
    readonly groups: Groups,
    private last: bigint | undefined,
    readonly retention: Retention | undefined,
  ) {
    this.#past = { keyValue, keys, groupOf: (id) => groups.nameOf(id) }
    this.#purge = new Purge(keyValue, keys)
  }

  get prefix(): Prefix {
    return this.keys.prefix
  }

  get newest(): bigint | undefined {
    this.#settle()
    return this.last
  }

  /** Lets go of given rows that can be read by now. */
  #settle(): void {
    while (this.#given.length > 0) {
      const [{ pulse, ids }] = this.#given
      if (this.keyValue.get(this.keys.root(pulse)) === undefined) return
      for (const id of ids) if (this.#unread.get(id)?.since === pulse) this.#unread.delete(id)
      this.#given.shift()
      this.last = pulse
    }
  }

  note({ pulse, accounts, stateRoot }: PulseChanges): readonly Row[] {
    this.#settle()
    const before = this.#given.at(-1)?.pulse ?? this.last
    if (before !== undefined && pulse <= before) {
      throw new BadInput(`pulse ${pulse} follows ${before}`, 'note pulses in their order')
    }
    const rows: Row[] = []
    for (const account of accounts) this.#check(account)
    const take = this.groups.change(pulse, accounts, rows)
    const changed = accounts.map((account) => this.#noteAccount(account, pulse, rows))
    const key = this.keys.root(pulse)
    rows.push({ key, value: stamped(key, stateRoot) })
    take()
    for (const [id, now] of changed) this.#unread.set(id, now)
    this.#given.push({ pulse, ids: changed.map(([id]) => id) })
    return rows
  }

  #check({ id }: Account): void {
    if (id.length !== idBytes || !covers(this.prefix, id)) {
      throw new LedgerError('ACCOUNT_INVALID', `an account is outside of branch "${this.prefix}"`)
    }
  }

  /** Adds the rows of an account as it is, and as it was until now. */
  #noteAccount(account: Account, pulse: bigint, rows: Row[]): [KeyText, Now] {
    const { id, cold } = account
    const text = keyText(id)
    const before = this.#unread.get(text) ?? readStored(this.#past, id)
    if (before !== undefined) {
      const key = this.keys.past(id, before.since)
      rows.push({ key, value: stamped(key, before.version) })
    }
    const { born, firstKey } = before ?? { born: pulse, firstKey: cold.publicKey }
    const now = { since: pulse, born, firstKey, version: writeVersion(account, firstKey) }
    const key = this.keys.now(id)
    rows.push({ key, value: stamped(key, writeNow(now)) })
    return [text, now]
  }

  async read(id: AccountId, pulse: bigint): Promise<Account | undefined> {
    this.#checkKept(pulse)
    return readPast(this.#past, id, pulse)
  }

  async restore(pulse: bigint): Promise<AccountTree> {
    this.#checkKept(pulse)
    const { last } = this
    try {
      // Not beyond what is stored now: more may come while this reads.
      return await restoreTree(this.#past, last !== undefined && last < pulse ? last : pulse)
    } catch (error) {
      // What is missing may have been purged meanwhile.
      this.#checkKept(pulse)
      throw error
    }
  }

  async purge(retention: Retention, most: number): Promise<readonly Row[]> {
    this.#settle()
    if (this.last === undefined) return []
    return this.#purge.next(this.#marks(), markOf(retention, this.last), most)
  }

  /** What purges have dropped. */
  #marks(): readonly Mark[] {
    const key = this.keys.mark
    const value = this.keyValue.get(key)
    if (value === undefined) return []
    const body = bodyOf(key, value)
    if (body === undefined) {
      throw new LedgerError('PAGE_INVALID', `what was purged of "${this.prefix}" is not readable`)
    }
    return decodeMarks(body)
  }

  #checkKept(pulse: bigint): void {
    if (pulse < 0n) throw new BadInput(`there is no pulse ${pulse}`, 'pulses begin with 0')
    this.#settle()
    const stored = this.#marks()
    const { retention, last } = this
    const marks =
      retention === undefined || last === undefined
        ? stored
        : withMark(stored, markOf(retention, last))
    if (!isKept(marks, pulse)) {
      throw new LedgerError('PULSE_PURGED', `pulse ${pulse} is not kept; ask for a newer one`)
    }
  }

  async usage(): Promise<{ pages: number; history: number; cold: number }> {
    const { keys, keyValue } = this
    const sizes = async (kind: (typeof kinds)[keyof typeof kinds]): Promise<number> => {
      let bytes = 0
      for await (const [key, value] of keyValue.scan(keys.all(kind))) {
        bytes += key.length + value.length
      }
      return bytes
    }
    this.#settle()
    let pages = 0
    for (const key of this.groups.pageKeys()) pages += key.length + (keyValue.get(key)?.length ?? 0)
    const cold = (await sizes(kinds.now)) + (await sizes(kinds.seal))
    const rest = (await sizes(kinds.page)) + (await sizes(kinds.past)) + (await sizes(kinds.root))
    return { pages, history: rest - pages, cold }
  }
}

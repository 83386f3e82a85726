/** The snapshot store of one branch over a key-value store. */
import { BadInput } from '#base'
import type { KeyValue } from '#world'
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
import { bodyOf, stamped, writeNow, writeVersion } from './rows.js'
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
  /** a pulse whose rows were given out, and what they make of the groups */
  #given: { readonly pulse: bigint; readonly take: () => void } | undefined

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

  /** Takes over what the given rows say if they were written, and forgets it otherwise. */
  #settle(): void {
    const given = this.#given
    this.#given = undefined
    if (given === undefined || this.keyValue.get(this.keys.root(given.pulse)) === undefined) return
    given.take()
    this.last = given.pulse
  }

  note({ pulse, accounts, stateRoot }: PulseChanges): readonly Row[] {
    this.#settle()
    if (this.last !== undefined && pulse <= this.last) {
      throw new BadInput(`pulse ${pulse} follows ${this.last}`, 'note pulses in their order')
    }
    const rows: Row[] = []
    for (const account of accounts) {
      this.#check(account)
      this.#noteAccount(account, pulse, rows)
    }
    const take = this.groups.change(pulse, accounts, rows)
    const key = this.keys.root(pulse)
    rows.push({ key, value: stamped(key, stateRoot) })
    this.#given = { pulse, take }
    return rows
  }

  #check({ id }: Account): void {
    if (id.length !== idBytes || !covers(this.prefix, id)) {
      throw new LedgerError('ACCOUNT_INVALID', `an account is outside of branch "${this.prefix}"`)
    }
  }

  /** The account as it is, and as it was until now. */
  #noteAccount(account: Account, pulse: bigint, rows: Row[]): void {
    const { id, cold } = account
    const before = readStored(this.#past, id)
    if (before !== undefined) {
      const key = this.keys.past(id, before.since)
      rows.push({ key, value: stamped(key, before.version) })
    }
    const { born, firstKey } = before ?? { born: pulse, firstKey: cold.publicKey }
    const version = writeVersion(account, firstKey)
    const key = this.keys.now(id)
    rows.push({ key, value: stamped(key, writeNow({ since: pulse, born, firstKey, version })) })
  }

  async read(id: AccountId, pulse: bigint): Promise<Account | undefined> {
    this.#checkKept(pulse)
    return readPast(this.#past, id, pulse)
  }

  async restore(pulse: bigint): Promise<AccountTree> {
    this.#checkKept(pulse)
    return restoreTree(this.#past, pulse)
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

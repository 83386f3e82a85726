/**
 * Users of this node, each with a key of their own, sealed by the password; in the store under
 * `keyspace.accounts`: 0x01 and the folded name.
 */
import {
  afterPrefix,
  concat,
  decodeCbor,
  encodeCbor,
  fromText,
  type KeyId,
  type Value,
} from '#base'
import { type Key, makeKey, openKey, PasswordWrong, type SealedKey, sealKey } from '#identity'
import { type Clock, type Disk, keyspace, type Random } from '#world'
import { NodeClaimed, UserExists } from './errors.js'

export interface Account {
  readonly id: KeyId
  /** as the person wrote it */
  readonly name: string
  readonly owner: boolean
  /** milliseconds since 1970 */
  readonly created: number
}

interface StoredAccount extends Account {
  readonly sealed: SealedKey
}

export interface Accounts {
  /** whether the node has an owner */
  claimed(): boolean
  /** Makes the first user, the owner; durable when resolved. @throws NodeClaimed */
  claim(name: string, password: string): Promise<{ account: Account; key: Key }>
  /** Durable when resolved. @throws UserExists */
  add(name: string, password: string, owner: boolean): Promise<Account>
  list(): readonly Account[]
  byId(id: string): Account | undefined
  /** Opens a person's key. @throws PasswordWrong, for unknown names too, and as slowly */
  open(name: string, password: string): Promise<{ account: Account; key: Key }>
  /** Seals a key anew; durable when resolved. @throws PasswordWrong */
  changePassword(name: string, password: string, newPassword: string): Promise<Account>
}

interface AccountParts {
  readonly disk: Pick<Disk, 'scan' | 'write'>
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
}

const prefix = Uint8Array.of(keyspace.accounts, 0x01)

/** Names that look alike to people are one name. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase()

const visible = ({ id, name, owner, created }: StoredAccount): Account => ({
  id,
  name,
  owner,
  created,
})

/** Costs what an account's key costs to open, and opens for nobody. */
const decoyOf = (random: Random): SealedKey => ({
  kdf: 'scrypt',
  n: 1 << 15,
  r: 8,
  p: 1,
  salt: random.bytes(16),
  nonce: random.bytes(12),
  box: random.bytes(48),
})

/** Reads the accounts of the store. */
export async function openAccounts({ disk, clock, random }: AccountParts): Promise<Accounts> {
  const accounts = new Map<string, StoredAccount>()
  for await (const [, value] of disk.scan({ from: prefix, to: afterPrefix(prefix) })) {
    const account = decodeCbor<StoredAccount>(value)
    accounts.set(folded(account.name), account)
  }
  const decoy = decoyOf(random)
  // Names being taken right now: sealing a key takes a while.
  const taking = new Set<string>()

  const keep = async (account: StoredAccount): Promise<void> => {
    const key = concat(prefix, fromText(folded(account.name)))
    const value = encodeCbor(account as unknown as Value)
    // One fsync; nobody is told of the account, and nobody finds it, before.
    await disk.write([{ key, value }])
    accounts.set(folded(account.name), account)
  }
  const make = async (name: string, password: string, owner: boolean) => {
    const taken = folded(name)
    if (accounts.has(taken) || taking.has(taken)) throw new UserExists(name)
    taking.add(taken)
    try {
      const key = makeKey(random)
      const sealed = await sealKey(key, password, random)
      const account = { id: key.id, name, owner, created: clock.now(), sealed }
      await keep(account)
      return { account: visible(account), key }
    } finally {
      taking.delete(taken)
    }
  }
  const open = async (name: string, password: string) => {
    const account = accounts.get(folded(name))
    const key = await openKey(account?.sealed ?? decoy, password)
    if (account === undefined) throw new PasswordWrong()
    return { account, key }
  }

  return {
    claimed: () => accounts.size > 0,
    async claim(name, password) {
      if (accounts.size > 0 || taking.size > 0) throw new NodeClaimed()
      return make(name, password, true)
    },
    add: async (name, password, owner) => (await make(name, password, owner)).account,
    list: () => [...accounts.values()].map(visible),
    byId: (id) => [...accounts.values()].map(visible).find((account) => account.id === id),
    async open(name, password) {
      const { account, key } = await open(name, password)
      return { account: visible(account), key }
    },
    async changePassword(name, password, newPassword) {
      const { account, key } = await open(name, password)
      await keep({ ...account, sealed: await sealKey(key, newPassword, random) })
      return visible(account)
    },
  }
}

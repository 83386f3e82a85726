/** A small organization for tests: its branches' ledgers, owners, and a root that takes all. */
import { concat, encode, fromText, sha256, toHex } from '#base'
import { type Key, keyFromSeed, type Signatures } from '#identity'
import {
  type Account,
  accountOf,
  accountTree,
  covers,
  entryStates,
  forms,
  type Header,
  headerHash,
  type Import,
  type Order,
  orderBodyLayout,
  type OrderBody,
  orderKinds,
  type Prefix,
  standingAcceptBodyLayout,
  type Table,
  toPrefix,
  type Transfer,
  type TransferBody,
  transferBodyLayout,
} from '#ledger'
import {
  entryOf,
  type Genesis,
  genesisOf,
  rootFields,
  type Rules,
  type Seating,
  seatingOf,
  usualRules,
} from '#organization'
import type { Block } from '../messages.js'
import type { Applied, BranchLedger, Candidates, KnownPulse, Pulses } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import { openingLedger } from './opening.js'

/** Signs with a hash: tests forge by other means. */
export const plainSignatures: Signatures = {
  sign: ({ publicKey }, domain, body) => {
    const hash = sha256(concat(publicKey, fromText(domain), body))
    return concat(hash, hash)
  },
  verify: (publicKey, domain, body, signature) => {
    const hash = sha256(concat(publicKey, fromText(domain), body))
    return toHex(signature) === toHex(concat(hash, hash))
  },
}

export const keyOf = (number: number): Key => keyFromSeed(sha256(fromText(`owner ${number}`)))

export const org = sha256(fromText('organization')).slice(0, 20)
export const [treasury, supervisor, stranger] = [1_000_000, 1_000_001, 1_000_002].map(keyOf)
const keeperOf = (prefix: Prefix): Uint8Array => sha256(fromText(`keeper of ${prefix}`))

export function accountFor(key: Key, amount: bigint): Account {
  return {
    id: accountOf(key.publicKey),
    amount,
    pulse: 0n,
    cold: {
      blind: key.publicKey.slice(0, 16),
      publicKey: key.publicKey,
      nonce: 0n,
      held: 0n,
      bond: 0n,
      votesRoot: new Uint8Array(32),
      flags: 0,
    },
  }
}

export interface TownOptions {
  readonly branches: readonly string[]
  readonly owners: number
  readonly amount?: bigint
  readonly rules?: Partial<Rules>
  readonly hasTreasury?: boolean
}

const everyPrefix = (bits: number): Prefix[] =>
  Array.from({ length: bits + 1 }, (_, length) =>
    Array.from({ length: 2 ** length }, (_, i) =>
      toPrefix(length === 0 ? '' : i.toString(2).padStart(length, '0')),
    ),
  ).flat()

function seatingFor({ branches, owners, amount = 1000n, rules }: TownOptions): Seating {
  const rootKey = sha256(fromText('root'))
  return seatingOf({
    org,
    orgKey: rootKey,
    name: fromText('town'),
    supply: BigInt(owners + 1) * amount,
    treasury: treasury.publicKey,
    supervisors: [supervisor.publicKey],
    rules: { ...usualRules, ...rules },
    root: [rootKey],
    seats: everyPrefix(3).map((prefix) => ({
      prefix,
      committee: [keeperOf(prefix)],
      keepers: [],
    })),
    branches: branches.map(toPrefix),
  })
}

export const secretOf = (prefix: Prefix): Uint8Array => sha256(fromText(`secret of ${prefix}`))

export interface TransferWish extends Partial<TransferBody> {
  readonly standing?: { readonly mostAmount: bigint; readonly validUntil: bigint }
}

export class Town {
  readonly seating: Seating
  readonly genesis: Genesis
  readonly owners: readonly Key[]
  readonly ledgers = new Map<Prefix, BranchLedger>()
  readonly known: KnownPulse[] = []
  readonly pulses: Pulses
  #view = 0n
  #table: Table

  constructor(options: TownOptions) {
    const { owners, amount = 1000n, hasTreasury = true } = options
    this.seating = seatingFor(options)
    this.owners = Array.from({ length: owners }, (_, i) => keyOf(i))
    const accounts = [...this.owners, hasTreasury ? treasury : stranger].map((key) =>
      accountFor(key, amount),
    )
    this.genesis = genesisOf(this.seating, accounts)
    this.#table = this.genesis.table
    this.#know(this.#table, this.genesis.root)
    const { known } = this
    this.pulses = {
      get newest() {
        return known[known.length - 1]
      },
      at: (pulse) => known[Number(pulse)],
    }
    for (const { prefix } of this.#table) this.ledgers.set(prefix, this.fresh(prefix))
  }

  get table(): Table {
    return this.#table
  }

  /** Another ledger of the branch as it was at the beginning. */
  fresh(prefix: Prefix, signatures: Pick<Signatures, 'verify'> = plainSignatures): BranchLedger {
    const accounts = this.genesis.accounts.filter(({ id }) => covers(prefix, id))
    return branchLedger({
      seating: this.seating,
      prefix,
      signatures,
      tree: accountTree(prefix, accounts),
      header: this.genesis.headers.get(prefix) as Header,
      secret: secretOf(prefix),
    })
  }

  #know(table: Table, header: Header): void {
    const body = { org, level: 0, prefix: toPrefix(''), cycle: 0, kind: 3, view: 0n }
    const certificate = { body: { ...body, hash: headerHash(header) }, signers: [] }
    this.known.push({ sealed: { header, certificate }, table })
  }

  ledger(prefix: string): BranchLedger {
    return this.ledgers.get(toPrefix(prefix)) as BranchLedger
  }

  ledgerOf(key: { readonly publicKey: Uint8Array }): BranchLedger {
    const id = accountOf(key.publicKey)
    const live = this.#table.find(
      ({ prefix, state }) => state !== entryStates.retired && covers(prefix, id),
    )
    return this.ledger((live as Table[number]).prefix)
  }

  /** A pulse that includes where every branch stands. */
  pulse(states: Readonly<Record<string, number>> = {}): void {
    this.#table = this.#table.map((entry) => {
      const ledger = this.ledgers.get(entry.prefix)
      if (ledger === undefined || entry.state === entryStates.retired) return entry
      const state = states[entry.prefix] ?? entry.state
      ledger.included(ledger.header.height)
      return { ...entryOf(ledger.header, entry.settledDebit), state }
    })
    this.#seal()
  }

  #seal(): void {
    const before = this.known[this.known.length - 1].sealed.header
    const pulse = before.pulseSeen + 1n
    const { total, cumOut, cumIn } = rootFields(this.#table)
    if (total + cumOut - cumIn !== this.seating.charter.supply) throw new Error('money was made')
    const root = { ...before, ...rootFields(this.#table), pulseSeen: pulse, height: pulse }
    this.#know(this.#table, { ...root, prev: headerHash(before) })
  }

  /** Closes branches and puts others in their place: their pulse included. */
  reorganize(from: readonly string[], to: readonly string[]): void {
    this.pulse(Object.fromEntries(from.map((prefix) => [prefix, entryStates.closing])))
    for (const prefix of from) this.step(prefix, {}, forms.closing)
    this.pulse(Object.fromEntries(from.map((prefix) => [prefix, entryStates.closed])))
    const predecessors = from.map((prefix) => this.ledger(prefix))
    const opened = to.map((text) => {
      const prefix = toPrefix(text)
      return openingLedger({
        seating: this.seating,
        prefix,
        signatures: plainSignatures,
        predecessors,
        secret: secretOf(prefix),
      })
    })
    for (const ledger of opened) this.ledgers.set(ledger.prefix, ledger)
    const names = new Set(to)
    this.#table = this.#table
      .filter(({ prefix }) => !names.has(prefix))
      .map((entry) =>
        from.includes(entry.prefix) ? { ...entry, state: entryStates.retired } : entry,
      )
      .concat(opened.map(({ header }) => entryOf(header, 0n)))
      .toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
    this.#seal()
  }

  transfer(payer: Key, payee: Key, wish: TransferWish = {}): Transfer {
    const { standing, ...fields } = wish
    const account = this.ledgerOf(payer).account(accountOf(payer.publicKey))
    const body: TransferBody = {
      org,
      payer: accountOf(payer.publicKey),
      payee: accountOf(payee.publicKey),
      amount: 10n,
      fee: 0n,
      nonce: (account?.cold.nonce ?? 0n) + 1n,
      validUntil: 1000n,
      memoHash: new Uint8Array(32),
      payerKey: payer.publicKey,
      payeeKey: payee.publicKey,
      ...fields,
    }
    return signTransfer(payer, payee, body, standing)
  }

  order(kind: keyof typeof orderKinds, key: Key, wish: Partial<OrderBody> = {}): Order {
    const account = this.ledgerOf(key).account(accountOf(key.publicKey))
    const body: OrderBody = {
      org,
      kind: orderKinds[kind],
      publicKey: key.publicKey,
      number: account === undefined ? 1 : (account.cold.flags >>> 8) + 1,
      validUntil: 1000n,
      flags: 0,
      blind: key.publicKey.slice(0, 16),
      supervisor: supervisor.publicKey,
      ...wish,
    }
    const signed = encode(orderBodyLayout, body)
    const signature = plainSignatures.sign(supervisor, 'leither/ledger/order/1', signed)
    return { body, signature }
  }

  /** Builds a block on where the branch stands. */
  build(prefix: string, candidates: Partial<Candidates>, form: number = forms.block) {
    const frame = { view: ++this.#view, time: Number(this.#view), form }
    const all = { imports: [], orders: [], transfers: [], ...candidates }
    return this.ledger(prefix).build(all, frame, this.pulses)
  }

  /** Builds a block and goes on to it; throws where there is none. */
  step(
    prefix: string,
    candidates: Partial<Candidates>,
    form: number = forms.block,
  ): { block: Block; applied: Applied } {
    const built = this.build(prefix, candidates, form)
    if (built === undefined) throw new Error('there is nothing in the block')
    const applied = this.ledger(prefix).apply(built.block, this.pulses)
    if (applied === 'later') throw new Error('a pulse is missing')
    return { block: built.block, applied }
  }

  /** What every branch, also those that are no more, has for this one, by the newest pulse. */
  importsFor(prefix: string, most = 1000): Import[] {
    const ledger = this.ledger(prefix)
    const found = [...this.ledgers.values()].flatMap((other) =>
      [...other.channels, ...other.inherited.flatMap(({ channels }) => channels)].map((channel) => {
        const after = ledger.cursors.find(
          (cursor) =>
            cursor.source === channel.source && cursor.destination === channel.destination,
        )
        return other.importFor(this.pulses.newest, channel, after?.sequence ?? 0n, most)
      }),
    )
    return found.filter((given): given is Import => given !== undefined && isFor(prefix, given))
  }

  get live(): readonly BranchLedger[] {
    return this.#table
      .filter(({ state }) => state !== entryStates.retired)
      .map(({ prefix }) => this.ledger(prefix))
  }

  /** Takes in all receipts until nothing more is under way. */
  settleAll(): void {
    for (let isMoving = true; isMoving;) {
      this.pulse()
      isMoving = false
      for (const { prefix } of this.live) {
        const imports = this.importsFor(prefix)
        const built = imports.length > 0 ? this.build(prefix, { imports }) : undefined
        if (built === undefined) continue
        this.ledger(prefix).apply(built.block, this.pulses)
        isMoving = true
      }
    }
  }

  get supply(): bigint {
    return this.live.reduce((sum, { tree }) => sum + tree.sums.total, 0n)
  }

  amount(key: Key): bigint | undefined {
    return this.ledgerOf(key).account(accountOf(key.publicKey))?.amount
  }
}

const isFor = (prefix: string, { channel }: Import): boolean =>
  channel.source !== prefix &&
  (channel.destination.startsWith(prefix) || prefix.startsWith(channel.destination))

export function signTransfer(
  payer: Key,
  payee: Key,
  body: TransferBody,
  standing?: TransferWish['standing'],
  signatures: Signatures = plainSignatures,
): Transfer {
  const signed = encode(transferBodyLayout, body)
  const payerSignature = signatures.sign(payer, 'leither/ledger/transfer/1', signed)
  if (standing === undefined) {
    const signature = signatures.sign(payee, 'leither/ledger/transfer/1', signed)
    return { body, payerSignature, accept: { kind: 'once', signature } }
  }
  const said = encode(standingAcceptBodyLayout, { org, payee: body.payee, ...standing })
  const signature = signatures.sign(payee, 'leither/ledger/accept/1', said)
  return { body, payerSignature, accept: { kind: 'standing', ...standing, signature } }
}

/** Owners whose accounts lie in a branch. */
export const ownersIn = (owners: readonly Key[], prefix: string): readonly Key[] =>
  owners.filter(({ publicKey }) => covers(toPrefix(prefix), accountOf(publicKey)))

/** Everything that must not change by what is refused. */
export const printOf = (ledger: BranchLedger): string =>
  [
    toHex(headerHash(ledger.header)),
    toHex(ledger.tree.root()),
    toHex(sha256(ledger.image())),
    ledger.tree.sums.total,
  ].join(' ')

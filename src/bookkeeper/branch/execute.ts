/**
 * What one block does to a branch, while it is being done (spec OL-1, D to F): accounts, channels
 * and sums as they will be. Nothing outside of this object changes.
 */
import { encode, sha256 } from '#base'
import {
  type Account,
  accountFlags,
  type AccountId,
  accountOf,
  type AccountTree,
  type Channel,
  covers,
  type Digest,
  type Entry,
  entryHash,
  type Header,
  listRoot,
  pair,
  type Prefix,
  prefixLayout,
  type Receipt,
  receiptHash,
  receiptKinds,
} from '#ledger'
import type { Seating } from '#organization'
import { BlockInvalid } from '../errors.js'
import type { KnownPulse } from './branch-ledger.js'
import type { ChannelBook } from './channels.js'
import { textOf } from './id-text.js'
import { branchIn } from './route.js'
import type { SignedChecks } from './signed.js'

type Open<T> = { -readonly [K in keyof T]: T[K] }
/** An account that the block changes. */
export type OpenAccount = Open<Omit<Account, 'cold'>> & { readonly cold: Open<Account['cold']> }

/** What a block is laid upon. */
export interface Footing {
  readonly seating: Seating
  readonly prefix: Prefix
  readonly parent: Header
  readonly tree: Pick<AccountTree, 'get' | 'sums'>
  readonly channels: ChannelBook
  readonly cursors: ChannelBook
  readonly checks: SignedChecks
}

const places = new Map<Prefix, Uint8Array>()

/** The 9 bytes of a branch. */
function placeOf(prefix: Prefix): Uint8Array {
  let place = places.get(prefix)
  if (place === undefined) places.set(prefix, (place = encode(prefixLayout, prefix)))
  return place
}

/** A blind and what changes it. */
const blending = new Uint8Array(48)

export class Work {
  readonly accounts = new Map<string, OpenAccount>()
  readonly sent: Receipt[] = []
  /** hashes of the receipts sent */
  readonly sentHashes: Digest[] = []
  /** hashes of the block's entries */
  readonly entries: Digest[] = []
  /** of transfers and orders */
  readonly ids: Uint8Array[] = []
  readonly #transferIds: Uint8Array[] = []
  /** channels into the branch from which the block takes receipts */
  readonly taken: Channel[] = []
  readonly #out = new Map<Prefix, Channel>()
  cumDebit: bigint
  cumOut: bigint
  cumIn: bigint
  /** as the pulse's table says it */
  readonly settledDebit: bigint
  #fees = 0n

  /** @param known the pulse that the block has seen */
  constructor(
    readonly footing: Footing,
    readonly known: KnownPulse,
  ) {
    const { parent, prefix } = footing
    const entry = known.table.find((other) => other.prefix === prefix)
    this.settledDebit = entry?.settledDebit ?? 0n
    this.cumDebit = parent.cumDebit
    this.cumOut = parent.cumOut
    this.cumIn = parent.cumIn
  }

  get pulse(): bigint {
    return this.known.sealed.header.pulseSeen
  }

  get out(): readonly Channel[] {
    return [...this.#out.values()]
  }

  /** An account as the block has it so far. What is given out must be changed by `touch` alone. */
  account(id: AccountId): OpenAccount | undefined {
    const name = textOf(id)
    const open = this.accounts.get(name)
    if (open !== undefined) return open
    // The tree gives out copies.
    return this.footing.tree.get(id)
  }

  /** Keeps an account that is about to change for this cause (32 bytes). */
  touch(account: OpenAccount, cause: Uint8Array): void {
    account.pulse = this.pulse
    blending.set(account.cold.blind, 0)
    blending.set(cause, 16)
    account.cold.blind = sha256(blending).subarray(0, 16)
    this.accounts.set(textOf(account.id), account)
  }

  /** A new account; its first blind is as given. */
  add(account: OpenAccount): void {
    this.accounts.set(textOf(account.id), account)
  }

  /** @param fee counted for the treasury, paid out once a block */
  transferred(id: Uint8Array, destination: Prefix, sequence: bigint, fee: bigint): void {
    this.#fees += fee
    this.#transferIds.push(id)
    this.ids.push(id)
    this.#note({ kind: 'transfer', transfer: id, destination: placeOf(destination), sequence })
  }

  ordered(id: Uint8Array): void {
    this.ids.push(id)
    this.#note({ kind: 'order', order: id })
  }

  credited(receipt: Digest): void {
    this.#note({ kind: 'credit', receipt })
  }

  #note(entry: Entry): void {
    this.entries.push(entryHash(entry))
  }

  /**
   * Gives an amount to whom it is for: here, or by a receipt to where he is. It cannot be refused:
   * what nobody can take goes back, and what cannot go back to the treasury.
   * @returns the receipt that was sent
   */
  pay(
    kind: number,
    cause: Uint8Array,
    payer: AccountId,
    payee: AccountId,
    amount: bigint,
  ): Receipt | undefined {
    const { prefix, seating } = this.footing
    if (!covers(prefix, payee)) return this.#send(kind, cause, payer, payee, amount)
    const account = this.account(payee)
    if (account !== undefined) {
      this.touch(account, cause)
      if ((account.cold.flags & accountFlags.frozen) === 0) account.amount += amount
      else account.cold.held += amount
      return undefined
    }
    if (kind === receiptKinds.credit) {
      return this.pay(receiptKinds.giveBack, cause, payee, payer, amount)
    }
    const treasury = accountOf(seating.charter.treasury)
    if (textOf(treasury) === textOf(payee)) this.#addTreasury(treasury, cause)
    return this.pay(kind, cause, payer, treasury, amount)
  }

  /** The treasury's account, where an organization began without one. */
  #addTreasury(id: AccountId, cause: Uint8Array): void {
    const zero = new Uint8Array(32)
    this.add({
      id,
      amount: 0n,
      pulse: this.pulse,
      cold: {
        blind: cause.subarray(0, 16),
        publicKey: this.footing.seating.charter.treasury,
        nonce: 0n,
        held: 0n,
        bond: 0n,
        votesRoot: zero,
        flags: accountFlags.system,
      },
    })
  }

  #send(
    kind: number,
    cause: Uint8Array,
    payer: AccountId,
    payee: AccountId,
    amount: bigint,
  ): Receipt {
    const { prefix, channels, parent } = this.footing
    const destination = branchIn(this.known.table, payee)
    if (destination === undefined) throw new BlockInvalid('the table leaves a gap')
    const channel = this.#out.get(destination) ?? channels.get(prefix, destination)
    const receipt: Receipt = {
      org: parent.org,
      source: prefix,
      destination,
      kind,
      sequence: channel.sequence + 1n,
      cumulative: channel.cumulative + amount,
      cause,
      payer,
      payee,
      amount,
    }
    const hash = receiptHash(receipt)
    this.#out.set(destination, {
      source: prefix,
      destination,
      sequence: receipt.sequence,
      cumulative: receipt.cumulative,
      head: pair(channel.head, hash),
    })
    this.cumOut += amount
    this.sent.push(receipt)
    this.sentHashes.push(hash)
    return receipt
  }

  /** The treasury gets the block's fees. After everything else. */
  payFees(): void {
    if (this.#fees === 0n) return
    const treasury = accountOf(this.footing.seating.charter.treasury)
    this.pay(receiptKinds.fee, listRoot(this.#transferIds), treasury, treasury, this.#fees)
    this.#fees = 0n
  }
}

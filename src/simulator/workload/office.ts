/** The supervisors' office: lets people join, freezes and thaws accounts (paper 3.2). */
import { encode, toHex } from '#base'
import { type Key, keyFromSeed, type Signatures } from '#identity'
import { accountOf, type Order, orderBodyLayout, orderId, orderKinds } from '#ledger'
import type { Stream } from '../streams.js'
import { type Errand, errand } from './purse.js'

/** What the office knows of an account under its orders. */
interface Case {
  readonly key: Key
  /** orders that were carried out */
  number: number
  frozen: boolean
  open: Errand<Order> | undefined
}

export interface OfficeOptions {
  readonly org: Uint8Array
  readonly supervisors: readonly Key[]
  readonly signatures: Signatures
  readonly dice: Stream
}

export class Office {
  readonly #options: OfficeOptions
  readonly #cases = new Map<string, Case>()

  constructor(options: OfficeOptions) {
    this.#options = options
  }

  #order(
    { key, number }: Case,
    kind: number,
    validUntil: bigint,
    now: number,
    blind: Uint8Array = new Uint8Array(16),
  ): Errand<Order> {
    const { org, supervisors, signatures, dice } = this.#options
    const supervisor = dice.pick(supervisors)
    const body = {
      org,
      kind,
      publicKey: key.publicKey,
      number: number + 1,
      validUntil,
      flags: 0,
      blind,
      supervisor: supervisor.publicKey,
    }
    const signed = encode(orderBodyLayout, body)
    const signature = signatures.sign(supervisor, 'leither/ledger/order/1', signed)
    return errand(orderId(body), { body, signature }, accountOf(key.publicKey), now)
  }

  /** A stranger joins. */
  join(validUntil: bigint, now: number): Errand<Order> {
    const key = keyFromSeed(this.#options.dice.bytes(32))
    const stranger: Case = { key, number: 0, frozen: false, open: undefined }
    this.#cases.set(toHex(accountOf(key.publicKey)), stranger)
    const blind = this.#options.dice.bytes(16)
    stranger.open = this.#order(stranger, orderKinds.join, validUntil, now, blind)
    return stranger.open
  }

  /** Freezes an account, or thaws it where it is frozen; nothing while an order for it is out. */
  toggle(key: Key, validUntil: bigint, now: number): Errand<Order> | undefined {
    const name = toHex(accountOf(key.publicKey))
    const known = this.#cases.get(name) ?? { key, number: 0, frozen: false, open: undefined }
    this.#cases.set(name, known)
    if (known.open !== undefined) return undefined
    const kind = known.frozen ? orderKinds.thaw : orderKinds.freeze
    known.open = this.#order(known, kind, validUntil, now)
    return known.open
  }

  /** Accounts that wait to be thawed. */
  frozen(): readonly Key[] {
    return [...this.#cases.values()]
      .filter(({ frozen, open }) => frozen && open === undefined)
      .map(({ key }) => key)
  }

  /** An order has come to its end. @returns the key of who has joined by it */
  settle(order: Errand<Order>): Key | undefined {
    const known = this.#cases.get(toHex(order.account))
    if (known === undefined || known.open !== order) return undefined
    known.open = undefined
    if (order.verdict === 'refused') return undefined
    known.number = order.signed.body.number
    known.frozen = order.signed.body.kind === orderKinds.freeze
    return order.signed.body.kind === orderKinds.join ? known.key : undefined
  }
}

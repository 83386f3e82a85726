/**
 * The whole organization in one map: what finalized blocks do to accounts, written down a second
 * time from the protocol (spec OL-1, D to F), with no branches, trees or undo. Where a block says
 * something that the rules forbid, the finding names the invariant.
 */
import { concat, encode, equal, sha256, toHex } from '#base'
import type { Signatures } from '#identity'
import {
  type Account,
  accountOf,
  type Batch,
  covers,
  type Header,
  type Import,
  listRoot,
  type Order,
  orderBodyLayout,
  orderId,
  orderKinds,
  type Prefix,
  type Receipt,
  receiptKinds,
  receiptLayout,
  standingAcceptBodyLayout,
  type Transfer,
  transferBodyLayout,
  transferId,
  worth,
} from '#ledger'
import type { Charter } from '#organization'

/** Something that must never be. */
export interface Finding {
  /** such as `I7` */
  readonly invariant: string
  /** what was found, with its values */
  readonly message: string
}

/** A receipt that a finalized block sent, and what became of it. */
export interface SentReceipt {
  readonly receipt: Receipt
  credited: boolean
}

const blank32 = new Uint8Array(32)
const frozen = 1
const oneOrder = 0x100

const channelName = (source: Prefix, destination: Prefix): string => `${source}>${destination}`

export class MapLedger {
  readonly accounts = new Map<string, Account>()
  /** receipts of each channel, in the order in which they were sent */
  readonly channels = new Map<string, SentReceipt[]>()
  /** the first receipt that comes from a transfer, by the transfer's id in hexadecimal */
  readonly bySource = new Map<string, SentReceipt>()
  /** transfers and orders that are in a finalized block */
  readonly done = new Set<string>()
  /** accounts that changed since this was last emptied */
  readonly changed = new Set<string>()
  /** last receipt that a branch has taken of a channel, since it was opened */
  readonly #reached = new Map<string, bigint>()
  /** rare paths that blocks took, since this was last emptied */
  readonly marks: string[] = []
  /** what owners of each branch have paid out, fees included */
  readonly debited = new Map<Prefix, bigint>()
  /** all fees that were paid, and what of them has reached the treasury */
  fees = 0n
  feesTaken = 0n
  readonly #charter: Charter
  readonly #signatures: Pick<Signatures, 'verify'>
  readonly #treasury: Uint8Array
  readonly #find: (invariant: string, message: string) => void
  readonly #isCaptured: (prefix: Prefix) => boolean

  constructor(
    charter: Charter,
    accounts: readonly Account[],
    signatures: Pick<Signatures, 'verify'>,
    find: (invariant: string, message: string) => void,
    isCaptured: (prefix: Prefix) => boolean = () => false,
  ) {
    this.#charter = charter
    this.#signatures = signatures
    this.#treasury = accountOf(charter.treasury)
    this.#find = find
    this.#isCaptured = isCaptured
    for (const account of accounts) this.accounts.set(toHex(account.id), account)
  }

  /**
   * Carries out one finalized block.
   * @param route the branch of an id, by the table that the block's maker had seen
   * @returns ids of its transfers and orders, in hexadecimal
   */
  execute(header: Header, batch: Batch, route: (id: Uint8Array) => Prefix): string[] {
    const step = new Step(header, route)
    for (const arriving of batch.imports) this.#take(step, arriving)
    for (const order of batch.orders) this.#order(step, order)
    for (const transfer of batch.transfers) this.#transfer(step, transfer)
    this.#payFees(step, batch)
    for (const id of step.ids) this.done.add(id)
    return step.ids
  }

  /** A branch begins, perhaps anew. */
  opened(prefix: Prefix): void {
    for (const name of this.#reached.keys()) {
      if (name.startsWith(`${prefix}|`)) this.#reached.delete(name)
    }
  }

  #where({ header }: Step): string {
    return `block ${header.height} of branch "${header.prefix}"`
  }

  /** Sets what a change leaves of an account. */
  #change(
    step: Step,
    id: Uint8Array,
    cause: Uint8Array,
    change: Partial<Account['cold']>,
    amount: bigint,
  ) {
    const name = toHex(id)
    const account = this.accounts.get(name)
    if (account === undefined) return this.#find('I5', `${this.#where(step)} changes nobody`)
    const left = account.amount + amount
    if (left < 0n || left >= 2n ** 64n) {
      this.#find('I5', `${this.#where(step)} leaves account ${name} with ${left}`)
    }
    const blind = sha256(concat(account.cold.blind, cause)).subarray(0, 16)
    const cold = { ...account.cold, ...change, blind }
    this.accounts.set(name, { ...account, amount: left, pulse: step.header.pulseSeen, cold })
    this.changed.add(name)
  }

  /** Gives an amount to an account that exists. */
  #give(step: Step, id: Uint8Array, amount: bigint, cause: Uint8Array): void {
    const cold = this.accounts.get(toHex(id))?.cold
    if (cold !== undefined && (cold.flags & frozen) !== 0) {
      this.marks.push('ledger/credit held')
      this.#change(step, id, cause, { held: cold.held + amount }, 0n)
    } else {
      this.#change(step, id, cause, {}, amount)
    }
  }

  #send(step: Step, parts: Pick<Receipt, 'kind' | 'cause' | 'payer' | 'payee' | 'amount'>): void {
    const source = step.header.prefix
    const destination = step.route(parts.payee)
    const name = channelName(source, destination)
    const sent = this.channels.get(name) ?? []
    const last = sent.at(-1)?.receipt
    const receipt: Receipt = {
      ...parts,
      org: this.#charter.org,
      source,
      destination,
      sequence: (last?.sequence ?? 0n) + 1n,
      cumulative: (last?.cumulative ?? 0n) + parts.amount,
    }
    const one: SentReceipt = { receipt, credited: false }
    sent.push(one)
    const cause = toHex(parts.cause)
    if (!this.bySource.has(cause)) this.bySource.set(cause, one)
    this.channels.set(name, sent)
  }

  /** Credits the receipts of one channel, each against what its source really sent. */
  #take(step: Step, { receipts }: Import): void {
    for (const receipt of receipts) {
      const { source, destination, sequence } = receipt
      const name = channelName(source, destination)
      const what = `receipt ${sequence} of channel ${name}`
      if (!covers(step.header.prefix, receipt.payee)) continue
      const sent = this.channels.get(name) ?? []
      if (this.#isCaptured(source)) {
        this.#pay(step, receipt)
        continue
      }
      const known = sent[Number(sequence) - 1]
      if (known === undefined) {
        this.#find('I8', `${this.#where(step)} credits ${what}, which no pulse includes`)
        continue
      }
      if (!equal(encode(receiptLayout, known.receipt), encode(receiptLayout, receipt))) {
        this.#find('I8', `${this.#where(step)} credits another ${what} than was sent`)
      }
      const reach = `${step.header.prefix}|${name}`
      const before = this.#reached.get(reach) ?? 0n
      if (sequence <= before) this.#find('I7', `${this.#where(step)} takes ${what} again`)
      else this.#reached.set(reach, sequence)
      // Of branches that became one, one may have been ahead of the other.
      if (known.credited) {
        this.marks.push('ledger/credited before a merge')
        continue
      }
      if (destination !== step.header.prefix) this.marks.push('ledger/credited by an heir')
      known.credited = true
      const skipped = sent
        .slice(0, Number(sequence) - 1)
        .find((other) => !other.credited && covers(step.header.prefix, other.receipt.payee))
      if (skipped !== undefined) {
        const { sequence: missing } = skipped.receipt
        this.#find('I7', `${this.#where(step)} credits ${what} before receipt ${missing}`)
      }
      this.#pay(step, receipt)
    }
  }

  /** Where an amount goes: to its payee, back to its payer, or to the treasury at last. */
  #pay(step: Step, parts: Pick<Receipt, 'kind' | 'cause' | 'payer' | 'payee' | 'amount'>): void {
    const { kind, cause, payer, payee, amount } = parts
    if (!covers(step.header.prefix, payee)) return this.#send(step, parts)
    if (this.accounts.has(toHex(payee))) {
      if (kind === receiptKinds.fee) this.feesTaken += amount
      return this.#give(step, payee, amount, cause)
    }
    if (kind === receiptKinds.credit) {
      this.marks.push('ledger/given back')
      const back = { kind: receiptKinds.giveBack, payer: payee, payee: payer }
      return this.#pay(step, { ...back, cause, amount })
    }
    this.#pay(step, { kind, cause, payer, payee: this.#treasury, amount })
  }

  #order(step: Step, { body, signature }: Order): void {
    const id = accountOf(body.publicKey)
    const name = toHex(id)
    const what = `order ${body.kind} (number ${body.number}) for account ${name}`
    const signed = encode(orderBodyLayout, body)
    const isSigned =
      this.#charter.supervisors.some((key) => equal(key, body.supervisor)) &&
      this.#signatures.verify(body.supervisor, 'leither/ledger/order/1', signed, signature)
    if (!isSigned || !equal(body.org, this.#charter.org)) {
      this.#find('I6', `${this.#where(step)} has ${what}, which no supervisor signed`)
    }
    if (body.validUntil < step.header.pulseSeen) {
      this.#find('I6', `${this.#where(step)} has ${what}, which had expired`)
    }
    step.ids.push(toHex(orderId(body)))
    const account = this.accounts.get(name)
    const had = account === undefined ? 0 : account.cold.flags >>> 8
    if (body.number !== had + 1) {
      this.#find('I6', `${this.#where(step)} has ${what} after ${had} orders`)
    }
    if (body.kind === orderKinds.join) this.#join(step, body)
    else if (account !== undefined) this.#freeze(step, account, body)
  }

  #join(step: Step, { publicKey, flags, blind }: Order['body']): void {
    const id = accountOf(publicKey)
    if (!covers(step.header.prefix, id)) {
      this.#find('I22', `${this.#where(step)} admits account ${toHex(id)} of another branch`)
    }
    const cold: Account['cold'] = {
      blind,
      publicKey,
      nonce: 0n,
      held: 0n,
      bond: 0n,
      votesRoot: blank32,
      flags: (flags & 0xff) + oneOrder,
    }
    this.accounts.set(toHex(id), { id, amount: 0n, pulse: step.header.pulseSeen, cold })
    this.changed.add(toHex(id))
  }

  #freeze(step: Step, { id, cold }: Account, body: Order['body']): void {
    const counted = cold.flags + oneOrder
    if (body.kind === orderKinds.freeze) {
      this.#change(step, id, orderId(body), { flags: counted | frozen }, 0n)
    } else {
      const flags = counted & ~frozen
      this.#change(step, id, orderId(body), { flags, held: 0n }, cold.held)
    }
  }

  #transfer(step: Step, transfer: Transfer): void {
    const { body } = transfer
    const id = transferId(body)
    const name = toHex(id)
    const what = `transfer ${name.slice(0, 12)} (nonce ${body.nonce} of ${toHex(body.payer)})`
    const wrong = this.#wrongOf(step, transfer)
    if (wrong !== undefined) this.#find(wrong[0], `${this.#where(step)} has ${what}: ${wrong[1]}`)
    step.ids.push(name)
    const payer = this.accounts.get(toHex(body.payer))
    if (payer === undefined) return
    this.#change(step, body.payer, id, { nonce: body.nonce }, -(body.amount + body.fee))
    const { prefix } = step.header
    this.debited.set(prefix, (this.debited.get(prefix) ?? 0n) + body.amount + body.fee)
    step.fees += body.fee
    this.fees += body.fee
    const { payee, amount } = body
    this.#pay(step, { kind: receiptKinds.credit, cause: id, payer: body.payer, payee, amount })
  }

  /** Why a transfer should not be where it is: the invariant and the reason. */
  #wrongOf(step: Step, { body, payerSignature, accept }: Transfer): [string, string] | undefined {
    const payer = this.accounts.get(toHex(body.payer))
    if (payer === undefined) return ['I5', 'its payer is unknown']
    if (!equal(body.org, this.#charter.org)) return ['I6', 'it is of another organization']
    if (body.nonce !== payer.cold.nonce + 1n) return ['I6', `the last was ${payer.cold.nonce}`]
    if (body.amount === 0n) return ['I5', 'it moves nothing']
    if (body.amount + body.fee > payer.amount) {
      return ['I5', `it takes ${body.amount} and ${body.fee} of ${payer.amount}`]
    }
    if (body.validUntil < step.header.pulseSeen) return ['I6', `it ended at ${body.validUntil}`]
    if ((payer.cold.flags & frozen) !== 0) return ['I5', 'its payer is frozen']
    if (equal(body.payer, body.payee)) return ['I5', 'it pays its payer']
    if (!covers(step.header.prefix, body.payer)) return ['I5', 'its payer is of another branch']
    const isLocal = covers(step.header.prefix, body.payee)
    if (isLocal && !this.accounts.has(toHex(body.payee))) return ['I5', 'its payee is unknown']
    if (!this.#isAgreed(step, { body, payerSignature, accept })) return ['I5', 'it is not signed']
    return undefined
  }

  #isAgreed(step: Step, { body, payerSignature, accept }: Transfer): boolean {
    const { verify } = this.#signatures
    const signed = encode(transferBodyLayout, body)
    const domain = 'leither/ledger/transfer/1'
    if (!equal(accountOf(body.payerKey), body.payer)) return false
    if (!equal(accountOf(body.payeeKey), body.payee)) return false
    if (!verify(body.payerKey, domain, signed, payerSignature)) return false
    if (accept.kind === 'once') return verify(body.payeeKey, domain, signed, accept.signature)
    const { mostAmount, validUntil, signature } = accept
    const said = { org: body.org, payee: body.payee, mostAmount, validUntil }
    const word = encode(standingAcceptBodyLayout, said)
    return (
      body.amount <= mostAmount &&
      validUntil >= step.header.pulseSeen &&
      verify(body.payeeKey, 'leither/ledger/accept/1', word, signature)
    )
  }

  #payFees(step: Step, { transfers }: Batch): void {
    if (step.fees === 0n) return
    const cause = listRoot(transfers.map(({ body }) => transferId(body)))
    const kind = receiptKinds.fee
    const treasury = this.#treasury
    this.#pay(step, { kind, cause, payer: treasury, payee: treasury, amount: step.fees })
  }

  /** What is on its way: sent and not yet credited. */
  inFlight(): bigint {
    let sum = 0n
    for (const sent of this.channels.values()) {
      for (const { receipt, credited } of sent) if (!credited) sum += receipt.amount
    }
    return sum
  }

  /** All accounts together. */
  total(): bigint {
    let sum = 0n
    for (const account of this.accounts.values()) sum += worth(account)
    return sum
  }
}

/** One block in the making. */
class Step {
  readonly ids: string[] = []
  fees = 0n
  constructor(
    readonly header: Header,
    readonly route: (id: Uint8Array) => Prefix,
  ) {}
}

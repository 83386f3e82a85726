/**
 * Checks of owners' signatures, each made once (spec OL-1, E): what was checked when it arrived is
 * not checked again in the block, nor when the block is tried twice.
 */
import { concat, encode, equal, sha256 } from '#base'
import type { Signatures } from '#identity'
import {
  type Accept,
  type AccountId,
  accountOf,
  type Order,
  orderBodyLayout,
  standingAcceptBodyLayout,
  type Transfer,
} from '#ledger'
import type { RefusalCode } from './branch-ledger.js'
import { textOf } from './id-text.js'

/** Checks that are remembered at most. */
const remembered = 65_536

const whole = new Uint8Array(32 + 64 + 64 + 16)
const limits = new DataView(whole.buffer, 160)

/** Names a transfer together with its signatures. */
function nameOf(id: Uint8Array, { payerSignature, accept }: Transfer): string {
  const isStanding = accept.kind === 'standing'
  whole.set(id, 0)
  whole.set(payerSignature, 32)
  whole.set(accept.signature, 96)
  // No standing accept allows nothing: zeros say that there is none.
  limits.setBigUint64(0, isStanding ? accept.mostAmount : 0n)
  limits.setBigUint64(8, isStanding ? accept.validUntil : 0n)
  return textOf(sha256(whole))
}

export class SignedChecks {
  readonly #passed = new Set<string>()
  readonly #standing = new Set<string>()
  readonly #accounts = new Map<string, AccountId>()

  constructor(readonly signatures: Pick<Signatures, 'verify'>) {}

  /**
   * @param signed the transfer's body, as its parties sign it
   * @param id hash of that
   */
  transfer(transfer: Transfer, signed: Uint8Array, id: Uint8Array): RefusalCode | undefined {
    const name = nameOf(id, transfer)
    if (this.#passed.has(name)) return undefined
    const { body, payerSignature, accept } = transfer
    const { verify } = this.signatures
    if (!verify(body.payerKey, 'leither/ledger/transfer/1', signed, payerSignature)) {
      return 'SIGNATURE_INVALID'
    }
    if (accept.kind === 'once') {
      const isTaken = verify(body.payeeKey, 'leither/ledger/transfer/1', signed, accept.signature)
      if (!isTaken) return 'ACCEPT_INVALID'
    } else if (!this.#accepts(transfer, accept)) {
      return 'ACCEPT_INVALID'
    }
    remember(this.#passed, name)
    return undefined
  }

  #accepts({ body }: Transfer, accept: Extract<Accept, { kind: 'standing' }>): boolean {
    const { mostAmount, validUntil, signature } = accept
    const { org, payee, payeeKey } = body
    const said = encode(standingAcceptBodyLayout, { org, payee, mostAmount, validUntil })
    const name = textOf(concat(said, payeeKey, signature))
    if (this.#standing.has(name)) return true
    const isSaid = this.signatures.verify(payeeKey, 'leither/ledger/accept/1', said, signature)
    if (!isSaid) return false
    remember(this.#standing, name)
    return true
  }

  /** Whether this is the account of the key. */
  isAccountOf(id: AccountId, publicKey: Uint8Array): boolean {
    const name = textOf(publicKey)
    const known = this.#accounts.get(name)
    if (known !== undefined) return equal(known, id)
    const account = accountOf(publicKey)
    if (this.#accounts.size >= remembered) this.#accounts.delete(firstOf(this.#accounts.keys()))
    this.#accounts.set(name, account)
    return equal(account, id)
  }

  order({ body, signature }: Order): boolean {
    const signed = encode(orderBodyLayout, body)
    return this.signatures.verify(body.supervisor, 'leither/ledger/order/1', signed, signature)
  }
}

/** Adds a name; the oldest one makes room for it. */
function remember(names: Set<string>, name: string): void {
  if (names.size >= remembered) names.delete(firstOf(names))
  names.add(name)
}

function firstOf(names: Iterable<string>): string {
  for (const name of names) return name
  return ''
}

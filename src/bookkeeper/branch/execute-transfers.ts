/** The rules of a transfer (spec OL-1, E step 1; paper 6.3). */
import { encode, equal, sha256 } from '#base'
import {
  accountFlags,
  covers,
  receiptKinds,
  supplyLimit,
  type Transfer,
  transferBodyLayout,
} from '#ledger'
import type { RefusalCode } from './branch-ledger.js'
import type { OpenAccount, Work } from './execute.js'

/** A transfer with what its parties sign and its id, figured once. */
export interface ReadTransfer {
  readonly transfer: Transfer
  readonly signed: Uint8Array
  readonly id: Uint8Array
}

/** A candidate is looked at when it comes, whenever a block may be owed, and in the block. */
const known = new WeakMap<Transfer, ReadTransfer>()

/** @throws LayoutInvalid where a field does not fit */
export function readTransfer(transfer: Transfer): ReadTransfer {
  let read = known.get(transfer)
  if (read === undefined) {
    const signed = encode(transferBodyLayout, transfer.body)
    read = { transfer, signed, id: sha256(signed) }
    known.set(transfer, read)
  }
  return read
}

/** What the body says by itself. */
function bodyRefusal(work: Work, { body }: Transfer): RefusalCode | undefined {
  const { prefix, parent } = work.footing
  if (!equal(body.org, parent.org)) return 'ORG_OTHER'
  if (!covers(prefix, body.payer)) return 'BRANCH_OTHER'
  if (equal(body.payer, body.payee)) return 'PAYEE_SELF'
  if (body.amount === 0n) return 'AMOUNT_ZERO'
  if (body.validUntil < work.pulse) return 'EXPIRED'
  return undefined
}

function payerRefusal(work: Work, { body }: Transfer, payer: OpenAccount): RefusalCode | undefined {
  if (!equal(payer.cold.publicKey, body.payerKey)) return 'SIGNATURE_INVALID'
  if ((payer.cold.flags & accountFlags.frozen) !== 0) return 'PAYER_FROZEN'
  if (body.nonce <= payer.cold.nonce) return 'NONCE_USED'
  if (body.nonce > payer.cold.nonce + 1n) return 'NONCE_AHEAD'
  const spent = body.amount + body.fee
  if (spent > payer.amount) return 'BALANCE_LOW'
  return coverRefusal(work, spent)
}

/** What is debited and not settled stays under the cover, and sums stay within their 64 bits. */
function coverRefusal(work: Work, spent: bigint): RefusalCode | undefined {
  const debit = work.cumDebit + spent
  const isCovered = debit - work.settledDebit <= work.footing.seating.charter.rules.cover
  const fits = debit < supplyLimit && work.cumOut + spent < supplyLimit
  return isCovered && fits ? undefined : 'COVER_EXCEEDED'
}

function payeeRefusal(work: Work, { body, accept }: Transfer): RefusalCode | undefined {
  const isHere = covers(work.footing.prefix, body.payee)
  if (isHere && work.account(body.payee) === undefined) return 'PAYEE_UNKNOWN'
  if (!work.footing.checks.isAccountOf(body.payee, body.payeeKey)) return 'ACCEPT_INVALID'
  if (accept.kind === 'standing') {
    if (body.amount > accept.mostAmount || accept.validUntil < work.pulse) return 'ACCEPT_INVALID'
  }
  return undefined
}

/** Why the transfer cannot be carried out now, signatures aside. */
function stateRefusal(work: Work, transfer: Transfer): RefusalCode | OpenAccount {
  const refused = bodyRefusal(work, transfer)
  if (refused !== undefined) return refused
  const payer = work.account(transfer.body.payer)
  if (payer === undefined) return 'PAYER_UNKNOWN'
  return payeeRefusal(work, transfer) ?? payerRefusal(work, transfer, payer) ?? payer
}

/** What waits for others before it may pass; its signatures are worth a check all the same. */
const isWaiting = (code: RefusalCode): boolean =>
  code === 'NONCE_AHEAD' || code === 'COVER_EXCEEDED'

/** Why a transfer is refused, its signatures checked also where it has to wait. */
export function screenTransfer(work: Work, read: ReadTransfer): RefusalCode | undefined {
  const state = stateRefusal(work, read.transfer)
  if (typeof state === 'string' && !isWaiting(state)) return state
  const signed = work.footing.checks.transfer(read.transfer, read.signed, read.id)
  return signed ?? (typeof state === 'string' ? state : undefined)
}

/** Carries a transfer out. @returns why not; then nothing has changed */
export function carryOut(work: Work, { transfer, signed, id }: ReadTransfer) {
  const payer = stateRefusal(work, transfer)
  if (typeof payer === 'string') return payer
  const refused = work.footing.checks.transfer(transfer, signed, id)
  if (refused !== undefined) return refused
  const { body } = transfer
  const spent = body.amount + body.fee
  work.touch(payer, id)
  payer.amount -= spent
  payer.cold.nonce = body.nonce
  work.cumDebit += spent
  const receipt = work.pay(receiptKinds.credit, id, body.payer, body.payee, body.amount)
  const destination = receipt?.destination ?? work.footing.prefix
  work.transferred(id, destination, receipt?.sequence ?? 0n, body.fee)
  return undefined
}

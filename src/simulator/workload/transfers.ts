/** Transfers as clients sign them: right ones, and every kind of wrong one. */
import { encode } from '#base'
import type { Key, Signatures } from '#identity'
import {
  accountOf,
  standingAcceptBodyLayout,
  type Transfer,
  type TransferBody,
  transferBodyLayout,
} from '#ledger'
import type { Stream } from '../streams.js'

/** The parts of a transfer that its maker decides. */
export interface Wish {
  readonly org: Uint8Array
  readonly payer: Key
  readonly payee: Key
  readonly amount: bigint
  readonly fee: bigint
  readonly nonce: bigint
  readonly validUntil: bigint
  readonly memo: Uint8Array
}

const bodyOf = (wish: Wish): TransferBody => ({
  org: wish.org,
  payer: accountOf(wish.payer.publicKey),
  payee: accountOf(wish.payee.publicKey),
  amount: wish.amount,
  fee: wish.fee,
  nonce: wish.nonce,
  validUntil: wish.validUntil,
  memoHash: wish.memo,
  payerKey: wish.payer.publicKey,
  payeeKey: wish.payee.publicKey,
})

/** Signed by both: the payee was reached. */
export function agreed(wish: Wish, { sign }: Signatures): Transfer {
  const body = bodyOf(wish)
  const signed = encode(transferBodyLayout, body)
  return {
    body,
    payerSignature: sign(wish.payer, 'leither/ledger/transfer/1', signed),
    accept: { kind: 'once', signature: sign(wish.payee, 'leither/ledger/transfer/1', signed) },
  }
}

/** Signed by the payer; the payee has said beforehand what it takes. */
export function standing(
  wish: Wish,
  { sign }: Signatures,
  mostAmount: bigint,
  validUntil: bigint,
): Transfer {
  const body = bodyOf(wish)
  const word = encode(standingAcceptBodyLayout, {
    org: wish.org,
    payee: body.payee,
    mostAmount,
    validUntil,
  })
  const signature = sign(wish.payee, 'leither/ledger/accept/1', word)
  return {
    body,
    payerSignature: sign(wish.payer, 'leither/ledger/transfer/1', encode(transferBodyLayout, body)),
    accept: { kind: 'standing', mostAmount, validUntil, signature },
  }
}

/** What is wrong with a transfer that must be refused. */
export const faults = [
  'overspend',
  'payer signature',
  'payee signature',
  'nothing',
  'expired',
  'organization',
  'nonce used',
  'payee self',
  'standing too small',
  'standing expired',
  'stolen key',
] as const
export type TransferFault = (typeof faults)[number]

/**
 * A transfer that must never be in a block, whatever comes.
 * @param more than anybody can ever have
 */
export function wrong(
  fault: TransferFault,
  wish: Wish,
  signatures: Signatures,
  more: bigint,
  dice: Stream,
): Transfer {
  const right = agreed(wish, signatures)
  switch (fault) {
    case 'overspend':
      return agreed({ ...wish, amount: more }, signatures)
    case 'payer signature':
      return { ...right, payerSignature: dice.bytes(64) }
    case 'payee signature':
      return { ...right, accept: { kind: 'once', signature: dice.bytes(64) } }
    case 'nothing':
      return agreed({ ...wish, amount: 0n }, signatures)
    case 'expired':
      return agreed({ ...wish, validUntil: 0n }, signatures)
    case 'organization':
      return agreed({ ...wish, org: dice.bytes(20) }, signatures)
    case 'nonce used':
      return agreed({ ...wish, nonce: 0n }, signatures)
    case 'payee self':
      return agreed({ ...wish, payee: wish.payer }, signatures)
    case 'standing too small':
      return standing(wish, signatures, wish.amount - 1n, wish.validUntil)
    case 'standing expired':
      return standing(wish, signatures, wish.amount, 0n)
    case 'stolen key':
      return stolen(wish, signatures)
  }
}

/** The payee signs for the payer, and names its own key as the payer's. */
function stolen(wish: Wish, signatures: Signatures): Transfer {
  const body = { ...bodyOf(wish), payerKey: wish.payee.publicKey }
  const signed = encode(transferBodyLayout, body)
  const signature = signatures.sign(wish.payee, 'leither/ledger/transfer/1', signed)
  return { body, payerSignature: signature, accept: { kind: 'once', signature } }
}

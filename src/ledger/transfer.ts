/** What owners and supervisors sign (spec OL-1, D; paper 6.3). */
import { bytesOf, encode, oneOf, sha256, struct, u32, u64, u8, type ValueOf } from '#base'

/** What both parties of a transfer sign. */
export const transferBodyLayout = struct({
  org: bytesOf(20),
  payer: bytesOf(20),
  payee: bytesOf(20),
  amount: u64,
  /** to the treasury */
  fee: u64,
  /** of the payer's account: the last debit's plus one */
  nonce: u64,
  /** the last pulse that a block with this transfer may have seen */
  validUntil: u64,
  memoHash: bytesOf(32),
  payerKey: bytesOf(32),
  payeeKey: bytesOf(32),
})
export type TransferBody = ValueOf<typeof transferBodyLayout>

/** A payee's word that takes transfers up to an amount until a pulse: shops need not be there. */
export const standingAcceptBodyLayout = struct({
  org: bytesOf(20),
  payee: bytesOf(20),
  mostAmount: u64,
  validUntil: u64,
})
export type StandingAcceptBody = ValueOf<typeof standingAcceptBodyLayout>

/** How the payee agrees: to this one transfer, or by a standing accept. */
export const acceptLayout = oneOf({
  once: struct({ signature: bytesOf(64) }),
  standing: struct({ mostAmount: u64, validUntil: u64, signature: bytesOf(64) }),
})
export type Accept = ValueOf<typeof acceptLayout>

export const transferLayout = struct({
  body: transferBodyLayout,
  payerSignature: bytesOf(64),
  accept: acceptLayout,
})
export type Transfer = ValueOf<typeof transferLayout>

/** What names a transfer: the hash of what its parties sign, so that no signature changes it. */
export const transferId = (body: TransferBody): Uint8Array =>
  sha256(encode(transferBodyLayout, body))

/** What a supervisor orders (paper 3.2: joining needs a supervisor's word). */
export const orderKinds = { join: 1, freeze: 2, thaw: 3 } as const

export const orderBodyLayout = struct({
  org: bytesOf(20),
  kind: u8,
  /** whose account */
  publicKey: bytesOf(32),
  /** orders that this account has had, plus one: an order is carried out once; joining is 1 */
  number: u32,
  validUntil: u64,
  /** of a new account: flags (see accountFlags) and the first blind; zero otherwise */
  flags: u32,
  blind: bytesOf(16),
  supervisor: bytesOf(32),
})
export type OrderBody = ValueOf<typeof orderBodyLayout>

export const orderLayout = struct({ body: orderBodyLayout, signature: bytesOf(64) })
export type Order = ValueOf<typeof orderLayout>

export const orderId = (body: OrderBody): Uint8Array => sha256(encode(orderBodyLayout, body))

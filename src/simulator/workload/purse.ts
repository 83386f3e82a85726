/** What a client knows of one account that it owns: nonces that are out, and what may be spent. */
import { toHex } from '#base'
import type { Key } from '#identity'
import { type Account, accountOf, type Transfer, transferId } from '#ledger'

/** Something signed that a client has sent and waits for. */
export interface Errand<T> {
  /** 32 bytes */
  readonly id: Uint8Array
  readonly signed: T
  /** account whose branch decides */
  readonly account: Uint8Array
  /** milliseconds of the client's clock when it was first sent */
  readonly since: number
  /** how often it was sent */
  tries: number
  /** next time to ask or send again */
  next: number
  /** bookkeepers that said so, by what they said */
  readonly accepted: Set<string>
  readonly refused: Map<string, number>
  verdict: 'open' | 'accepted' | 'committed' | 'refused'
}

export const errand = <T>(
  id: Uint8Array,
  signed: T,
  account: Uint8Array,
  now: number,
): Errand<T> => ({
  id,
  signed,
  account,
  since: now,
  tries: 0,
  next: now,
  accepted: new Set(),
  refused: new Map(),
  verdict: 'open',
})

/** An account of the client's. Honest: no nonce is signed twice while the first may still pass. */
export class Purse {
  readonly id: Uint8Array
  readonly name: string
  /** of the next transfer */
  nonce: bigint
  /** what is surely there: nothing that may still come is counted */
  spendable: bigint
  /** transfers that are out, in the order of their nonces */
  readonly out: Errand<Transfer>[] = []
  /** nonces whose transfer was refused: something else must take their place */
  readonly gaps: bigint[] = []
  /** not before: a gap is not filled faster than answers come */
  mendAt = 0

  constructor(
    readonly key: Key,
    account?: Account,
  ) {
    this.id = accountOf(key.publicKey)
    this.name = toHex(this.id)
    this.nonce = (account?.cold.nonce ?? 0n) + 1n
    this.spendable = account?.amount ?? 0n
  }

  /** The nonce that the next transfer must have. */
  takeNonce(): bigint {
    const gap = this.gaps.shift()
    if (gap !== undefined) return gap
    return this.nonce++
  }

  send(transfer: Transfer, now: number): Errand<Transfer> {
    const { body } = transfer
    const sent = errand(transferId(body), transfer, this.id, now)
    this.spendable -= body.amount + body.fee
    this.out.push(sent)
    this.out.sort((a, b) => (a.signed.body.nonce < b.signed.body.nonce ? -1 : 1))
    return sent
  }

  /** A transfer has come to its end. @param isUsed whether its nonce is no longer free */
  settle(sent: Errand<Transfer>, isUsed: boolean): void {
    const place = this.out.indexOf(sent)
    if (place < 0) return
    this.out.splice(place, 1)
    if (sent.verdict !== 'refused') return
    const { amount, fee, nonce } = sent.signed.body
    this.spendable += amount + fee
    // An earlier one has passed after all: the nonce is gone, and with it what that one took.
    if (isUsed) return
    this.gaps.push(nonce)
    this.gaps.sort((a, b) => (a < b ? -1 : 1))
  }
}

/**
 * Transfers and orders that wait for a block. Whatever is here has passed the cheap checks and its
 * signatures; how much one sender may leave here is bounded.
 */
import type { Order, Transfer } from '#ledger'
import type { NodeName } from '../actor.js'
import type { BranchLedger, Pulses, RefusalCode } from './branch-ledger.js'
import { keyOf } from './seat.js'

const mostWaiting = 65_536
const mostOfMember = 32_768
const mostOfOther = 8192
const mostOfPayer = 256
const mostOrders = 1024
/** Refused submissions of one sender, between two sweeps, before it is no longer heard. */
const mostFaults = 64
/** Candidates that are tried for one place in a block. */
const surplus = 4
/** Milliseconds after which what no leader takes is dropped. */
const patience = 120_000

/** Refusals that a later block may lift. */
const passing: ReadonlySet<string> = new Set<RefusalCode>(['NONCE_AHEAD', 'COVER_EXCEEDED'])
export const isPassing = (code: RefusalCode): boolean => passing.has(code)

export interface Waiting<T> {
  readonly id: Uint8Array
  readonly key: string
  readonly value: T
  readonly sender: NodeName
  readonly since: number
}

export interface Dropped {
  readonly id: Uint8Array
  readonly code: string
}

export class CandidatePool {
  readonly #transfers = new Map<string, Waiting<Transfer>>()
  /** by payer, ascending by nonce */
  readonly #byPayer = new Map<string, Waiting<Transfer>[]>()
  readonly #orders = new Map<string, Waiting<Order>>()
  readonly #bySender = new Map<NodeName, number>()
  readonly #faults = new Map<NodeName, number>()
  #version = 0

  /** Changes with every change of what waits. */
  get version(): number {
    return this.#version
  }
  get size(): number {
    return this.#transfers.size + this.#orders.size
  }
  has(key: string): boolean {
    return this.#transfers.has(key) || this.#orders.has(key)
  }

  /** Whether one more of this sender is looked at. */
  hears(sender: NodeName, isMember: boolean): boolean {
    const most = isMember ? mostOfMember : mostOfOther
    return (
      this.size < mostWaiting &&
      (this.#bySender.get(sender) ?? 0) < most &&
      (this.#faults.get(sender) ?? 0) < mostFaults
    )
  }
  blame(sender: NodeName): void {
    if (this.#faults.size < 4096) this.#faults.set(sender, (this.#faults.get(sender) ?? 0) + 1)
  }
  /** Everybody is heard again. */
  forgive(): void {
    this.#faults.clear()
  }

  /** @returns whether it was taken in */
  addTransfer(id: Uint8Array, value: Transfer, sender: NodeName, now: number): boolean {
    const payer = keyOf(value.body.payer)
    const queue = this.#byPayer.get(payer) ?? []
    if (queue.length >= mostOfPayer) return false
    const waiting = { id, key: keyOf(id), value, sender, since: now }
    const { nonce } = value.body
    let at = queue.length
    while (at > 0 && queue[at - 1].value.body.nonce > nonce) at--
    queue.splice(at, 0, waiting)
    this.#byPayer.set(payer, queue)
    this.#transfers.set(waiting.key, waiting)
    this.#count(sender, 1)
    return true
  }

  addOrder(id: Uint8Array, value: Order, sender: NodeName, now: number): boolean {
    if (this.#orders.size >= mostOrders) return false
    const key = keyOf(id)
    this.#orders.set(key, { id, key, value, sender, since: now })
    this.#count(sender, 1)
    return true
  }

  #count(sender: NodeName, change: number): void {
    this.#version++
    const count = (this.#bySender.get(sender) ?? 0) + change
    if (count > 0) this.#bySender.set(sender, count)
    else this.#bySender.delete(sender)
  }

  drop(key: string): void {
    const order = this.#orders.get(key)
    if (order !== undefined) {
      this.#orders.delete(key)
      this.#count(order.sender, -1)
    }
    const waiting = this.#transfers.get(key)
    if (waiting === undefined) return
    this.#transfers.delete(key)
    this.#count(waiting.sender, -1)
    const payer = keyOf(waiting.value.body.payer)
    const rest = this.#byPayer.get(payer)?.filter((other) => other !== waiting) ?? []
    if (rest.length > 0) this.#byPayer.set(payer, rest)
    else this.#byPayer.delete(payer)
  }

  /** Orders that wait, and are not in flight. */
  orders(inFlight: ReadonlySet<string>): readonly Order[] {
    const found: Order[] = []
    for (const { key, value } of this.#orders.values()) if (!inFlight.has(key)) found.push(value)
    return found
  }

  /**
   * Transfers for a block, those of one payer by nonce. Some more than it takes: what is refused
   * must not keep out what is right.
   */
  transfers(
    most: number,
    ledger: Pick<BranchLedger, 'account'>,
    inFlight: ReadonlySet<string>,
  ): readonly Transfer[] {
    const found: Transfer[] = []
    for (const queue of this.#byPayer.values()) {
      let last = ledger.account(queue[0].value.body.payer)?.cold.nonce ?? 0n
      for (const { key, value } of queue) {
        const { nonce } = value.body
        if (found.length >= surplus * most) return found
        if (nonce > last + 1n) break
        if (inFlight.has(key) || nonce < last) continue
        found.push(value)
        last = nonce
      }
    }
    return found
  }

  /**
   * Whether a block could take a transfer where the ledger stands. Where that is final, what can
   * never pass is dropped.
   */
  isReady(
    ledger: BranchLedger,
    pulses: Pulses,
    inFlight: ReadonlySet<string>,
    dropped: Dropped[] | undefined,
  ): boolean {
    const gone: Waiting<Transfer>[] = []
    let isReady = false
    for (const queue of this.#byPayer.values()) {
      for (const waiting of queue) {
        if (inFlight.has(waiting.key)) continue
        const code = ledger.screen(waiting.value, pulses)
        if (code === undefined) isReady = true
        else if (!isPassing(code)) {
          gone.push(waiting)
          dropped?.push({ id: waiting.id, code })
          continue
        }
        break
      }
      if (isReady) break
    }
    if (dropped !== undefined) for (const { key } of gone) this.drop(key)
    return isReady
  }

  /** Transfers that a block of others has made impossible: same payer, nonce used. */
  outrun(payer: Uint8Array, nonce: bigint): readonly Dropped[] {
    const queue = this.#byPayer.get(keyOf(payer)) ?? []
    const late = queue.filter(({ value }) => value.body.nonce <= nonce)
    for (const { key } of late) this.drop(key)
    return late.map(({ id }) => ({ id, code: 'NONCE_USED' }))
  }

  /** What has waited too long is dropped; what waits since `before` is told again, some of it. */
  old(now: number, age: number, most: number): readonly (Waiting<Transfer> | Waiting<Order>)[] {
    const found: (Waiting<Transfer> | Waiting<Order>)[] = []
    for (const waiting of [...this.#orders.values(), ...this.#transfers.values()]) {
      if (now - waiting.since > patience) this.drop(waiting.key)
      else if (now - waiting.since >= age && found.length < most) found.push(waiting)
    }
    return found
  }
}

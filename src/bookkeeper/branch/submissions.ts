/** What clients and other members send: looked at once, passed on once (spec OL-1, E 1). */
import { equal, keyId } from '#base'
import { covers, accountOf, type Order, orderId, type Transfer } from '#ledger'
import { type Effect, type NodeName, send, tell } from '../actor.js'
import type { MessageOf } from '../messages.js'
import type { RefusalCode } from './branch-ledger.js'
import { isPassing, type Waiting } from './candidates.js'
import { heirsOf } from './delivery.js'
import { readTransfer } from './execute-transfers.js'
import type { BranchLife } from './life.js'
import { states } from './places.js'
import type { KnownPulses } from './pulses.js'
import { keyOf, type Seat, sendAll, toBranch } from './seat.js'

/** Rings when what clients have brought is to be passed on. */
export const passTimer = 'branch/pass'

type Submission = MessageOf<'submit'> | MessageOf<'order'>

/** Milliseconds after which what waits is told to the others once more. */
const oldAfter = 2000
/** Candidates of one such telling. */
const mostTold = 64
/** Candidates that a branch which closes hands on. */
const mostPassedOn = 1024
/** Nonces that a transfer may be ahead of its payer's account. */
const mostNoncesAhead = 256n

const codes: readonly string[] = [
  'ORG_OTHER',
  'SIGNATURE_INVALID',
  'ACCEPT_INVALID',
  'NONCE_USED',
  'NONCE_AHEAD',
  'AMOUNT_ZERO',
  'BALANCE_LOW',
  'EXPIRED',
  'PAYER_UNKNOWN',
  'PAYER_FROZEN',
  'PAYEE_UNKNOWN',
  'PAYEE_SELF',
  'COVER_EXCEEDED',
  'SUPERVISOR_UNKNOWN',
  'ORDER_STALE',
  'ACCOUNT_EXISTS',
  'BRANCH_OTHER',
  'ACCOUNT_UNKNOWN',
  'ORDER_INVALID',
  'BRANCH_BUSY',
] satisfies readonly (RefusalCode | 'BRANCH_BUSY')[]

/** An answer's number for a refusal, from 1; 0 for none. */
export const codeNumber = (code: string | undefined): number =>
  code === undefined ? 0 : codes.indexOf(code) + 1
/** The refusal that an answer's number stands for. */
export const refusalOf = (code: number): string | undefined => codes[code - 1]

export class Submissions {
  readonly #seat: Seat
  readonly #pulses: KnownPulses
  readonly #toPass = new Map<string, Submission>()
  #turn = 0

  constructor(seat: Seat, pulses: KnownPulses) {
    this.#seat = seat
    this.#pulses = pulses
  }

  /** A transfer or an order, from a client or from another member. */
  take(from: NodeName, message: Submission, life: BranchLife, now: number): readonly Effect[] {
    const id =
      message.kind === 'submit' ? readTransfer(message.transfer).id : orderId(message.order.body)
    const key = keyOf(id)
    if (life.isOver) return [send(from, { ...this.#busy(id), code: codeNumber('BRANCH_OTHER') })]
    const isMember = this.#seat.members.includes(from) && from !== this.#seat.name
    if (life.chain.inFlight.has(key)) return []
    if (life.pool.has(key)) return isMember ? [] : this.#lookAgain(from, id, message, life)
    if (life.places.of(id, key) !== undefined) {
      return isMember ? [] : [send(from, this.#answer(id, life))]
    }
    if (!life.pool.hears(from, isMember)) {
      return isMember ? [] : [send(from, this.#busy(id))]
    }
    const refused = life.places.refusal(key)
    const { height } = life.chain.finalizedHeader
    if (refused !== undefined && isMember && refused.height === height) return []
    const code =
      message.kind === 'submit'
        ? this.#addTransfer(id, message.transfer, from, life, now)
        : this.#addOrder(id, message.order, from, life, now)
    if (code !== undefined) return this.#refuse(from, id, code, life)
    return isMember ? [] : this.#passLater(key, message)
  }

  /**
   * A client may have told all members itself, and a block may have it soon: only what still waits
   * after two of them is passed on, once.
   */
  #passLater(key: string, message: Submission): readonly Effect[] {
    if (this.#seat.members.length === 1) return []
    this.#toPass.set(key, message)
    if (this.#toPass.size > 1) return []
    return [{ kind: 'timer', name: passTimer, afterMillis: 2 * this.#seat.rules.blockMillis }]
  }

  /** It is time to pass on. */
  pass(life: BranchLife | undefined): readonly Effect[] {
    const waiting = [...this.#toPass]
    this.#toPass.clear()
    if (life === undefined || life.isOver) return []
    const others = this.#others(this.#seat.name)
    return waiting
      .filter(([key]) => life.pool.has(key) && !life.chain.inFlight.has(key))
      .flatMap(([, message]) => sendAll(this.#seat, others, message))
  }

  /** What a client brings again may have become impossible while it waited: then it is told. */
  #lookAgain(from: NodeName, id: Uint8Array, message: Submission, life: BranchLife) {
    if (message.kind !== 'submit') return []
    const code = life.ledger.screen(message.transfer, this.#pulses)
    if (code === undefined || isPassing(code)) return []
    life.pool.drop(keyOf(id))
    return this.#refuse(from, id, code, life)
  }

  #others(from: NodeName): readonly NodeName[] {
    return this.#seat.members.filter((name) => name !== from)
  }

  #refuse(from: NodeName, id: Uint8Array, code: string, life: BranchLife): readonly Effect[] {
    if (code === 'SIGNATURE_INVALID' || code === 'ACCEPT_INVALID') life.pool.blame(from)
    if (this.#seat.members.includes(from)) return []
    if (code !== 'BRANCH_BUSY') life.places.refuse(id, code, life.chain.finalizedHeader.height)
    const answer = { ...this.#busy(id), code: codeNumber(code) }
    return [tell({ kind: 'refused', id, code }), send(from, answer)]
  }

  #addTransfer(
    id: Uint8Array,
    transfer: Transfer,
    from: NodeName,
    life: BranchLife,
    now: number,
  ): string | undefined {
    const { body } = transfer
    if (!equal(body.org, this.#seat.org)) return 'ORG_OTHER'
    if (!covers(this.#seat.prefix, body.payer)) return 'BRANCH_OTHER'
    const payer = life.ledger.account(body.payer)
    if (payer === undefined) return 'PAYER_UNKNOWN'
    if (body.nonce > payer.cold.nonce + mostNoncesAhead) return 'NONCE_AHEAD'
    const code = life.ledger.screen(transfer, this.#pulses)
    // Money may be on its way in a block that this node has not seen yet.
    if (code !== undefined && !isPassing(code)) return code
    return life.pool.addTransfer(id, transfer, from, now) ? undefined : 'BRANCH_BUSY'
  }

  #addOrder(id: Uint8Array, order: Order, from: NodeName, life: BranchLife, now: number) {
    const { post, org, prefix } = this.#seat
    const { body } = order
    if (!equal(body.org, org)) return 'ORG_OTHER'
    if (!covers(prefix, accountOf(body.publicKey))) return 'BRANCH_OTHER'
    const { supervisors } = post.genesis.seating.charter
    if (!supervisors.some((key) => equal(key, body.supervisor))) return 'SUPERVISOR_UNKNOWN'
    if (body.validUntil < this.#pulses.number) return 'EXPIRED'
    return life.pool.addOrder(id, order, from, now) ? undefined : 'BRANCH_BUSY'
  }

  #busy(id: Uint8Array): MessageOf<'answer'> {
    const { prefix } = this.#seat
    const pulse = this.#pulses.number
    const code = codeNumber('BRANCH_BUSY')
    return { kind: 'answer', ...toBranch(prefix), id, state: 4, pulse, height: 0n, code }
  }

  /** What has become of a transfer or an order. */
  ask(from: NodeName, { id }: MessageOf<'ask'>, life: BranchLife): readonly Effect[] {
    return [send(from, this.#answer(id, life))]
  }

  #answer(id: Uint8Array, life: BranchLife): MessageOf<'answer'> {
    const place = life.places.of(id)
    const blank = { ...this.#busy(id), code: 0 }
    if (place === undefined) {
      const refused = life.places.refusal(keyOf(id))
      const isRefused = refused !== undefined && !life.pool.has(keyOf(id))
      const state = isRefused ? states.refused : states.unknown
      return { ...blank, state, code: isRefused ? codeNumber(refused.code) : 0 }
    }
    const { height } = place
    const pulse = life.places.pulseOf(place)
    if (pulse === undefined) return { ...blank, state: states.accepted, height }
    const { table } = this.#pulses.newest
    const isDone = life.delivery.isTaken(place, table)
    return isDone
      ? {
          ...blank,
          state: states.committed,
          height,
          pulse: place.sequence === 0n ? pulse : blank.pulse,
        }
      : { ...blank, state: states.debited, height, pulse }
  }

  /** Tells one other member what has waited long here: the first telling may have got lost. */
  again(life: BranchLife, now: number): readonly Effect[] {
    life.pool.forgive()
    const others = this.#others(this.#seat.name)
    if (others.length === 0 || life.pool.size === 0) return []
    const to = others[this.#turn++ % others.length]
    return life.pool.old(now, oldAfter, mostTold).map((waiting) => send(to, this.#told(waiting)))
  }

  /** Hands what waits here to the branches that have the accounts now. */
  passOn(life: BranchLife): readonly Effect[] {
    const { seat, post } = this.#seat
    const { seating } = post.genesis
    const effects: Effect[] = []
    for (const waiting of life.pool.old(0, Number.NEGATIVE_INFINITY, mostPassedOn)) {
      const message = this.#told(waiting)
      const account = accountOfMessage(message)
      const heir = heirsOf(this.#pulses.newest.table, this.#seat.prefix).find((prefix) =>
        covers(prefix, account),
      )
      const members = heir === undefined ? [] : (seating.committee(heir)?.members ?? [])
      if (heir === undefined || members.length === 0) continue
      const to = keyId(members[seat % members.length])
      effects.push(send(to, { ...message, prefix: heir }))
    }
    return effects
  }

  #told({ value }: Waiting<Transfer> | Waiting<Order>) {
    const to = toBranch(this.#seat.prefix)
    return 'payerSignature' in value
      ? ({ kind: 'submit', ...to, transfer: value } as const)
      : ({ kind: 'order', ...to, order: value } as const)
  }
}

/** The account that a transfer debits, or that an order is about. */
const accountOfMessage = (message: MessageOf<'submit'> | MessageOf<'order'>): Uint8Array =>
  message.kind === 'submit' ? message.transfer.body.payer : accountOf(message.order.body.publicKey)

/** A branch's state for a bookkeeper that has lost it, or that opens what follows (OL-1, D). */
import { encode, keyId } from '#base'
import { type Prefix, related } from '#ledger'
import { type Effect, type NodeName, reached, send } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { accountListLayout } from './begin.js'
import { allAccounts } from './checkpoint.js'
import type { BranchLife } from './life.js'
import { blankCertificate } from './blank-certificate.js'
import { type Seat, toBranch } from './seat.js'

/** Milliseconds between two answers to one node: a state is much. */
const rest = 500

export class StateGiver {
  readonly #seat: Seat
  readonly #given = new Map<string, number>()

  constructor(seat: Seat) {
    this.#seat = seat
  }

  /** Whether the node has a seat in that branch, and that is ours or one that takes its place. */
  #isNear(name: NodeName, by: Prefix): boolean {
    const { post, prefix } = this.#seat
    const members = post.genesis.seating.committee(by)?.members ?? []
    return related(by, prefix) && members.some((key) => keyId(key) === name)
  }

  give(
    life: BranchLife,
    from: NodeName,
    { by, nonce }: MessageOf<'fetchState'>,
    now: number,
  ): readonly Effect[] {
    const name = `${from} ${by}`
    const last = this.#given.get(name)
    const isSoon = last !== undefined && now >= last && now - last < rest
    if (isSoon || life.chain.isWaiting || !this.#isNear(from, by)) return []
    this.#given.set(name, now)
    const ledger = life.chain.standForOthers()
    const { header } = ledger
    const message = {
      kind: 'state',
      ...toBranch(by),
      nonce,
      header,
      certificate: life.certificate ?? blankCertificate(header),
      accounts: encode(accountListLayout, allAccounts(ledger)),
      image: ledger.image(),
    } as const
    return [reached('state given'), send(from, message)]
  }
}

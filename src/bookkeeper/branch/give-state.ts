/** A branch's state for another bookkeeper that has lost it, or that opens what follows (D: state). */
import { encode } from '#base'
import { related } from '#ledger'
import { type Effect, type NodeName, reached, send } from '../actor.js'
import { accountListLayout } from './begin.js'
import { allAccounts } from './checkpoint.js'
import type { BranchLife } from './life.js'
import { blankCertificate } from './blank-certificate.js'
import { type Seat, toBranch } from './seat.js'
import { keyId } from '#base'

/** Milliseconds between two answers to one node: a state is much. */
const rest = 500

export class StateGiver {
  readonly #seat: Seat
  readonly #given = new Map<NodeName, number>()

  constructor(seat: Seat) {
    this.#seat = seat
  }

  /** Whether the node has a seat here or in a branch that takes our accounts. */
  #isNear(name: NodeName): boolean {
    const { post, prefix } = this.#seat
    return post.genesis.seating.charter.seats.some(
      (seats) =>
        related(seats.prefix, prefix) && seats.committee.some((key) => keyId(key) === name),
    )
  }

  give(life: BranchLife, from: NodeName, nonce: bigint, now: number): readonly Effect[] {
    const last = this.#given.get(from)
    const isSoon = last !== undefined && now >= last && now - last < rest
    if (isSoon || life.chain.isWaiting || !this.#isNear(from)) return []
    this.#given.set(from, now)
    const ledger = life.chain.standAtEnd()
    const { header } = ledger
    const message = {
      kind: 'state',
      ...toBranch(this.#seat.prefix),
      nonce,
      header,
      certificate: life.certificate ?? blankCertificate(header),
      accounts: encode(accountListLayout, allAccounts(ledger)),
      image: ledger.image(),
    } as const
    return [reached('state given'), send(from, message)]
  }
}

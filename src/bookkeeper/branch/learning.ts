/**
 * Learning a branch's state from others (spec OL-1, G and J): after a disk was lost, or where blocks
 * can no longer be had. Nothing is believed that a certificate, a pulse or a hash does not show.
 */
import { equal } from '#base'
import { type Header, isCertified, levels, votes } from '#ledger'
import { type Effect, reached, send } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { type Beginning, ledgerOf } from './begin.js'
import { hashOf } from './chain.js'
import { entryFor, type KnownPulses } from './pulses.js'
import type { Learnt } from './rows.js'
import { type Seat, toBranch } from './seat.js'

export interface Found {
  readonly beginning: Beginning
  readonly learnt: Learnt
}

/** Whether one life's block is later than another. */
export const isLater = (header: Header, than: Header | undefined): boolean =>
  than === undefined ||
  header.cycle > than.cycle ||
  (header.cycle === than.cycle && header.height > than.height)

export class Learning {
  readonly #seat: Seat
  readonly #pulses: KnownPulses
  #isOn = false
  #attempt = 0

  constructor(seat: Seat, pulses: KnownPulses) {
    this.#seat = seat
    this.#pulses = pulses
  }

  get isOn(): boolean {
    return this.#isOn
  }
  /** Questions that were asked without an answer that helped. */
  get attempts(): number {
    return this.#attempt
  }

  begin(): readonly Effect[] {
    if (this.#isOn) return []
    this.#isOn = true
    this.#attempt = 0
    return [reached('learning'), ...this.#ask()]
  }

  again(): readonly Effect[] {
    return this.#isOn ? this.#ask() : []
  }

  #ask(): readonly Effect[] {
    const { members, seat, prefix, post } = this.#seat
    if (members.length === 1) return []
    const turn = this.#attempt++ % (members.length - 1)
    const to = members[(seat + 1 + turn) % members.length]
    return [send(to, { kind: 'fetchState', ...toBranch(prefix), by: prefix, nonce: post.nonce })]
  }

  /** @param ours what this node has as final */
  take(message: MessageOf<'state'>, ours: Header | undefined): Found | undefined {
    const { header, certificate, accounts, image, nonce } = message
    if (!this.#isOn || nonce !== this.#seat.post.nonce) return undefined
    if (!this.#isKnown(message)) return undefined
    if (!isLater(header, ours)) {
      // Others are no further: what lacks will come the usual way.
      this.#isOn = false
      return undefined
    }
    const learnt: Learnt = { header, certificate, accounts, image }
    try {
      const ledger = ledgerOf(this.#seat, learnt)
      this.#isOn = false
      return {
        beginning: { ledger, certificate, taken: [], isBlank: true, pulse: header.pulseSeen },
        learnt,
      }
    } catch {
      return undefined
    }
  }

  /** Whether the branch's committee, or a pulse, says that this header is final. */
  #isKnown({ header, certificate }: MessageOf<'state'>): boolean {
    const { org, prefix, committee, post } = this.#seat
    const hash = hashOf(header)
    if (!equal(header.org, org) || header.prefix !== prefix) return false
    if (!equal(header.committee, committee.hash)) return false
    const entry = entryFor(this.#pulses.newest.table, prefix)
    if (entry !== undefined && equal(entry.headerHash, hash)) return true
    const { body } = certificate
    return (
      equal(body.org, org) &&
      body.level === levels.branch &&
      body.prefix === prefix &&
      body.cycle === header.cycle &&
      body.kind === votes.finalize &&
      body.view === header.view &&
      equal(body.hash, hash) &&
      isCertified(certificate, committee, post.signatures)
    )
  }
}

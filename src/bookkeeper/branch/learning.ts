/**
 * Learning a branch's state from others (spec OL-1, G and J): after a disk was lost, or where
 * blocks can no longer be had. Nothing is believed that a certificate, a pulse or a hash does not
 * show.
 */
import { encode, equal } from '#base'
import { type Header, isCertified, levels, votes } from '#ledger'
import { type Effect, type NodeName, reached, send, tell } from '../actor.js'
import type { MessageOf } from '../messages.js'
import { accountListLayout, type Beginning, ledgerOf } from './begin.js'
import { blankCertificate } from './blank-certificate.js'
import { hashOf } from './chain.js'
import { allAccounts } from './checkpoint.js'
import { entryFor, type KnownPulses } from './pulses.js'
import { RebuildingBranch } from './rebuild-branch.js'
import type { Learnt } from './rows.js'
import { type Seat, toBranch } from './seat.js'

/** Questions to other bookkeepers before keepers are asked as well. */
const mostOfMembers = 3
/** Members' nodes that are asked at a time. */
const mostAsked = 16

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
  #rebuilding: RebuildingBranch

  constructor(seat: Seat, pulses: KnownPulses) {
    this.#seat = seat
    this.#rebuilding = new RebuildingBranch(seat)
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
    const turn = this.#attempt++
    const { nonce } = post
    const to = members[(seat + 1 + (turn % Math.max(1, members.length - 1))) % members.length]
    const asked = { kind: 'fetchState', ...toBranch(prefix), by: prefix, nonce } as const
    const effects = members.length === 1 ? [] : [send(to, asked)]
    return turn < mostOfMembers ? effects : [...effects, ...this.#askOthers(turn)]
  }

  /** No member has helped: what keepers and members' nodes hold is asked for besides. */
  #askOthers(turn: number): readonly Effect[] {
    const { keepers, prefix, post } = this.#seat
    const { nonce } = post
    const to = toBranch(prefix)
    const effects: Effect[] = []
    const keeper = keepers[turn % Math.max(1, keepers.length)]
    if (keeper !== undefined) effects.push(send(keeper, { kind: 'fetchKept', ...to, nonce }))
    const all = post.members()
    for (let i = 0; i < Math.min(mostAsked, all.length); i++) {
      const member = all[(turn * mostAsked + i) % all.length]
      effects.push(send(member, { kind: 'fetchCopies', ...to, nonce }))
    }
    return effects
  }

  /** What a keeper or a member's node holds. @param ours what this node has as final */
  rebuild(
    from: NodeName,
    message: MessageOf<'kept'> | MessageOf<'copies'>,
    ours: Header | undefined,
  ): { readonly found?: Found; readonly effects: readonly Effect[] } {
    const { keepers, post, prefix } = this.#seat
    const entry = entryFor(this.#pulses.newest.table, prefix)
    if (!this.#isOn || message.nonce !== post.nonce || entry === undefined) return { effects: [] }
    if (message.kind === 'kept' && keepers.includes(from)) this.#rebuilding.takeKept(message)
    else if (message.kind === 'copies') this.#rebuilding.takeCopies(message)
    else return { effects: [] }
    const built = this.#rebuilding.build(entry)
    if ('missing' in built) return { effects: [tell({ kind: 'stuck', what: built.missing })] }
    const { ledger } = built
    if (!isLater(ledger.header, ours)) return { effects: [] }
    this.#stop()
    const certificate = blankCertificate(ledger.header)
    const beginning: Beginning = {
      ...{ ledger, taken: [], isBlank: true, certificate: undefined },
      pulse: this.#pulses.number,
    }
    const { header } = ledger
    const accounts = encode(accountListLayout, allAccounts(ledger))
    const learnt: Learnt = { header, certificate, accounts, image: ledger.image() }
    return { found: { beginning, learnt }, effects: [reached('rebuilt from keepers')] }
  }

  #stop(): void {
    this.#isOn = false
    this.#rebuilding = new RebuildingBranch(this.#seat)
  }

  /** @param ours what this node has as final */
  take(message: MessageOf<'state'>, ours: Header | undefined): Found | undefined {
    const { header, certificate, accounts, image, nonce } = message
    if (!this.#isOn || nonce !== this.#seat.post.nonce) return undefined
    if (!this.#isKnown(message)) return undefined
    if (!isLater(header, ours)) {
      // Others are no further: what lacks will come the usual way.
      this.#stop()
      return undefined
    }
    const learnt: Learnt = { header, certificate, accounts, image }
    try {
      const ledger = ledgerOf(this.#seat, learnt)
      this.#stop()
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

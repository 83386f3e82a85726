/**
 * How a seat of a branch that is to begin gets it begun (spec OL-1, H 6). The opening header
 * follows from the closing ones alone, so there is one opening that honest seats sign; each signs
 * one in a cycle, durable first, as its vote to finalize view 0. With a quorum of these it goes to
 * the root.
 */
import { encode, equal } from '#base'
import {
  type Certificate,
  levels,
  quorum,
  type TableEntry,
  type VoteBody,
  voteBodyLayout,
  votes,
} from '#ledger'
import { type Effect, type NodeName, reached, send, tell } from '../actor.js'
import type { Message, MessageOf } from '../messages.js'
import { type Beginning } from './begin.js'
import type { BranchLedger } from './branch-ledger.js'
import { hashOf } from './chain.js'
import { openingLedger } from './opening.js'
import { Predecessor, predecessorsOf } from './predecessors.js'
import type { KnownPulses } from './pulses.js'
import { readRow, rowKeys, rowOf, signedOpeningLayout } from './rows.js'
import { faultsOf, type Seat, sendAll, toBranch, toRoot } from './seat.js'

export const openedTimer = 'branch/opened'
const voteDomain = 'leither/ledger/vote/1'

interface Vote {
  readonly body: VoteBody
  readonly signature: Uint8Array
}

interface Opened {
  readonly ledger: BranchLedger
  readonly hash: Uint8Array
  readonly body: VoteBody
}

export class Opening {
  readonly #seat: Seat
  readonly #pulses: KnownPulses
  /** by branch */
  #predecessors = new Map<string, Predecessor>()
  #opened: Opened | undefined
  #own: Vote | undefined
  /** by seat; checked where they may count */
  readonly #votes = new Map<number, Vote>()
  #certificate: Certificate | undefined
  #attempt = 0

  constructor(seat: Seat, pulses: KnownPulses) {
    this.#seat = seat
    this.#pulses = pulses
  }

  /** Whether a branch is about to begin here. */
  get isOn(): boolean {
    return this.#predecessors.size > 0
  }

  /** Looks at the newest pulse: is it our turn to begin? */
  pulse(): readonly Effect[] {
    const entries = predecessorsOf(this.#seat, this.#pulses)
    if (entries === undefined) return []
    if (entries.every((entry) => this.#isKnown(entry))) return []
    this.#forget()
    for (const entry of entries) {
      this.#predecessors.set(entry.prefix, new Predecessor(this.#seat, entry))
    }
    return [reached('opening'), ...this.#ask(true)]
  }

  #isKnown({ prefix, headerHash }: TableEntry): boolean {
    const known = this.#predecessors.get(prefix)
    return known !== undefined && equal(known.entry.headerHash, headerHash)
  }

  #forget(): void {
    this.#predecessors = new Map()
    this.#opened = undefined
    this.#own = undefined
    this.#certificate = undefined
  }

  /** What the branch begins with, where the table has taken the opening that was figured here. */
  begun(entry: TableEntry): Beginning | undefined {
    const opened = this.#opened
    if (opened === undefined || !equal(opened.hash, entry.headerHash)) return undefined
    const certificate = this.#certificate
    this.#forget()
    const { ledger } = opened
    return { ledger, certificate, taken: [], isBlank: true, pulse: this.#pulses.number }
  }
  /** The table has another opening, or the branch went on: there is nothing left to open. */
  stop(): void {
    this.#forget()
  }

  /** Asks members of the closed branches for their states. @param isFirst one more than may lie */
  #ask(isFirst: boolean): readonly Effect[] {
    const effects: Effect[] = []
    const { seat, prefix, post } = this.#seat
    for (const { members, ledger, entry } of this.#predecessors.values()) {
      if (ledger !== undefined) continue
      const count = isFirst ? faultsOf(members.length) + 1 : 1
      for (let i = 0; i < count; i++) {
        const to = members[(seat + this.#attempt++) % members.length]
        const { nonce } = post
        const address = toBranch(entry.prefix)
        effects.push(send(to, { kind: 'fetchState', ...address, by: prefix, nonce }))
      }
    }
    return effects
  }

  /** A state that may be a predecessor's. */
  state(from: NodeName, message: MessageOf<'state'>): readonly Effect[] {
    const predecessor = this.#predecessors.get(message.header.prefix)
    if (predecessor === undefined || this.#opened !== undefined) return []
    predecessor.take(from, message, this.#pulses.newest.table)
    const ledgers = [...this.#predecessors.values()].flatMap(({ ledger }) => ledger ?? [])
    return ledgers.length === this.#predecessors.size ? this.#open(ledgers) : []
  }

  #open(predecessors: readonly BranchLedger[]): readonly Effect[] {
    const { post, prefix, org } = this.#seat
    const { genesis, signatures } = post
    const ledger = openingLedger({
      seating: genesis.seating,
      prefix,
      signatures,
      predecessors,
      secret: post.branchSecret(prefix),
    })
    const hash = hashOf(ledger.header)
    const { cycle, view } = ledger.header
    const kind = votes.finalize
    const body: VoteBody = { org, level: levels.branch, prefix, cycle, kind, view, hash }
    this.#opened = { ledger, hash, body }
    return [...this.#sign(body), ...this.#count()]
  }

  /** Signs the opening, unless another one of this cycle or a later one was signed before. */
  #sign(body: VoteBody): readonly Effect[] {
    const { post } = this.#seat
    const signed = readRow(post.disk.rows, rowKeys.opening, signedOpeningLayout)
    const { cycle, hash } = body
    const isOther =
      signed !== undefined &&
      (signed.cycle > cycle || (signed.cycle === cycle && !equal(signed.hash, hash)))
    if (isOther) {
      const what = `another opening of branch "${this.#seat.prefix}" was signed in cycle ${cycle}`
      return [tell({ kind: 'stuck', what })]
    }
    const signature = post.signatures.sign(post.key, voteDomain, encode(voteBodyLayout, body))
    this.#own = { body, signature }
    const rows = [rowOf(rowKeys.opening, signedOpeningLayout, { cycle, hash })]
    const timer: Effect = { kind: 'timer', name: openedTimer, afterMillis: 0 }
    return [{ kind: 'store', rows, then: [...this.#tell(), timer] }]
  }

  #tell(): readonly Effect[] {
    if (this.#own === undefined) return []
    const { prefix, seat, members } = this.#seat
    const vote: Message = { kind: 'vote', ...toBranch(prefix), ...this.#own, seat }
    return sendAll(this.#seat, members, vote)
  }

  /** The own vote is on disk. */
  ring(): readonly Effect[] {
    if (this.#own === undefined) return []
    this.#votes.set(this.#seat.seat, this.#own)
    return this.#count()
  }

  /** Another seat's vote for an opening. */
  vote(from: NodeName, { body, seat, signature }: MessageOf<'vote'>): readonly Effect[] {
    const { members } = this.#seat
    if (members[seat] !== from || body.kind !== votes.finalize) return []
    const held = this.#votes.get(seat)
    if (held !== undefined && held.body.cycle > body.cycle) return []
    this.#votes.set(seat, { body, signature })
    return this.#count()
  }

  #count(): readonly Effect[] {
    const { committee, post } = this.#seat
    const opened = this.#opened
    if (opened === undefined || this.#certificate !== undefined) return []
    const right = [...this.#votes].filter(([, { body }]) => isSame(body, opened.body))
    const needed = quorum(committee.members.length)
    if (right.length < needed) return []
    const signed = encode(voteBodyLayout, opened.body)
    const signers = right
      .filter(([seat, { signature }]) =>
        post.signatures.verify(committee.members[seat], voteDomain, signed, signature),
      )
      .map(([seat, { signature }]) => ({ seat, signature }))
      .sort((a, b) => a.seat - b.seat)
    if (signers.length < needed) return []
    this.#certificate = { body: opened.body, signers }
    return this.#report()
  }

  #report(): readonly Effect[] {
    if (this.#opened === undefined || this.#certificate === undefined) return []
    const message: Message = {
      kind: 'report',
      ...toRoot,
      report: {
        headers: [this.#opened.ledger.header],
        certificate: this.#certificate,
        marks: [],
        channels: [],
      },
    }
    return [...this.#keep(), ...this.#seat.root.map((member) => send(member, message))]
  }

  /** Keepers begin with all of the branch. */
  #keep(): readonly Effect[] {
    const { keepers, prefix, seat } = this.#seat
    const data = this.#opened?.ledger.data
    if (this.#opened === undefined || data === undefined || seat > 1) return []
    const { header } = this.#opened.ledger
    return keepers.map((name) => send(name, { kind: 'keep', ...toBranch(prefix), header, data }))
  }

  /** Does again what may have got lost. */
  again(): readonly Effect[] {
    if (!this.isOn) return []
    if (this.#opened === undefined) return this.#ask(false)
    const isDurable = this.#votes.has(this.#seat.seat)
    return [...(isDurable ? this.#tell() : []), ...this.#report()]
  }
}

const isSame = (a: VoteBody, b: VoteBody): boolean =>
  equal(encode(voteBodyLayout, a), encode(voteBodyLayout, b))

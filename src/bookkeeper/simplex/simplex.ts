/**
 * Consensus of one committee (Chan and Pass, "Simplex consensus", eprint 2023/463): a block or a
 * skip for every view, and finality three hops after a proposal. One engine for every level.
 */
import { equal } from '#base'
import {
  type Certificate,
  type Header,
  headerHash,
  isCertified,
  type VoteKind,
  votes,
} from '#ledger'
import type { Effect, NodeName } from '../actor.js'
import type { Block, Message } from '../messages.js'
import { isOurs } from './ballot.js'
import { receiveCertificate, takeCertificate } from './certificates.js'
import { admitOffers, finalize, notarizedAncestry, prune } from './chain.js'
import {
  beginRecall,
  endRecall,
  receiveRecall,
  receiveRecalled,
  receiveShown,
  ringRecall,
} from './recall.js'
import { fingerprintOf } from './fingerprint.js'
import { forget } from './records.js'
import { replay } from './replay.js'
import { blankEngine, type Engine, type Evidence, mayVote, type SimplexOptions } from './state.js'
import {
  armStatus,
  receiveBlock,
  receiveBlocks,
  receiveFetch,
  receiveFetchBlock,
  receiveStatus,
  ringStatus,
} from './sync.js'
import { armView, judge, propose, receiveProposal, ringView } from './views.js'
import { countAgain, countOwn, receiveVote } from './votes.js'

export type { Evidence, SimplexOptions } from './state.js'

export class Simplex {
  readonly #engine: Engine
  readonly #waiting: ((engine: Engine) => void)[] = []
  #isBusy = false

  constructor(readonly options: SimplexOptions) {
    this.#engine = blankEngine(options)
  }

  /** The attempt that the committee is at, as far as this node knows. */
  get view(): bigint {
    return this.#engine.view
  }
  /** The newest header that is known here as final, and whose content is here. */
  get finalizedHeader(): Header {
    return this.#engine.final.header
  }
  get height(): bigint {
    return this.finalizedHeader.height
  }
  /** Blocks after the finalized one up to the newest that a quorum notarized, oldest first. */
  get ancestry(): readonly Block[] {
    return notarizedAncestry(this.#engine)
  }
  /** Whether this node votes by now: after a restart it asks the others first (see recall.ts). */
  get isVoting(): boolean {
    return mayVote(this.#engine, this.#engine.view)
  }
  /** Pairs of votes that no honest bookkeeper signs both, as they were signed. */
  get evidence(): readonly Evidence[] {
    return this.#engine.evidence
  }

  /** What it will do from here on, as a text (see fingerprint.ts). */
  get fingerprint(): string {
    return fingerprintOf(this.#engine)
  }

  /**
   * Begins, or begins again. Other methods may be called only after it.
   * @param records what this engine appended to its journal, oldest first
   * @param now milliseconds
   * @param isDamaged whether the journal lost records that were durable (JOURNAL_DAMAGED)
   */
  start(records: readonly Uint8Array[], now: number, isDamaged = false): Effect[] {
    return this.#event(now, (engine) => {
      replay(engine, records)
      beginRecall(engine, isDamaged)
      endRecall(engine)
      countAgain(engine)
    })
  }

  /** Takes a message of consensus; others, and those of other committees, have no effect. */
  receive(from: NodeName, message: Message, now: number): Effect[] {
    const { level, prefix, seat } = this.options
    const sender = this.#engine.seats.get(from)
    if (sender === undefined || sender === seat) return []
    if (message.level !== level || message.prefix !== prefix) return []
    return this.#event(now, (engine) => handle(engine, sender, message))
  }

  /** @param timer a name that begins with "simplex/" */
  ring(timer: string, now: number): Effect[] {
    return this.#event(now, (engine) => {
      if (timer === 'simplex/view') ringView(engine)
      else if (timer === 'simplex/status') ringStatus(engine)
      else if (timer === 'simplex/recall') ringRecall(engine)
      const durable = /^simplex\/durable\/([123])\/(\d+)$/.exec(timer)
      if (durable !== null) countOwn(engine, Number(durable[1]) as VoteKind, BigInt(durable[2]))
    })
  }

  /** The application may have something to propose, or knows more than when it was last asked. */
  poke(now: number): Effect[] {
    return this.#event(now, (engine) => {
      engine.isCurious = true
    })
  }

  /** Drops journal records up to this height: what follows from them is durable elsewhere. */
  forget(height: bigint, now: number): Effect[] {
    return this.#event(now, (engine) => forget(engine, height))
  }

  /**
   * Jumps to a finalized header whose state the application has got from others. A header that is
   * not ahead, or that its certificate does not finalize, has no effect.
   */
  adopt(sealed: { header: Header; certificate: Certificate }, now: number): Effect[] {
    const { header, certificate } = sealed
    return this.#event(now, (engine) => {
      const { committee, signatures } = engine.options
      const hash = headerHash(header)
      const { body } = certificate
      if (header.height <= this.height || body.kind !== votes.finalize) return
      if (body.view !== header.view || !equal(body.hash, hash) || !isOurs(engine, body)) return
      if (!isCertified(certificate, committee, signatures)) return
      takeCertificate(engine, certificate)
      engine.final = { header, hash, certificate }
      prune(engine)
    })
  }

  /** What the application calls from inside an event is carried out at its end, as part of it. */
  #event(now: number, handler: (engine: Engine) => void): Effect[] {
    const engine = this.#engine
    this.#waiting.push(handler)
    if (this.#isBusy) return []
    this.#isBusy = true
    engine.now = now
    engine.effects = []
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        next(engine)
        settle(engine)
      }
    } finally {
      this.#isBusy = false
    }
    return engine.effects
  }
}

function handle(engine: Engine, from: number, message: Message): void {
  if (message.kind === 'proposal') receiveProposal(engine, from, message)
  else if (message.kind === 'vote') {
    if (message.seat === engine.options.seat) receiveShown(engine, from, message)
    else receiveVote(engine, from, message)
  } else if (message.kind === 'certificate') receiveCertificate(engine, from, message.certificate)
  else if (message.kind === 'status') receiveStatus(engine, from, message)
  else if (message.kind === 'fetch') receiveFetch(engine, from, message)
  else if (message.kind === 'blocks') receiveBlocks(engine, from, message)
  else if (message.kind === 'fetchBlock') receiveFetchBlock(engine, from, message)
  else if (message.kind === 'block') receiveBlock(engine, from, message)
  else if (message.kind === 'recall') receiveRecall(engine, from, message)
  else if (message.kind === 'recalled') receiveRecalled(engine, from, message)
}

/** After every event: takes each step that has become possible. */
function settle(engine: Engine): void {
  while ((engine.isCurious && admitOffers(engine)) || finalize(engine));
  endRecall(engine)
  if (engine.isCurious) {
    propose(engine)
    judge(engine)
  }
  armView(engine)
  armStatus(engine)
  engine.isCurious = false
}

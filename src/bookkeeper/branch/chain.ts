/**
 * The branch as consensus sees it (spec OL-1, E to G): proposes, checks and takes blocks. The
 * ledger stands at one block at a time; `standAt` moves it along the ancestry that is asked for.
 */
import { decode, equal } from '#base'
import {
  batchLayout,
  type Channel,
  entryStates,
  forms,
  type Header,
  headerHash,
  type SealedPulse,
  type TableEntry,
} from '#ledger'
import { type Effect, reached, tell } from '../actor.js'
import type { Block, SealedBlock } from '../messages.js'
import type { Application } from '../simplex/application.js'
import type { Applied, BranchLedger, Candidates, Refusal } from './branch-ledger.js'
import type { KnownPulses } from './pulses.js'
import { entryFor } from './pulses.js'
import { readBlock } from './rows.js'
import { keyOf, type Seat } from './seat.js'

/** A block that the ledger has gone through and can take back. */
export interface Step {
  readonly block: Block
  readonly hash: Uint8Array
  readonly applied: Applied
  /** channels out of the branch after it */
  readonly channels: readonly Channel[]
}

/** What the chain asks of the post that holds it. */
export interface ChainOwner {
  /** What could go into a block where the ledger stands; `inFlight` is in a block already. */
  candidates(ledger: BranchLedger, inFlight: ReadonlySet<string>): Candidates
  /** Whether any of that would be admitted. @param isFinal whether the ledger stands at the end */
  hasWork(ledger: BranchLedger, inFlight: ReadonlySet<string>, isFinal: boolean): boolean
  /** Changes whenever `hasWork` may. */
  readonly version: string
  refused(refused: readonly Refusal[]): void
  /** A block was executed here for the first time: keepers want its data. */
  executed(step: Step): void
  finalized(step: Step, sealed: SealedBlock, now: number): readonly Effect[]
  fellBehind(height: bigint, now: number): readonly Effect[]
}

/** Finalized blocks that are held in memory; their rows may not be readable yet. */
const mostSealed = 128

const hashes = new WeakMap<Header, Uint8Array>()
/** The hash of a header, computed once for each object. */
export function hashOf(header: Header): Uint8Array {
  let hash = hashes.get(header)
  if (hash === undefined) hashes.set(header, (hash = headerHash(header)))
  return hash
}

export class BranchChain implements Application {
  readonly #seat: Seat
  readonly #pulses: KnownPulses
  readonly #owner: ChainOwner
  #ledger: BranchLedger
  /** after what is settled, oldest first; the first `#finals` are final */
  readonly #steps: Step[] = []
  #finals = 0
  readonly #backlog: SealedBlock[] = []
  readonly #inFlight = new Set<string>()
  /** the newest pulse that brought us further, as this chain was told */
  #includedHeight: bigint
  #lastBlockAt = Number.NEGATIVE_INFINITY
  #idle = ''
  /** questions that came up while consensus asked */
  #wanted: Effect[] = []
  readonly #sealed = new Map<bigint, SealedBlock>()
  #owed: { readonly key: string; readonly is: boolean } | undefined

  constructor(seat: Seat, ledger: BranchLedger, pulses: KnownPulses, owner: ChainOwner) {
    this.#seat = seat
    this.#pulses = pulses
    this.#owner = owner
    this.#ledger = ledger
    this.#includedHeight = ledger.header.height
  }

  get finalizedHeader(): Header {
    return this.#finals > 0 ? this.#steps[this.#finals - 1].block.header : this.#base
  }
  /** of the block below the first step */
  get #base(): Header {
    return this.#settled ?? this.ledger.header
  }
  #settled: Header | undefined

  get ledger(): BranchLedger {
    return this.#ledger
  }

  /** Goes on from a later state that others have given. */
  adopt(ledger: BranchLedger): void {
    this.#ledger = ledger
    this.#settled = ledger.header
    this.#steps.length = 0
    this.#finals = 0
    this.#backlog.length = 0
    this.#inFlight.clear()
    this.#includedHeight = ledger.header.height
  }

  get includedHeight(): bigint {
    return this.#includedHeight
  }
  /** Finalized blocks that are not settled yet. */
  get finalSteps(): readonly Step[] {
    return this.#steps.slice(0, this.#finals)
  }
  get inFlight(): ReadonlySet<string> {
    return this.#inFlight
  }
  get isWaiting(): boolean {
    return this.#backlog.length > 0
  }
  /** Whether the ledger stands at the newest finalized block. */
  get isAtEnd(): boolean {
    return this.#steps.length === this.#finals && this.#backlog.length === 0
  }

  #takeBackTo(count: number): void {
    while (this.#steps.length > count) {
      this.ledger.takeBack()
      const step = this.#steps.pop() as Step
      for (const id of step.applied.ids) this.#inFlight.delete(keyOf(id))
    }
  }

  #push(block: Block): 'valid' | 'later' {
    this.#settled ??= this.ledger.header
    const applied = this.ledger.apply(block, this.#pulses)
    if (applied === 'later') return 'later'
    const step = { block, hash: hashOf(block.header), applied, channels: this.ledger.channels }
    this.#steps.push(step)
    for (const id of applied.ids) this.#inFlight.add(keyOf(id))
    return 'valid'
  }

  /** Moves the ledger to the end of these blocks, which follow the finalized one. */
  #standAt(ancestry: readonly Block[]): boolean {
    if (this.#backlog.length > 0) return false
    let same = 0
    for (; same < ancestry.length; same++) {
      const step = this.#steps.at(this.#finals + same)
      if (step === undefined || !equal(step.hash, hashOf(ancestry[same].header))) break
    }
    this.#takeBackTo(this.#finals + same)
    try {
      return ancestry.slice(same).every((block) => this.#push(block) === 'valid')
    } catch {
      return false
    }
  }

  /** Moves the ledger to the newest finalized block. */
  standAtEnd(): BranchLedger {
    this.#takeBackTo(this.#finals)
    return this.ledger
  }

  /** Moves the ledger to the block that the newest pulse has, or to the newest finalized one. */
  standForOthers(): BranchLedger {
    const entry = this.#entry()
    const isBase = entry !== undefined && equal(entry.headerHash, hashOf(this.#base))
    const isClosed = entry !== undefined && entry.state >= entryStates.closed
    if (isBase && isClosed) this.#finals = 0
    return this.standAtEnd()
  }

  #entry(pulse = this.#pulses.newest): TableEntry | undefined {
    return entryFor(pulse.table, this.#seat.prefix)
  }

  /** The form that the next block must have; undefined where there may be none. */
  #nextForm(parent: Header, entry: TableEntry | undefined, isNew: boolean): number | undefined {
    if (entry === undefined) return undefined
    const isClosed = parent.form === forms.closing
    if (isClosed && equal(hashOf(parent), hashOf(this.finalizedHeader))) return undefined
    const { mostAhead } = this.#seat.rules
    // Somebody has gone further on what was forgotten here: that has to be learnt, not made anew.
    if (isNew && parent.height < entry.height) return undefined
    if (parent.height + 1n > entry.height + BigInt(mostAhead)) return undefined
    const isClosing = parent.form === forms.closing
    if (entry.state === entryStates.open) return isClosing ? undefined : forms.block
    return entry.state === entryStates.closing ? forms.closing : undefined
  }

  #isTime(now: number): boolean {
    if (this.#lastBlockAt > now) this.#lastBlockAt = now
    return now - this.#lastBlockAt >= this.#seat.rules.blockMillis
  }
  /** Milliseconds until a next block may be made. */
  untilNext(now: number): number {
    return this.#isTime(now) ? 0 : this.#lastBlockAt + this.#seat.rules.blockMillis - now
  }

  #stateKey(): string {
    return `${keyOf(hashOf(this.ledger.header))} ${this.#owner.version}`
  }

  propose(
    ancestry: readonly Block[],
    view: bigint,
    now: number,
    isStuck: boolean,
  ): Block | undefined {
    if (!this.#isTime(now) || !this.#standAt(ancestry)) return undefined
    const form = this.#nextForm(this.ledger.header, this.#entry(), true)
    if (form === undefined || (!isStuck && this.#idle === this.#stateKey())) return undefined
    if (!isStuck && this.ledger.header.form === forms.closing) return undefined
    const candidates = this.#owner.candidates(this.ledger, this.#inFlight)
    const frame = { view, time: now, form, mayBeEmpty: isStuck }
    const built = this.ledger.build(candidates, frame, this.#pulses)
    // What is refused on a block that is not final may still be right without it.
    if (ancestry.length === 0) this.#owner.refused(this.ledger.refused)
    if (built === undefined) {
      this.#idle = this.#stateKey()
      return undefined
    }
    return this.#tryPush(built.block, now) === 'valid' ? built.block : undefined
  }

  #tryPush(block: Block, now: number): 'valid' | 'invalid' | 'later' {
    try {
      if (this.#push(block) === 'later') return 'later'
    } catch {
      return 'invalid'
    }
    this.#lastBlockAt = now
    this.#owner.executed(this.#steps[this.#steps.length - 1])
    return 'valid'
  }

  check(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later' {
    const { header } = block
    if (!this.#standAt(ancestry)) return 'later'
    const parent = this.ledger.header
    const included = this.#entry()
    const isBeside =
      included?.height === header.height && !equal(included.headerHash, hashOf(header))
    if (isBeside) return 'invalid'
    if (header.pulseSeen < parent.pulseSeen) return 'invalid'
    const seen = this.#pulses.at(header.pulseSeen)
    if (seen !== undefined && this.#nextForm(parent, this.#entry(seen), false) !== header.form) {
      return 'invalid'
    }
    const verdict = seen === undefined ? 'later' : this.#tryPush(block, now)
    if (verdict === 'later') this.#wanted.push(...this.#wantPulsesOf(block))
    return verdict
  }

  /**
   * Whether this is the content of a header that others have certified: what a leader should have
   * done is no longer asked. What does not stand where this node stands says nothing about others.
   */
  matches(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later' {
    if (!this.#standAt(ancestry)) return 'later'
    if (!equal(block.header.prev, hashOf(this.ledger.header))) return 'later'
    const isKnown = this.#pulses.at(block.header.pulseSeen) !== undefined
    const verdict = isKnown ? this.#tryPush(block, now) : 'later'
    if (verdict === 'later') this.#wanted.push(...this.#wantPulsesOf(block))
    return verdict
  }

  isOwed(ancestry: readonly Block[], now: number): boolean {
    if (!this.#isTime(now) || !this.#standAt(ancestry)) return false
    const form = this.#nextForm(this.ledger.header, this.#entry(), true)
    if (form === undefined || this.ledger.header.form === forms.closing) return false
    if (form === forms.closing) return true
    const key = this.#stateKey()
    if (key === this.#idle) return false
    if (this.#owed?.key !== key) {
      const isFinal = ancestry.length === 0
      const is = this.#owner.hasWork(this.ledger, this.#inFlight, isFinal)
      this.#owed = { key: this.#stateKey(), is }
    }
    return this.#owed.is
  }

  finalized(sealed: SealedBlock, now: number): readonly Effect[] {
    if (sealed.block.header.height <= this.finalizedHeader.height) return []
    this.#backlog.push(sealed)
    this.#sealed.set(sealed.block.header.height, sealed)
    if (this.#sealed.size > mostSealed) {
      const [oldest] = this.#sealed.keys()
      this.#sealed.delete(oldest)
    }
    return this.goOn(now)
  }

  /** Takes the finalized blocks whose pulses are here. */
  goOn(now: number): readonly Effect[] {
    const effects: Effect[] = []
    while (this.#backlog.length > 0) {
      const [sealed] = this.#backlog
      const taken = this.#takeFinal(sealed)
      if (typeof taken === 'string') {
        effects.push(tell({ kind: 'stuck', what: taken }))
        break
      }
      if (taken === undefined) {
        effects.push(...this.#wantPulsesOf(sealed.block), reached('finalized before its pulse'))
        break
      }
      this.#backlog.shift()
      effects.push(...this.#owner.finalized(taken, sealed, now))
    }
    return effects
  }

  /** @returns undefined where a pulse lacks; a text where the ledger contradicts the quorum */
  #takeFinal({ block }: SealedBlock): Step | string | undefined {
    const next = this.#steps.at(this.#finals)
    if (next === undefined || !equal(next.hash, hashOf(block.header))) {
      this.#takeBackTo(this.#finals)
      try {
        if (this.#push(block) === 'later') return undefined
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error)
        return `branch "${this.#seat.prefix}" can not follow block ${block.header.height}: ${what}`
      }
    }
    const step = this.#steps[this.#finals++]
    for (const id of step.applied.ids) this.#inFlight.delete(keyOf(id))
    return step
  }

  /** Asks for the pulses that a block refers to and that are not here. */
  #wantPulsesOf({ header, body }: Block): readonly Effect[] {
    const pulses = [header.pulseSeen]
    try {
      for (const { pulse } of decode(batchLayout, body).imports) pulses.push(pulse)
    } catch {
      // A block whose body cannot be read is refused when it is executed.
    }
    return pulses.flatMap((pulse) => this.#pulses.want(pulse))
  }

  /** Questions to the root that came up since this was last asked. */
  drain(): readonly Effect[] {
    const wanted = this.#wanted
    this.#wanted = []
    return wanted
  }

  newestPulse(): SealedPulse {
    return this.#pulses.newest.sealed
  }

  sealedAt(height: bigint): SealedBlock | undefined {
    return (
      this.#sealed.get(height) ?? readBlock(this.#seat.post.disk.rows, this.#base.cycle, height)
    )
  }

  fellBehind(height: bigint, now: number): readonly Effect[] {
    return this.#owner.fellBehind(height, now)
  }

  /** The finalized block of this height that is not settled yet. */
  stepAt(height: bigint): Step | undefined {
    const index = Number(height - this.#base.height) - 1
    return index >= 0 && index < this.#finals ? this.#steps[index] : undefined
  }

  /**
   * A pulse has included the height: `look` is called while the ledger stands there, then what lies
   * below can no longer be taken back.
   */
  settle(height: bigint, look: (steps: readonly Step[]) => void): void {
    const count = Number(height - this.#base.height)
    const steps = this.#steps.slice(0, count)
    const above = this.#steps.slice(count, this.#finals)
    this.#takeBackTo(count)
    look(steps)
    this.ledger.settle(height)
    this.#settled = this.ledger.header
    this.#steps.length = 0
    this.#finals = 0
    this.#includedHeight = height
    for (const { block } of above) this.#push(block)
    this.#finals = this.#steps.length
    for (const { applied } of this.#steps) {
      for (const id of applied.ids) this.#inFlight.delete(keyOf(id))
    }
  }
}

/**
 * A branch from its opening to its closing block, as one of its bookkeepers lives it: consensus,
 * what goes into blocks, and what follows from final blocks and from pulses (spec OL-1, E to G).
 */
import { equal } from '#base'
import {
  type Certificate,
  type Channel,
  entryStates,
  forms,
  levels,
  type Row,
  type Snapshots,
  type TableEntry,
} from '#ledger'
import { type Effect, type NodeName, tell } from '../actor.js'
import { type Message, type MessageOf, type SealedBlock, sealedBlockLayout } from '../messages.js'
import { Simplex } from '../simplex/simplex.js'
import type { BranchLedger, Candidates, KnownPulse, Refusal } from './branch-ledger.js'
import { CandidatePool, type Dropped } from './candidates.js'
import { BranchChain, type ChainOwner, type Step } from './chain.js'
import { checkpointRows } from './checkpoint.js'
import { Delivery } from './delivery.js'
import { cursorOf, ImportsWaiting } from './imports-waiting.js'
import { mostPending, PendingPulses } from './pending-pulses.js'
import { Places } from './places.js'
import { entryFor, type KnownPulses } from './pulses.js'
import { Reports } from './reports.js'
import { rowKeys, rowOf, type Taken } from './rows.js'
import type { Seat } from './seat.js'

/** What a life begins with. */
export interface LifeOptions {
  readonly seat: Seat
  readonly pulses: KnownPulses
  readonly snapshots: Snapshots
  /** stands at the header from which this life goes on */
  readonly ledger: BranchLedger
  /** finalizes that header; none at an opening */
  readonly certificate: Certificate | undefined
  readonly taken: readonly Taken[]
  /** the snapshot store lacks accounts that have not changed: all are noted at the next pulse */
  readonly isBlank: boolean
  /** the newest pulse that is noted */
  readonly pulse: bigint
  fellBehind(height: bigint, now: number): readonly Effect[]
}

const timers = { block: 'branch/block', forget: 'branch/forget' } as const

export class BranchLife implements ChainOwner {
  readonly chain: BranchChain
  readonly engine: Simplex
  readonly pool = new CandidatePool()
  readonly imports: ImportsWaiting
  readonly reports: Reports
  readonly delivery: Delivery
  readonly places: Places
  readonly #options: LifeOptions
  /** what came up while consensus asked */
  #effects: Effect[] = []
  readonly #pending: PendingPulses
  #cursors: readonly Channel[]
  #isBlank: boolean
  #certificate: Certificate | undefined
  #forgetting: bigint | undefined
  #isTimed = false
  #poked = ''
  #noted: bigint
  #isOver = false
  #includedHeight: bigint

  constructor(options: LifeOptions) {
    const { seat, pulses, ledger, taken } = options
    this.#options = options
    this.#isBlank = options.isBlank
    this.#certificate = options.certificate
    this.#noted = options.pulse
    this.#includedHeight = options.isBlank ? 0n : ledger.header.height
    this.#cursors = ledger.cursors
    this.#pending = new PendingPulses(pulses)
    this.imports = new ImportsWaiting(seat)
    this.reports = new Reports(seat, ledger.channels)
    this.delivery = new Delivery(seat, taken)
    this.places = new Places(seat)
    this.chain = new BranchChain(seat, ledger, pulses, this)
    this.engine = this.#makeEngine(seat, ledger.header.cycle)
  }

  #makeEngine(seat: Seat, cycle: number): Simplex {
    const { post, org, prefix, committee, rules } = seat
    const { key, signatures, nonce } = post
    return new Simplex({
      ...{ org, level: levels.branch, prefix, cycle, committee, key, signatures, rules, nonce },
      seat: seat.seat,
      application: this.chain,
    })
  }

  get ledger(): BranchLedger {
    return this.chain.ledger
  }
  /** Finalizes the newest final header; undefined at an opening. */
  get certificate(): Certificate | undefined {
    return this.chain.sealedAt(this.chain.finalizedHeader.height)?.certificate ?? this.#certificate
  }

  /** Final blocks that rows hold are taken before consensus begins. */
  replay(now: number): void {
    for (;;) {
      const sealed = this.chain.sealedAt(this.chain.finalizedHeader.height + 1n)
      const isNext = sealed !== undefined && !this.chain.isWaiting
      if (!isNext) return
      this.#effects.push(...this.chain.finalized(sealed, now))
    }
  }

  start(records: readonly Uint8Array[], now: number, isDamaged = false): readonly Effect[] {
    const { pulses } = this.#options
    const first = pulses.number > this.#noted + BigInt(mostPending) ? pulses.number : this.#noted
    for (let pulse = first + 1n; pulse < pulses.number; pulse++) {
      const known = pulses.at(pulse)
      if (known !== undefined) this.#expect(known)
    }
    const begun = this.engine.start(records, now, isDamaged)
    return this.finish([...begun, ...this.pulse(pulses.newest, now)], now)
  }

  /** Others have the branch's accounts now: consensus ends, what is asked is answered. */
  end(): void {
    this.#isOver = true
    this.#pending.clear()
  }
  get isOver(): boolean {
    return this.#isOver
  }
  get isClosed(): boolean {
    return this.chain.finalizedHeader.form === forms.closing
  }
  /** The newest height of this life that a pulse was seen to include. */
  get includedHeight(): bigint {
    return this.#includedHeight
  }
  /** Whether a pulse waits for blocks that are not here. */
  get isLate(): boolean {
    return this.#pending.next !== undefined
  }

  receive(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (this.#isOver) return []
    return this.finish(this.engine.receive(from, message, now), now)
  }

  /** Goes on from a later state of this life that others have given. */
  adopt({ ledger, certificate }: Pick<LifeOptions, 'ledger' | 'certificate'>, now: number) {
    this.chain.adopt(ledger)
    this.reports.adopt(ledger.channels)
    this.#cursors = ledger.cursors
    this.#certificate = certificate
    this.#isBlank = true
    const { header } = ledger
    const jumped = certificate === undefined ? [] : this.engine.adopt({ header, certificate }, now)
    return this.finish([...jumped, ...this.pulse(this.#options.pulses.newest, now)], now)
  }

  ring(timer: string, now: number): readonly Effect[] {
    if (this.#isOver) return []
    if (timer === timers.block) {
      this.#isTimed = false
      return this.finish(this.engine.poke(now), now)
    }
    if (timer === timers.forget && this.#forgetting !== undefined) {
      return this.finish(this.engine.forget(this.#forgetting, now), now)
    }
    return timer.startsWith('simplex/') ? this.finish(this.engine.ring(timer, now), now) : []
  }

  /** Adds what the event has led to, and lets consensus go on where more is known than before. */
  finish(effects: readonly Effect[], now: number): readonly Effect[] {
    const all = [...effects, ...this.#drain()]
    if (this.#isOver) return all
    const wait = this.chain.untilNext(now)
    if (wait === 0 && this.#poked !== this.version) {
      this.#poked = this.version
      all.push(...this.engine.poke(now), ...this.#drain())
    }
    const isWaiting = this.pool.size > 0 || this.imports.size > 0 || this.#isClosing
    if (isWaiting && !this.#isTimed && this.chain.untilNext(now) > 0) {
      this.#isTimed = true
      const afterMillis = this.chain.untilNext(now)
      all.push({ kind: 'timer', name: timers.block, afterMillis })
    }
    return all
  }

  #drain(): readonly Effect[] {
    const effects = [...this.#effects, ...this.chain.drain()]
    this.#effects = []
    return effects
  }

  get #entry(): TableEntry | undefined {
    return entryFor(this.#options.pulses.newest.table, this.#options.seat.prefix)
  }
  get #isClosing(): boolean {
    return this.#entry?.state === entryStates.closing
  }

  // what the chain asks

  get version(): string {
    const { pulses } = this.#options
    const { height } = this.chain.finalizedHeader
    return `${this.pool.version} ${this.imports.version} ${pulses.version} ${height}`
  }

  candidates(ledger: BranchLedger, inFlight: ReadonlySet<string>): Candidates {
    const { pulses, seat } = this.#options
    return {
      imports: this.imports.next(ledger, pulses),
      orders: this.pool.orders(inFlight),
      transfers: this.pool.transfers(seat.rules.mostEntries, ledger, inFlight),
    }
  }

  hasWork(ledger: BranchLedger, inFlight: ReadonlySet<string>, isFinal: boolean): boolean {
    const { pulses } = this.#options
    const dropped: Dropped[] = []
    const isReady =
      this.imports.next(ledger, pulses).length > 0 ||
      this.pool.isReady(ledger, pulses, inFlight, isFinal ? dropped : undefined) ||
      this.#hasOrder(ledger, inFlight, isFinal)
    for (const { id, code } of dropped) this.#refuse(id, code)
    return isReady
  }

  /** Whether an order would be obeyed: there are few, so they are tried. */
  #hasOrder(ledger: BranchLedger, inFlight: ReadonlySet<string>, isFinal: boolean): boolean {
    const orders = this.pool.orders(inFlight)
    if (orders.length === 0) return false
    const { view, time, form } = ledger.header
    const frame = {
      view: view + 1n,
      time: Number(time),
      form: form === forms.opening ? forms.block : form,
    }
    const built = ledger.build({ imports: [], orders, transfers: [] }, frame, this.#options.pulses)
    if (isFinal) this.refused(ledger.refused)
    return built !== undefined
  }

  refused(refused: readonly Refusal[]): void {
    for (const { id, code, isFinal } of refused) if (isFinal) this.#refuse(id, code)
  }

  #refuse(id: Uint8Array, code: string): void {
    this.pool.drop(Buffer.from(id).toString('latin1'))
    this.places.refuse(id, code, this.chain.finalizedHeader.height)
    this.#effects.push(tell({ kind: 'refused', id, code }))
  }

  executed(step: Step): void {
    this.#effects.push(...this.reports.executed(step))
  }

  finalized(step: Step, sealed: SealedBlock, now: number): readonly Effect[] {
    const { prefix } = this.#options.seat
    const { header } = step.block
    const { height } = header
    const { ids, changed } = step.applied
    for (const id of ids) this.pool.drop(Buffer.from(id).toString('latin1'))
    if (this.pool.size > 0) {
      for (const { id, cold } of changed) {
        for (const late of this.pool.outrun(id, cold.nonce)) this.#refuse(late.id, late.code)
      }
    }
    const rows: Row[] = [
      rowOf(rowKeys.block(header.cycle, height), sealedBlockLayout, sealed),
      ...this.places.finalized(step),
    ]
    const { certificate } = sealed
    this.reports.known(step)
    const reports = this.reports.finalized({ header, certificate, channels: step.channels })
    const told: Effect[] = [
      ...ids.map((id) => tell({ kind: 'accepted', prefix, id, height })),
      tell({ kind: 'finalized', prefix, height, hash: step.hash }),
    ]
    this.#effects.push(...this.include(now))
    return [{ kind: 'store', rows, then: told }, ...reports]
  }

  fellBehind(height: bigint, now: number): readonly Effect[] {
    return this.#options.fellBehind(height, now)
  }

  // pulses

  /** Keeps a pulse until the blocks that it includes, and the pulses before it, are here. */
  #expect(known: KnownPulse): void {
    const entry = entryFor(known.table, this.#options.seat.prefix)
    if (entry === undefined || entry.height <= this.chain.includedHeight) return
    if (known.sealed.header.pulseSeen > this.#noted) this.#pending.add(known)
  }

  /** A pulse has come, or this life begins: what it includes, and what has to be delivered. */
  pulse(known: KnownPulse, now: number): readonly Effect[] {
    this.#expect(known)
    const wasLate = this.isLate
    const effects = [...this.chain.goOn(now), ...this.include(now)]
    const isNewest = known === this.#options.pulses.newest
    if (isNewest && !wasLate) effects.push(...this.deliver(now))
    return effects
  }

  /** Pushes receipts as the newest pulse proves them. */
  deliver(now: number): readonly Effect[] {
    const { newest, number } = this.#options.pulses
    return this.delivery.push(newest, this.ledger, now, (given) => {
      this.imports.add(given, this.ledger, number)
    })
  }

  /** Takes the pulses whose blocks are here, and that wait no longer for others. */
  include(now: number): readonly Effect[] {
    const effects: Effect[] = []
    for (;;) {
      const known = this.#pending.next
      if (known === undefined) break
      const entry = entryFor(known.table, this.#options.seat.prefix)
      const isNews = entry !== undefined && entry.height > this.chain.includedHeight
      if (isNews) {
        const step = this.chain.stepAt(entry.height)
        if (step === undefined) break
        if (!equal(step.hash, entry.headerHash)) {
          const what = `the root has another block ${entry.height} of branch "${entry.prefix}"`
          return [...effects, tell({ kind: 'stuck', what })]
        }
        effects.push(...this.#settle(known, entry))
      }
      this.#pending.shift()
      if (isNews && this.#pending.size === 0) effects.push(...this.deliver(now))
    }
    return effects
  }

  #settle(known: KnownPulse, entry: TableEntry): readonly Effect[] {
    const { seat, snapshots } = this.#options
    const pulse = known.sealed.header.pulseSeen
    const from = this.chain.includedHeight
    const before = this.#cursors
    const { height, prefix } = entry
    const rows: Row[] = []
    const effects: Effect[] = []
    this.chain.settle(height, (steps) => {
      const { ledger } = this.chain
      const last = steps[steps.length - 1]
      this.#cursors = ledger.cursors
      const sealed = this.chain.sealedAt(height)
      this.#certificate = sealed?.certificate
      const made = checkpointRows({
        ...{ seat, snapshots, ledger, steps, pulse },
        isBlank: this.#isBlank,
        certificate: sealed?.certificate,
        taken: this.delivery.state,
      })
      rows.push(...made.rows)
      effects.push(...made.effects)
      this.reports.included(entry, last.channels)
    })
    this.#isBlank = false
    this.#noted = pulse
    this.#includedHeight = height
    rows.push(...this.places.included(this.ledger.header.cycle, from, height, pulse))
    this.ledger.included(height)
    this.delivery.tookOwn(this.#cursors)
    this.imports.prune(this.#cursors)
    this.#forgetting = height
    const forget: Effect = { kind: 'timer', name: timers.forget, afterMillis: 0 }
    const told = tell({ kind: 'included', prefix, height, pulse })
    return [
      { kind: 'store', rows, then: [forget, told] },
      ...effects,
      ...this.delivery.tell(this.#cursors, before, known),
    ]
  }

  // receipts of other branches

  takeImport(from: NodeName, { import: given }: MessageOf<'receipts'>): readonly Effect[] {
    const { pulses } = this.#options
    const cursor = cursorOf(this.#cursors, given.channel)
    const last = given.receipts.at(-1)?.sequence ?? 0n
    if (last > 0n && cursor.sequence >= last) {
      return this.delivery.answer(from, cursor, pulses.newest.table)
    }
    if (!this.delivery.isMemberNear(from, given.channel.source)) return []
    if (!this.imports.add(given, this.ledger, pulses.number)) return []
    return pulses.at(given.pulse) === undefined ? pulses.want(given.pulse) : []
  }
}

/**
 * One seat of a branch (spec OL-1, D to J): dormant until its branch begins, then living through
 * the branch's blocks, and at any time able to learn the branch's state anew from others.
 */

import { encode } from '#base'
import { entryStates, levels, type Prefix, type Snapshots } from '#ledger'
import { type Effect, type NodeName, reached, type Role, send, tell } from '../actor.js'
import type { Message, MessageOf } from '../messages.js'
import type { Post } from '../post.js'
import { recordLayout } from '../simplex/records.js'
import { type Beginning, beginningOf, beginningRow, learntRow, snapshotsOf } from './begin.js'
import { type Found, Learning } from './learning.js'
import { BranchLife } from './life.js'
import { Opening, openedTimer } from './open-branch.js'
import { entryFor, KnownPulses } from './pulses.js'
import { newestPulse } from './rows.js'
import { type Seat, seatOf, toRoot } from './seat.js'
import { StateGiver } from './give-state.js'
import { passTimer, Submissions } from './submissions.js'

const statusTimer = 'branch/status'
/** Milliseconds between two looks around, while something is going on and otherwise. */
const lookMillis = { busy: 2000, idle: 10_000 } as const

/** Looks that pulses may wait for blocks before the state is asked for instead. */
const mostLateLooks = 4

const consensus: ReadonlySet<Message['kind']> = new Set([
  'proposal',
  'vote',
  'certificate',
  'status',
  'fetch',
  'blocks',
  'fetchBlock',
  'block',
  'recall',
  'recalled',
] as const)

class BranchPost implements Role {
  readonly #seat: Seat
  readonly #pulses: KnownPulses
  readonly #snapshots: Snapshots
  readonly #submissions: Submissions
  readonly #learning: Learning
  readonly #giver: StateGiver
  readonly #opening: Opening
  #life: BranchLife | undefined
  #isBusy = false
  /** looks for which pulses have waited for blocks */
  #lateLooks = 0
  #turn = 0

  constructor(
    seat: Seat,
    pulses: KnownPulses,
    snapshots: Snapshots,
    beginning: Beginning | 'damaged' | undefined,
  ) {
    this.#seat = seat
    this.#pulses = pulses
    this.#snapshots = snapshots
    this.#submissions = new Submissions(seat, pulses)
    this.#learning = new Learning(seat, pulses)
    this.#giver = new StateGiver(seat)
    this.#opening = new Opening(seat, pulses)
    if (beginning === 'damaged') this.#learning.begin()
    else if (beginning !== undefined) this.#life = this.#lifeFrom(beginning)
  }

  #lifeFrom(beginning: Beginning): BranchLife {
    return new BranchLife({
      ...beginning,
      seat: this.#seat,
      pulses: this.#pulses,
      snapshots: this.#snapshots,
      fellBehind: () => this.#learning.begin(),
    })
  }

  start(now: number): readonly Effect[] {
    const effects: Effect[] = []
    const life = this.#life
    if (life !== undefined) {
      life.replay(now)
      if (this.#isRetired) life.end()
      else {
        const { records, isDamaged } = this.#seat.post.disk
        effects.push(...life.start(records, now, isDamaged))
      }
    }
    effects.push(...this.#takeTurn(now))
    return [...effects, ...this.#look(now)]
  }

  receive(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (message.kind === 'pulse') return this.#takePulse(message, now)
    if (message.level !== levels.branch || message.prefix !== this.#seat.prefix) return []
    const effects = this.#handle(from, message, now)
    return this.#rest(effects, now)
  }

  ring(timer: string, now: number): readonly Effect[] {
    if (timer === statusTimer) return this.#rest(this.#look(now), now)
    if (timer === openedTimer) return this.#rest(this.#opening.ring(), now)
    if (timer === passTimer) return this.#submissions.pass(this.#life)
    return this.#rest(this.#life?.ring(timer, now) ?? [], now)
  }

  /** What follows from an event beside its own effects: more speed where something is going on. */
  #rest(effects: readonly Effect[], now: number): readonly Effect[] {
    if (this.#isBusy || !this.#hasWork) return effects
    this.#isBusy = true
    return [...effects, ...this.#armLook(now)]
  }

  get #hasWork(): boolean {
    const life = this.#life
    return (
      this.#learning.isOn ||
      this.#opening.isOn ||
      this.#pulses.isWaiting ||
      (life !== undefined &&
        (life.delivery.isOutstanding ||
          (!life.isOver &&
            (life.isLate ||
              life.pool.size > 0 ||
              life.imports.size > 0 ||
              life.reports.isWaiting ||
              life.chain.isWaiting))))
    )
  }

  #armLook(_now: number): readonly Effect[] {
    const afterMillis = this.#isBusy ? lookMillis.busy : lookMillis.idle
    return [{ kind: 'timer', name: statusTimer, afterMillis }]
  }

  /** Once in a while: asks the root for news, and does again what may have got lost. */
  #look(now: number): readonly Effect[] {
    const turn = this.#turn++
    this.#isBusy = this.#hasWork
    const effects: Effect[] = [...this.#armLook(now), ...this.#askRoot(BigInt(turn))]
    effects.push(...this.#pulses.askAgain(), ...this.#learning.again(), ...this.#opening.again())
    const life = this.#life
    if (life === undefined) return effects
    // Who is asked about its transfers has to know that they are done, also after its own end.
    if (life.isOver) return [...effects, ...life.deliver(now)]
    effects.push(...life.include(now))
    this.#lateLooks = life.isLate ? this.#lateLooks + 1 : 0
    if (this.#lateLooks > mostLateLooks) effects.push(...this.#learning.begin())
    effects.push(...this.#submissions.again(life, now))
    effects.push(...life.reports.again(BigInt(turn)), ...life.deliver(now))
    return life.finish(effects, now)
  }

  #askRoot(turn: bigint): readonly Effect[] {
    const { root, seat, post, name } = this.#seat
    const pulse = this.#pulses.number
    const to = root[(seat + Number(turn % BigInt(root.length))) % root.length]
    // A member of the root says by its status how far it is there, which is not known here.
    if (root.includes(name)) {
      return [send(to, { kind: 'fetchPulse', ...toRoot, pulse: pulse + 1n })]
    }
    const token = post.nonce
    return [send(to, { kind: 'status', ...toRoot, view: 0n, height: 0n, pulse, token })]
  }

  #takePulse({ pulse, table }: MessageOf<'pulse'>, now: number): readonly Effect[] {
    const before = this.#pulses.number
    const rows = this.#pulses.take(pulse, table)
    if (rows === undefined) return []
    const effects: Effect[] = [{ kind: 'store', rows, then: [] }]
    const { number } = this.#pulses
    if (number > before) {
      const hash = pulse.certificate.body.hash
      effects.push(tell({ kind: 'pulse', pulse: number, hash }))
      if (this.#life !== undefined) effects.push(...this.#pulses.wantBetween(before, number))
      effects.push(...this.#takeTurn(now))
    }
    const life = this.#life
    if (life === undefined || life.isOver) return this.#rest(effects, now)
    const known = this.#pulses.at(pulse.header.pulseSeen)
    if (known !== undefined) effects.push(...life.pulse(known, now))
    if (number > before) effects.push(...life.reports.again(number))
    return this.#rest(life.finish(effects, now), now)
  }

  /** Whether others have our accounts by now. */
  get #isRetired(): boolean {
    const entry = entryFor(this.#pulses.newest.table, this.#seat.prefix)
    const life = this.#life
    if (entry === undefined || entry.state === entryStates.retired) return true
    const isNew = entry.state === entryStates.open
    return life !== undefined && isNew && (life.isClosed || entry.height < life.includedHeight)
  }

  /** Whether the newest pulse ends our branch's life, begins one, or asks us to open one. */
  #takeTurn(now: number): readonly Effect[] {
    const effects: Effect[] = []
    const { seat, pulses } = { seat: this.#seat, pulses: this.#pulses }
    const entry = entryFor(pulses.newest.table, seat.prefix)
    const life = this.#life
    if (life !== undefined && !life.isOver && this.#isRetired) {
      life.end()
      effects.push(reached('branch retired'), ...this.#submissions.passOn(life))
    }
    if (entry === undefined || entry.state === entryStates.retired) {
      return [...effects, ...this.#opening.pulse()]
    }
    if (life !== undefined && !life.isOver) return effects
    const beginning = this.#opening.begun(entry)
    if (beginning !== undefined) return [...effects, ...this.#begin(beginning, now)]
    this.#opening.stop()
    return [...effects, ...this.#learning.begin()]
  }

  /** A new life: consensus begins anew, and with it the journal. */
  #begin(beginning: Beginning, now: number): readonly Effect[] {
    this.#life = this.#lifeFrom(beginning)
    return [
      reached('branch opened'),
      { kind: 'rewrite', records: [], then: [] },
      { kind: 'store', rows: [beginningRow(beginning)], then: [] },
      ...this.#life.start([], now),
    ]
  }

  #handle(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (message.kind === 'fetchState') {
      return this.#life === undefined ? [] : this.#giver.give(this.#life, from, message, now)
    }
    if (message.kind === 'state') {
      const isOurs = message.header.prefix === this.#seat.prefix
      return isOurs ? this.#learn(message, now) : this.#opening.state(from, message)
    }
    if (message.kind === 'kept' || message.kind === 'copies') {
      return this.#rebuild(from, message, now)
    }
    if (message.kind === 'vote' && message.body.view === 0n) {
      return this.#opening.vote(from, message)
    }
    const life = this.#life
    if (life === undefined) return []
    if (consensus.has(message.kind)) {
      return [...this.#hearOfPulse(message), ...life.receive(from, message, now)]
    }
    return life.finish(this.#handleLiving(from, message, life, now), now)
  }

  #handleLiving(
    from: NodeName,
    message: Message,
    life: BranchLife,
    now: number,
  ): readonly Effect[] {
    switch (message.kind) {
      case 'submit':
      case 'order':
        return this.#submissions.take(from, message, life, now)
      case 'ask':
        return this.#submissions.ask(from, message, life)
      case 'mark':
        return life.reports.mark(from, message)
      case 'receipts':
        return life.isOver ? [] : life.takeImport(from, message)
      case 'taken':
        life.delivery.taken(from, message, life.ledger)
        return []
      case 'fetchReceipts':
        return life.delivery.give(from, message, this.#pulses.newest, life.ledger)
      default:
        return []
    }
  }

  /** A proposal shows a pulse that is not here yet. */
  #hearOfPulse(message: Message): readonly Effect[] {
    if (message.kind !== 'proposal') return []
    return message.pulse.flatMap(({ header }) =>
      header.pulseSeen > this.#pulses.number ? this.#pulses.want(header.pulseSeen) : [],
    )
  }

  /** Pieces of the branch, from a keeper or a member's node. */
  #rebuild(
    from: NodeName,
    message: MessageOf<'kept'> | MessageOf<'copies'>,
    now: number,
  ): readonly Effect[] {
    const ours = this.#life?.chain.finalizedHeader
    const { found, effects } = this.#learning.rebuild(from, message, ours)
    return found === undefined ? effects : [...effects, ...this.#adopt(found, now)]
  }

  #learn(message: MessageOf<'state'>, now: number): readonly Effect[] {
    const found = this.#learning.take(message, this.#life?.chain.finalizedHeader)
    return found === undefined ? [] : this.#adopt(found, now)
  }

  /** Goes on from a state that others have given. */
  #adopt({ beginning, learnt }: Found, now: number): readonly Effect[] {
    const stored: Effect = { kind: 'store', rows: [learntRow(learnt)], then: [] }
    const before = this.#life
    const isSameLife = before?.ledger.header.cycle === learnt.header.cycle
    if (before !== undefined && isSameLife && beginning.certificate !== undefined) {
      return [stored, ...before.adopt(beginning, now)]
    }
    const life = this.#lifeFrom(beginning)
    this.#life = life
    if (beginning.certificate === undefined) {
      // All have forgotten what they voted: the rebuilt block is what they have in common.
      const { cycle, view } = learnt.header
      const records = [encode(recordLayout, { kind: 'floor', cycle, view })]
      return [{ kind: 'rewrite', records, then: [] }, stored, ...life.start(records, now)]
    }
    if (before === undefined) {
      return [stored, ...life.start(this.#seat.post.disk.records, now)]
    }
    return [{ kind: 'rewrite', records: [], then: [] }, stored, ...life.start([], now)]
  }
}

/**
 * The post of a bookkeeper of a branch.
 * @throws CharterInvalid where the charter gives the node no seat there
 */
export async function openBranchPost(post: Post, prefix: Prefix): Promise<Role> {
  const seat = seatOf(post, prefix)
  const pulses = new KnownPulses(seat, await newestPulse(post.disk.rows))
  const snapshots = await snapshotsOf(seat)
  const beginning = await beginningOf(seat, snapshots)
  return new BranchPost(seat, pulses, snapshots, beginning)
}

/**
 * One seat of a branch (spec OL-1, D to J): dormant until its branch begins, then living through the
 * branch's blocks, and at any time able to learn the branch's state anew from others.
 */

import { levels, type Prefix, type Snapshots } from '#ledger'
import { type Effect, type NodeName, type Role, send, tell } from '../actor.js'
import type { Message, MessageOf } from '../messages.js'
import type { Post } from '../post.js'
import { type Beginning, beginningOf, learntRow, snapshotsOf } from './begin.js'
import { Learning } from './learning.js'
import { BranchLife } from './life.js'
import { KnownPulses } from './pulses.js'
import { newestPulse } from './rows.js'
import { type Seat, seatOf, toRoot } from './seat.js'
import { StateGiver } from './give-state.js'
import { Submissions } from './submissions.js'

const statusTimer = 'branch/status'
/** Milliseconds between two looks around, while something is going on and otherwise. */
const lookMillis = { busy: 2000, idle: 10_000 } as const

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
  #life: BranchLife | undefined
  #isBusy = false
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
    this.#life?.replay(now)
    const begun = this.#life?.start(this.#seat.post.disk.records, now) ?? []
    return [...begun, ...this.#look(now), ...this.#askRoot(0n)]
  }

  receive(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (message.kind === 'pulse') return this.#takePulse(message, now)
    if (message.level !== levels.branch || message.prefix !== this.#seat.prefix) return []
    const effects = this.#handle(from, message, now)
    return this.#rest(effects, now)
  }

  ring(timer: string, now: number): readonly Effect[] {
    if (timer === statusTimer) return this.#rest(this.#look(now), now)
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
      this.#pulses.isWaiting ||
      (life !== undefined &&
        (life.pool.size > 0 ||
          life.imports.size > 0 ||
          life.reports.isWaiting ||
          life.chain.isWaiting ||
          life.delivery.isOutstanding))
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
    effects.push(...this.#pulses.askAgain(), ...this.#learning.again())
    const life = this.#life
    if (life === undefined) return effects
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
    const isNew = this.#pulses.number > before
    if (isNew) effects.push(...this.#newPulse())
    const life = this.#life
    if (life === undefined) return this.#rest(effects, now)
    effects.push(...life.pulse(now, isNew))
    if (isNew) effects.push(...life.reports.again(this.#pulses.number))
    return this.#rest(life.finish(effects, now), now)
  }

  /** Whether the newest pulse ends or begins our branch's life. */
  #newPulse(): readonly Effect[] {
    const { sealed } = this.#pulses.newest
    const hash = sealed.certificate.body.hash
    const told = tell({ kind: 'pulse', pulse: this.#pulses.number, hash })
    return [told]
  }

  #handle(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (message.kind === 'fetchState') {
      return this.#life === undefined ? [] : this.#giver.give(this.#life, from, message, now)
    }
    if (message.kind === 'state') return this.#learn(message, now)
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
        return life.takeImport(from, message)
      case 'taken':
        life.delivery.taken(from, message, life.ledger)
        return []
      case 'fetchReceipts':
        return life.giveReceipts(from, message)
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

  #learn(message: MessageOf<'state'>, now: number): readonly Effect[] {
    const found = this.#learning.take(message, this.#life?.chain.finalizedHeader)
    if (found === undefined) return []
    const { beginning, learnt } = found
    const stored: Effect = { kind: 'store', rows: [learntRow(learnt)], then: [] }
    if (this.#life?.ledger.header.cycle === learnt.header.cycle) {
      return [stored, ...this.#life.adopt(beginning, now)]
    }
    const isFirst = this.#life === undefined
    this.#life = this.#lifeFrom(beginning)
    if (isFirst) return [stored, ...this.#life.start(this.#seat.post.disk.records, now)]
    return [{ kind: 'rewrite', records: [], then: [] }, stored, ...this.#life.start([], now)]
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

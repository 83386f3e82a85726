/**
 * A committee that rehearses in one process: a network that loses, repeats and reorders, disks that
 * lose what was not yet durable, and one clock. The same seed gives the same run.
 */
import { toHex } from '#base'
import { headerHash, votes } from '#ledger'
import type { Effect } from '../actor.js'
import type { Message, SealedBlock } from '../messages.js'
import type { Simplex } from './simplex.js'

import { Counting, engineOf, itemsOf, keyOfSeat, randomOf } from './counting.contract.js'
/** One member: its disk outlives it. */
interface Seat {
  readonly name: string
  engine?: Simplex
  application?: Counting
  /** differs with every start: what was on its way for an earlier one is dropped */
  life: number
  journal: Uint8Array[]
  readonly rows: Map<bigint, SealedBlock>
  readonly timers: Map<string, number>
  lastDurable: number
}

export interface Trouble {
  /** shares of messages that get lost, and that come twice */
  loss: number
  twice: number
  mostDelay: number
}

const calm: Trouble = { loss: 0, twice: 0, mostDelay: 10 }

export class Rehearsal {
  now = 0
  trouble: Trouble = calm
  readonly seats: Seat[]
  readonly notices: { seat: number; kind: string; what: string }[] = []
  /** a message that is on its way; true: it gets lost */
  stops: (from: number, to: number, message: Message) => boolean = () => false
  /** votes that were seen on the network, by seat, view and kind */
  readonly #cast = new Map<string, string>()
  readonly #queue: { at: number; order: number; run: () => void }[] = []
  readonly #random: () => number
  #order = 0

  /** @param hostile seats that no engine sits on: `say` speaks for them */
  constructor(
    readonly size: number,
    seed: number,
    readonly hostile: ReadonlySet<number> = new Set(),
  ) {
    this.#random = randomOf(seed)
    this.seats = Array.from({ length: size }, (_, seat) => ({
      name: keyOfSeat(seat).id,
      life: 0,
      journal: [],
      rows: new Map(),
      timers: new Map(),
      lastDurable: 0,
    }))
  }

  get honest(): number[] {
    return this.seats.flatMap((_, seat) => (this.hostile.has(seat) ? [] : [seat]))
  }

  at(delay: number, run: () => void): void {
    this.#queue.push({ at: this.now + delay, order: this.#order++, run })
  }

  start(seat: number, isDamaged = false): void {
    const member = this.seats[seat]
    if (member.engine !== undefined) return
    member.life++
    member.application = new Counting(member.rows)
    for (const item of this.#items) member.application.pending.add(item)
    const nonce = BigInt(member.life)
    member.engine = engineOf(this.size, seat, member.application, nonce)
    this.#obey(seat, member.engine.start([...member.journal], this.now, isDamaged))
  }

  startAll(): void {
    for (const seat of this.honest) this.start(seat)
  }

  /** What is not durable yet is lost. */
  crash(seat: number): void {
    const member = this.seats[seat]
    member.life++
    member.engine = undefined
    member.timers.clear()
    member.lastDurable = this.now
  }

  /** Takes away the newest records of a disk that is not in use, as if they had never been. */
  loseRecords(seat: number, count: number): void {
    const { journal } = this.seats[seat]
    journal.splice(Math.max(0, journal.length - count))
  }

  readonly #items: bigint[] = []

  /** Tells every node of a number. */
  order(item: bigint): void {
    this.#items.push(item)
    for (const seat of this.honest) {
      this.seats[seat].application?.pending.add(item)
      this.poke(seat)
    }
  }

  poke(seat: number): void {
    const { engine } = this.seats[seat]
    if (engine !== undefined) this.#obey(seat, engine.poke(this.now))
  }

  /** Runs until this time, or until there is nothing left to do. */
  runUntil(time: number): void {
    for (;;) {
      let next = 0
      for (let i = 1; i < this.#queue.length; i++) {
        const [a, b] = [this.#queue[i], this.#queue[next]]
        if (a.at < b.at || (a.at === b.at && a.order < b.order)) next = i
      }
      if (this.#queue.length === 0 || this.#queue[next].at > time) break
      const [event] = this.#queue.splice(next, 1)
      this.now = event.at
      event.run()
    }
    this.now = time
  }

  /** Lets a seat say something, whether or not an engine sits on it. */
  say(from: number, to: number, message: Message): void {
    this.#watch(from, message)
    if (this.#random() < this.trouble.loss || this.stops(from, to, message)) return
    const copies = this.#random() < this.trouble.twice ? 2 : 1
    for (let i = 0; i < copies; i++) {
      const delay = 1 + this.#random() * this.trouble.mostDelay
      this.at(delay, () => {
        const { engine } = this.seats[to]
        if (engine === undefined) return
        this.#obey(to, engine.receive(this.seats[from].name, message, this.now))
      })
    }
  }

  /** No honest member ever contradicts itself, whatever happens to its disk. */
  #watch(from: number, message: Message): void {
    if (this.hostile.has(from)) return
    if (message.kind !== 'vote' && message.kind !== 'proposal') return
    if (message.kind === 'vote' && message.seat !== from) return
    const [kind, view, hash] =
      message.kind === 'vote'
        ? [message.body.kind, message.body.view, toHex(message.body.hash)]
        : [votes.notarize, message.block.header.view, toHex(headerHash(message.block.header))]
    const key = `${from}/${view}/${kind}`
    const before = this.#cast.get(key)
    if (before !== undefined && before !== hash) throw new RangeError(`two votes: ${key}`)
    this.#cast.set(key, hash)
    const isBoth =
      this.#cast.has(`${from}/${view}/${votes.skip}`) &&
      this.#cast.has(`${from}/${view}/${votes.finalize}`)
    if (isBoth) throw new RangeError(`skip and finalize: ${key}`)
  }

  #obey(seat: number, effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(seat, effect)
  }

  #carryOut(seat: number, effect: Effect): void {
    const member = this.seats[seat]
    const { life } = member
    if (effect.kind === 'send') {
      const to = this.seats.findIndex(({ name }) => name === effect.to)
      this.say(seat, to, effect.message)
    } else if (effect.kind === 'timer') {
      const token = this.#order++
      member.timers.set(effect.name, token)
      this.at(effect.afterMillis, () => {
        if (member.life !== life || member.timers.get(effect.name) !== token) return
        member.timers.delete(effect.name)
        if (member.engine) this.#obey(seat, member.engine.ring(effect.name, this.now))
      })
    } else if (effect.kind === 'cancel') {
      member.timers.delete(effect.name)
    } else if (effect.kind === 'append' || effect.kind === 'rewrite') {
      const at = Math.max(member.lastDurable, this.now) + this.#random() * 2
      member.lastDurable = at
      this.at(at - this.now, () => {
        if (member.life !== life) return
        if (effect.kind === 'append') member.journal.push(effect.record)
        else member.journal = [...effect.records]
        this.#obey(seat, effect.then)
      })
    } else if (effect.kind === 'tell') {
      const { notice } = effect
      const what = 'mark' in notice ? notice.mark : 'what' in notice ? notice.what : ''
      this.notices.push({ seat, kind: notice.kind, what })
    }
  }

  /** Every two members agree on every height; numbers stand in the chain once. */
  checkAgreement(): void {
    const agreed = new Map<bigint, string>()
    for (const seat of this.honest) {
      const seen = new Set<bigint>()
      for (const [height, { block }] of this.seats[seat].rows) {
        const hash = toHex(headerHash(block.header))
        const before = agreed.get(height)
        if (before !== undefined && before !== hash) throw new RangeError(`fork at ${height}`)
        agreed.set(height, hash)
        for (const item of itemsOf(block)) {
          if (seen.has(item)) throw new RangeError(`${item} stands twice`)
          seen.add(item)
        }
      }
    }
  }

  heights(): bigint[] {
    return this.honest.map((seat) => this.seats[seat].engine?.height ?? -1n)
  }

  /** Whether everybody has made all of it final. */
  isDone(): boolean {
    return this.honest.every((seat) => {
      const { application } = this.seats[seat]
      return this.#items.every((item) => application?.done.has(item) === true)
    })
  }
}

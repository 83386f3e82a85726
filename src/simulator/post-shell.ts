/** One post of one simulated node: calls its role, carries out its effects, keeps its disk. */
import type { Effect, Message, Role } from '#bookkeeper'
import type { Signatures } from '#identity'
import type { Row } from '#ledger'
import type { NodeView, Place } from './checker.js'
import type { Ground } from './ground.js'
import { Lane } from './lane.js'
import { SimDisk } from './sim-disk.js'

/** What a post needs of its node. */
export interface PostHome {
  readonly view: NodeView
  /** plans something that is dropped when the node goes down, and put off while it is paused */
  later(millis: number, run: () => void): void
  /** milliseconds of the node's clock, and true ones for a span of it */
  clock(): number
  trueSpan(millis: number): number
  /** how many times slower than usual the disk is */
  slowness(): number
  /** an fsync begins: the node may be about to crash in it */
  syncing(): void
  /** whether there is room for more; where not, the node goes down */
  hasRoom(): boolean
}

export class PostShell {
  readonly place: Place
  readonly disk: SimDisk
  readonly #ground: Ground
  readonly #home: PostHome
  /** by name, what tells a timer from one that it took the place of */
  readonly #timers = new Map<string, object>()
  #journalLane: Lane
  #rowLane: Lane
  /** batches on their way to the disk, oldest first */
  #batches: (readonly Row[])[] = []
  role: Role | undefined

  constructor(ground: Ground, home: PostHome, place: Place) {
    this.#ground = ground
    this.#home = home
    this.place = place
    this.disk = new SimDisk()
    this.#journalLane = this.#lane((count) => this.disk.syncJournal(count))
    this.#rowLane = this.#rows()
  }

  #lane(durable: (count: number) => void): Lane {
    return new Lane({
      latency: () =>
        this.#home.slowness() * this.#ground.diskDice.lognormal(this.#ground.fsync, 0.6),
      later: (millis, run) => this.#home.later(millis, run),
      begins: () => this.#home.syncing(),
      durable,
    })
  }

  #rows(): Lane {
    return this.#lane((count) => {
      this.disk.syncRows(count)
      const { view } = this.#home
      for (const rows of this.#batches.splice(0, count)) {
        this.#ground.stored(view, this.place, rows)
      }
    })
  }

  /** Whether every write is on stable storage. */
  get isSynced(): boolean {
    return this.#journalLane.isIdle && this.#rowLane.isIdle
  }

  /** Opens the role on what the disk holds. @param nonce of this start */
  async open(nonce: bigint): Promise<void> {
    const { view } = this.#home
    const ground = this.#ground
    const disk = this.disk.open()
    if (disk.isDamaged === true) ground.damaged(view, this.place)
    const post = {
      ...ground.postOf(view, this.place),
      disk,
      nonce,
      signatures: {
        sign: (...args: Parameters<Signatures['sign']>) => ground.sign(view, ...args),
        verify: ground.verify,
      },
    }
    this.role = await ground.tripwire.guardAsync(() => ground.open(view, this.place, post))
  }

  /** What was only in memory is gone; the disk takes the blow. */
  crash(): void {
    this.role = undefined
    this.#timers.clear()
    this.#batches = []
    this.#journalLane = this.#lane((count) => this.disk.syncJournal(count))
    this.#rowLane = this.#rows()
    this.disk.crash(this.#ground.diskDice)
  }

  start(): void {
    this.#call((role) => role.start(this.#home.clock()))
  }

  receive(from: string, message: Message): void {
    this.#call((role) => role.receive(from, message, this.#home.clock()))
  }

  #call(call: (role: Role) => readonly Effect[]): void {
    const { role } = this
    if (role === undefined) return
    let effects: readonly Effect[]
    try {
      effects = this.#ground.tripwire.guard(() => call(role))
    } catch (error) {
      this.#ground.threw(this.#home.view, this.place, error)
      return
    }
    this.#carryOut(effects)
  }

  /** Effects in their order. A full disk ends it: the node goes down. */
  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.role === undefined) return
      this.#carryOne(effect)
    }
  }

  #carryOne(effect: Effect): void {
    const { view } = this.#home
    switch (effect.kind) {
      case 'send':
        return this.#ground.send(view, this.place, effect.to, effect.message)
      case 'tell':
        return this.#ground.told(view, this.place, effect.notice)
      case 'timer':
        return this.#set(effect.name, effect.afterMillis)
      case 'cancel':
        this.#timers.delete(effect.name)
        return
      case 'append':
        if (!this.#home.hasRoom()) return
        this.disk.append(effect.record)
        return this.#journalLane.wrote(() => this.#carryOut(effect.then))
      case 'rewrite':
        if (!this.#home.hasRoom()) return
        this.disk.rewrite(effect.records)
        return this.#journalLane.wrote(() => this.#carryOut(effect.then))
      case 'store':
        if (!this.#home.hasRoom()) return
        this.disk.store(effect.rows)
        this.#batches.push(effect.rows)
        return this.#rowLane.wrote(() => this.#carryOut(effect.then))
    }
  }

  #set(name: string, afterMillis: number): void {
    const token = {}
    this.#timers.set(name, token)
    this.#home.later(this.#home.trueSpan(Math.max(0, afterMillis)), () => {
      if (this.#timers.get(name) !== token) return
      this.#timers.delete(name)
      this.#call((role) => role.ring(name, this.#home.clock()))
    })
  }
}

/**
 * Nodes of an organization in one process, on a clock of its own. What some of them cost is
 * measured: their CPU while they take messages and timers, and their bytes on the wire.
 * Everybody signs for real; those that are not measured believe all signatures, to save time.
 */
import { compare, toHex } from '#base'
import {
  decodeMessage,
  type Effect,
  encodeMessage,
  type Message,
  type NodeName,
  type Post,
  type Role,
} from '#bookkeeper'
import { type Key, type Signatures, signatures } from '#identity'
import type { Row } from '#ledger'
import type { Genesis } from '#organization'
import type { Entry, ScanRange } from '#world'

/** Between two nodes, milliseconds. */
const linkMillis = 20

export interface Cost {
  cpuMillis: number
  bytesIn: number
  bytesOut: number
}

class MemoryRows {
  readonly #rows = new Map<string, Entry>()

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(toHex(key))?.[1]
  }
  async *scan({ from, to, reverse, limit }: ScanRange): AsyncIterableIterator<Entry> {
    const entries = [...this.#rows.values()].sort(([a], [b]) => compare(a, b))
    if (reverse === true) entries.reverse()
    let left = limit ?? Infinity
    for (const entry of entries) {
      const isAfter = from === undefined || compare(entry[0], from) >= 0
      if (!isAfter || (to !== undefined && compare(entry[0], to) >= 0)) continue
      if (left-- <= 0) return
      yield entry
    }
  }
  write(rows: readonly Row[]): void {
    for (const { key, value } of rows) {
      if (value === undefined) this.#rows.delete(toHex(key))
      else this.#rows.set(toHex(key), [key, value])
    }
  }
}

interface Actor {
  readonly name: NodeName
  readonly role: Role
  readonly rows: MemoryRows
  readonly timers: Map<string, number>
  readonly cost: Cost | undefined
}

export class Stage {
  now = 1_000_000
  readonly #genesis: Genesis
  readonly #actors = new Map<NodeName, Actor[]>()
  readonly #events = new Map<number, (() => void)[]>()
  readonly #bytes = new WeakMap<Message, Uint8Array>()
  readonly #real = signatures()
  readonly #trusting: Signatures = { sign: this.#real.sign, verify: () => true }

  constructor(genesis: Genesis) {
    this.#genesis = genesis
  }

  /** Opens a post. @param isMeasured whether its cost is counted; then `cost` begins at nothing */
  async open(
    key: Key,
    maker: (post: Post) => Promise<Role>,
    isMeasured = false,
  ): Promise<Cost | undefined> {
    const rows = new MemoryRows()
    const cost = isMeasured ? { cpuMillis: 0, bytesIn: 0, bytesOut: 0 } : undefined
    const role = await maker({
      genesis: this.#genesis,
      key,
      signatures: isMeasured ? this.#real : this.#trusting,
      disk: { records: [], rows },
      nonce: BigInt(this.#actors.size + 1),
      branchSecret: () => new Uint8Array(32).fill(7),
      members: () => [],
    })
    const actor = { name: key.id, role, rows, timers: new Map<string, number>(), cost }
    this.#actors.set(key.id, [...(this.#actors.get(key.id) ?? []), actor])
    this.#step(actor, () => role.start(this.now))
    return cost
  }

  #later(afterMillis: number, run: () => void): void {
    const at = this.now + Math.max(0, Math.ceil(afterMillis))
    const due = this.#events.get(at)
    if (due === undefined) this.#events.set(at, [run])
    else due.push(run)
  }

  /** Lets so much time pass. */
  run(millis: number): void {
    const until = this.now + millis
    while (this.now <= until) {
      for (let due = this.#events.get(this.now); due !== undefined;) {
        this.#events.delete(this.now)
        for (const run of due) run()
        due = this.#events.get(this.now)
      }
      if (this.now === until) return
      this.now++
    }
  }

  /** What somebody outside sends to a node. */
  bring(from: NodeName, to: NodeName, message: Message): void {
    this.#later(linkMillis, () => this.#deliver(from, to, message))
  }

  #encoded(message: Message): Uint8Array {
    let bytes = this.#bytes.get(message)
    if (bytes === undefined) this.#bytes.set(message, (bytes = encodeMessage(message)))
    return bytes
  }

  #deliver(from: NodeName, to: NodeName, message: Message): void {
    for (const actor of this.#actors.get(to) ?? []) {
      const { cost, role } = actor
      if (cost === undefined) {
        this.#step(actor, () => role.receive(from, message, this.now))
        continue
      }
      const bytes = this.#encoded(message)
      cost.bytesIn += bytes.length
      this.#step(actor, () => role.receive(from, decodeMessage(bytes), this.now))
    }
  }

  /** Lets a role take an event, and carries out what it asks for. */
  #step(actor: Actor, event: () => readonly Effect[]): void {
    const { cost } = actor
    const before = cost && process.cpuUsage()
    const effects = event()
    const sent = cost === undefined ? [] : sendsOf(effects)
    for (const { message } of sent) {
      const bytes = this.#encoded(message)
      if (cost !== undefined) cost.bytesOut += bytes.length
    }
    if (cost !== undefined) {
      const { user, system } = process.cpuUsage(before)
      cost.cpuMillis += (user + system) / 1000
    }
    this.#carryOut(actor, effects)
  }

  #carryOut(actor: Actor, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        if (this.#actors.has(effect.to)) this.bring(actor.name, effect.to, effect.message)
      } else if (effect.kind === 'cancel') actor.timers.delete(effect.name)
      else if (effect.kind === 'timer') this.#timer(actor, effect.name, effect.afterMillis)
      else if (effect.kind !== 'tell') {
        if (effect.kind === 'store') actor.rows.write(effect.rows)
        this.#later(1, () => this.#carryOut(actor, effect.then))
      }
    }
  }

  #timer(actor: Actor, name: string, afterMillis: number): void {
    const at = this.now + Math.max(1, Math.ceil(afterMillis))
    actor.timers.set(name, at)
    this.#later(at - this.now, () => {
      if (actor.timers.get(name) !== at) return
      actor.timers.delete(name)
      this.#step(actor, () => actor.role.ring(name, this.now))
    })
  }
}

type Send = Extract<Effect, { kind: 'send' }>

/** All sends, those after a write included. */
const sendsOf = (effects: readonly Effect[]): readonly Send[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' ? [effect] : 'then' in effect ? sendsOf(effect.then) : [],
  )

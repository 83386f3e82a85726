/** Members of the root in one process, over a small network with one clock. */
import { compare } from '#base'
import { levels, type Row, type Table, toPrefix, wholeTree } from '#ledger'
import type { Genesis } from '#organization'
import type { Entry, ScanRange } from '#world'
import type { Effect, NodeName, Notice, Role } from '../actor.js'
import type { Message, MessageOf, Report } from '../messages.js'
import { openRootPost } from './root-post.js'
import { cheapSignatures, committeeKeys, rootKeys, Sketch } from './sketch.contract.js'

interface Event {
  readonly at: number
  readonly run: () => void
}

/** One member with its disk. */
class Member {
  readonly rows = new Map<string, Uint8Array>()
  records: Uint8Array[] = []
  role: Role | undefined
  life = 0
  readonly timers = new Map<string, number>()
  readonly notices: Notice[] = []

  read() {
    const { rows } = this
    const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
    return {
      get: (key: Uint8Array) => rows.get(nameOf(key)),
      async *scan({ from, to }: ScanRange): AsyncIterableIterator<Entry> {
        const all = [...rows].map(([key, value]): Entry => [bytesOf(key), value])
        all.sort(([a], [b]) => compare(a, b))
        for (const [key, value] of all) {
          const isAfter = from === undefined || compare(key, from) >= 0
          if (isAfter && (to === undefined || compare(key, to) < 0)) yield [key, value]
        }
      },
    }
  }
}

const nameOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** A message on its way; what is not let through is lost. */
export type Gate = (from: NodeName, to: NodeName, message: Message) => boolean

export class Council {
  now = 1000
  readonly members: Member[]
  /** to nodes outside of the root */
  readonly outbox: { readonly to: NodeName; readonly message: Message }[] = []
  gate: Gate = () => true
  readonly #events: Event[] = []

  private constructor(readonly genesis: Genesis) {
    this.members = genesis.seating.root.members.map(() => new Member())
  }

  static async of(genesis: Genesis): Promise<Council> {
    const council = new Council(genesis)
    for (let seat = 0; seat < council.members.length; seat++) await council.start(seat)
    return council
  }

  /** Starts a member, or starts it again with what its disk has. */
  async start(seat: number): Promise<void> {
    const member = this.members[seat]
    member.life++
    member.timers.clear()
    member.role = await openRootPost({
      genesis: this.genesis,
      key: rootKeys[seat],
      signatures: cheapSignatures,
      disk: { records: [...member.records], rows: member.read() },
      nonce: BigInt(seat * 1000 + member.life),
      branchSecret: () => undefined,
      members: () => [],
    })
    this.#apply(seat, member.role.start(this.now))
  }

  stop(seat: number): void {
    this.members[seat].life++
    this.members[seat].role = undefined
  }

  #later(afterMillis: number, run: () => void): void {
    this.#events.push({ at: this.now + afterMillis, run })
  }

  /** Runs what happens within so many milliseconds. */
  run(millis: number): void {
    const until = this.now + millis
    for (;;) {
      let next = -1
      this.#events.forEach(({ at }, i) => {
        if (at <= until && (next < 0 || at < this.#events[next].at)) next = i
      })
      if (next < 0) break
      const [event] = this.#events.splice(next, 1)
      this.now = Math.max(this.now, event.at)
      event.run()
    }
    this.now = until
  }

  deliver(from: NodeName, seat: number, message: Message): void {
    const { role } = this.members[seat]
    if (role !== undefined) this.#apply(seat, role.receive(from, message, this.now))
  }

  #apply(seat: number, effects: readonly Effect[]): void {
    const member = this.members[seat]
    const { life } = member
    const then = (afterMillis: number, run: () => void): void =>
      this.#later(afterMillis, () => {
        if (member.life === life) run()
      })
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(seat, effect.to, effect.message)
      else if (effect.kind === 'tell') member.notices.push(effect.notice)
      else if (effect.kind === 'cancel') member.timers.delete(effect.name)
      else if (effect.kind === 'timer') this.#timer(seat, effect, then)
      else {
        then(1, () => {
          if (effect.kind === 'append') member.records.push(effect.record)
          else if (effect.kind === 'rewrite') member.records = [...effect.records]
          this.#apply(seat, effect.then)
        })
        if (effect.kind === 'store') this.#store(member, effect.rows)
      }
    }
  }

  #store(member: Member, rows: readonly Row[]): void {
    for (const { key, value } of rows) {
      if (value === undefined) member.rows.delete(nameOf(key))
      else member.rows.set(nameOf(key), value)
    }
  }

  #timer(
    seat: number,
    { name, afterMillis }: Extract<Effect, { kind: 'timer' }>,
    then: (afterMillis: number, run: () => void) => void,
  ): void {
    const { timers, role } = this.members[seat]
    const at = this.now + afterMillis
    timers.set(name, at)
    then(afterMillis, () => {
      if (timers.get(name) !== at) return
      timers.delete(name)
      if (role !== undefined) this.#apply(seat, role.ring(name, this.now))
    })
  }

  #send(seat: number, to: NodeName, message: Message): void {
    const from = rootKeys[seat].id
    if (!this.gate(from, to, message)) return
    const receiver = rootKeys.findIndex(({ id }) => id === to)
    if (receiver < 0) this.outbox.push({ to, message })
    else this.#later(5, () => this.deliver(from, receiver, message))
  }

  /** A bookkeeper of a branch reports to these members of the root, all by default. */
  report(report: Report, seats?: readonly number[], by = 0): void {
    const last = report.headers[report.headers.length - 1]
    const from = committeeKeys(last.prefix)[by].id
    const message: Message = { kind: 'report', level: levels.root, prefix: wholeTree, report }
    for (const seat of seats ?? this.members.map((_, i) => i)) {
      this.#later(5, () => this.deliver(from, seat, message))
    }
  }

  /** Pulses that were told to nodes outside, newest last. */
  get pulses(): MessageOf<'pulse'>[] {
    const found = new Map<string, MessageOf<'pulse'>>()
    for (const { message } of this.outbox) {
      if (message.kind === 'pulse') found.set(`${message.pulse.header.pulseSeen}`, message)
    }
    return [...found.values()].sort((a, b) =>
      a.pulse.header.pulseSeen < b.pulse.header.pulseSeen ? -1 : 1,
    )
  }
  get table(): Table {
    return this.pulses.at(-1)?.table ?? this.genesis.table
  }
  get pulse(): bigint {
    return this.pulses.at(-1)?.pulse.header.pulseSeen ?? 0n
  }
  entry(prefix: string) {
    return this.table.find((entry) => entry.prefix === prefix)
  }
  /** What was told as evidence, by any member. */
  get evidence(): string[] {
    return this.members.flatMap(({ notices }) =>
      notices.flatMap((notice) => (notice.kind === 'evidence' ? [notice.what] : [])),
    )
  }
  reached(mark: string): boolean {
    return this.members.some(({ notices }) =>
      notices.some((notice) => notice.kind === 'reached' && notice.mark === mark),
    )
  }

  /** The branches of the beginning. */
  sketch(prefix: string): Sketch {
    const header = this.genesis.headers.get(toPrefix(prefix))
    if (header === undefined) throw new RangeError(`no branch "${prefix}" at the beginning`)
    return new Sketch(header)
  }
}

/**
 * Four members of the root in one process, over a small network with one clock, and branches that
 * are sketched: headers that follow the rules, certified and marked, without any accounts behind.
 */
import { compare, concat, encode, equal, fromText, keyId, sha256 } from '#base'
import type { Key, Signatures } from '#identity'
import {
  type Account,
  type Channel,
  emptyChannel,
  forms,
  type Header,
  headerHash,
  levels,
  type Prefix,
  quorum,
  type Row,
  type Table,
  toPrefix,
  voteBodyLayout,
  votes,
  wholeTree,
} from '#ledger'
import { type Charter, type Genesis, genesisOf, seatingOf, usualRules } from '#organization'
import type { Entry, ScanRange } from '#world'
import type { Effect, NodeName, Notice, Role } from '../actor.js'
import { ChannelBook } from '../branch/channels.js'
import { openingPrev } from '../branch/opening.js'
import { markBodyLayout, type Message, type MessageOf, type Report } from '../messages.js'
import { openRootPost } from './root-post.js'

/** Signs by hashing: enough among those who do not forge. */
export const cheapSignatures: Signatures = {
  sign: ({ publicKey }, domain, body) => {
    const half = sha256(concat(publicKey, fromText(domain), body))
    return concat(half, half)
  },
  verify: (publicKey, domain, body, signature) =>
    equal(signature.subarray(0, 32), sha256(concat(publicKey, fromText(domain), body))),
}

export const keyNamed = (name: string): Key => {
  const publicKey = sha256(fromText(name))
  return { id: keyId(publicKey), publicKey, seed: publicKey }
}
const keysNamed = (name: string, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => keyNamed(`${name} ${i}`))

const keeperCount = 3
export const rootKeys = keysNamed('root', 4)
export const committeeKeys = (prefix: string): Key[] => keysNamed(`branch ${prefix}`, 4)
export const keeperKeys = (prefix: string): Key[] => keysNamed(`keeper ${prefix}`, keeperCount)
const publicKeys = (keys: readonly Key[]): Uint8Array[] => keys.map(({ publicKey }) => publicKey)

export const branchNames = ['', '0', '1', '00', '01', '10', '11']
export const supply = 1000n
const org = new Uint8Array(20).fill(7)

/** An account of 250 in each quarter of the tree. */
const accounts = [0, 64, 128, 192].map((first): Account => ({
  id: Uint8Array.of(first, ...new Uint8Array(19)),
  amount: 250n,
  pulse: 0n,
  cold: {
    blind: new Uint8Array(16),
    publicKey: keyNamed(`owner ${first}`).publicKey,
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  },
}))

export function genesisWith(
  rules: Partial<Charter['rules']> = {},
  branches: readonly string[] = ['0', '1'],
  members = 4,
  names: readonly string[] = branchNames,
): Genesis {
  const charter: Charter = {
    org,
    orgKey: keyNamed('org').publicKey,
    name: fromText('council'),
    supply,
    treasury: keyNamed('treasury').publicKey,
    supervisors: [],
    rules: { ...usualRules, ...rules },
    root: publicKeys(rootKeys.slice(0, members)),
    seats: names.map((name) => ({
      prefix: toPrefix(name),
      committee: publicKeys(committeeKeys(name)),
      keepers: publicKeys(keeperKeys(name)),
    })),
    branches: branches.map(toPrefix),
  }
  return genesisOf(seatingOf(charter), accounts)
}

/** What a branch's next block does. */
export interface Change {
  /** by destination */
  readonly out?: Readonly<Record<string, bigint>>
  readonly taken?: bigint
  readonly debit?: bigint
  readonly pulseSeen?: bigint
  readonly form?: number
  readonly count?: number
  /** written over the header at last */
  readonly wrong?: Partial<Header>
}

/** A branch without accounts. */
export class Sketch {
  header: Header
  book: ChannelBook
  /** since the last report */
  headers: Header[] = []
  #reported: ChannelBook

  constructor(header: Header, book = ChannelBook.of([])) {
    this.header = header
    this.book = book
    this.#reported = book
  }

  get prefix(): Prefix {
    return this.header.prefix
  }

  copy(): Sketch {
    const copy = new Sketch(this.header, this.book)
    copy.headers = [...this.headers]
    copy.#reported = this.#reported
    return copy
  }

  step(change: Change = {}): this {
    const { header, prefix } = this
    const { out = {}, taken = 0n, debit = 0n } = change
    const sent = Object.entries(out).map(([to, amount]): Channel => {
      const old = this.book.get(prefix, toPrefix(to)) ?? emptyChannel(prefix, toPrefix(to))
      const head = sha256(concat(old.head, fromText(`${amount}`)))
      const sequence = old.sequence + 1n
      return { ...old, sequence, cumulative: old.cumulative + amount, head }
    })
    this.book = this.book.with(sent)
    const left = Object.values(out).reduce((sum, amount) => sum + amount, 0n)
    const height = header.height + 1n
    this.header = {
      ...header,
      form: change.form ?? forms.block,
      height,
      view: header.view + 1n,
      pulseSeen: change.pulseSeen ?? header.pulseSeen,
      prev: headerHash(header),
      stateRoot: sha256(fromText(`${prefix} ${height} ${left} ${taken}`)),
      total: header.total + taken - left,
      count: change.count ?? header.count,
      cumDebit: header.cumDebit + debit + left,
      cumOut: header.cumOut + left,
      cumIn: header.cumIn + taken,
      channelRoot: this.book.root,
      dataRoot: sha256(fromText(`data of ${prefix} ${height}`)),
      ...change.wrong,
    }
    this.headers.push(this.header)
    return this
  }

  /** All since the table has taken the last report, or since `included` was called. */
  report(): Report {
    const old = this.#reported
    const channels = this.book.list.filter(
      ({ source, destination, sequence }) => old.get(source, destination).sequence !== sequence,
    )
    return reportOf(this.headers, channels)
  }

  /** The table has the newest header. */
  included(): this {
    this.headers = []
    this.#reported = this.book
    return this
  }
}

/** Finalized by three of the committee, marked by two keepers. */
export function reportOf(headers: readonly Header[], channels: readonly Channel[]): Report {
  const header = headers[headers.length - 1]
  const { prefix } = header
  const hash = headerHash(header)
  const body = {
    org,
    level: levels.branch,
    prefix,
    cycle: header.cycle,
    kind: votes.finalize,
    view: header.view,
    hash,
  }
  const signed = encode(voteBodyLayout, body)
  const { height, dataRoot } = header
  const marked = encode(markBodyLayout, { org, prefix, height, headerHash: hash, dataRoot })
  return {
    headers,
    certificate: {
      body,
      signers: committeeKeys(prefix)
        .slice(0, quorum(4))
        .map((key, seat) => ({
          seat,
          signature: cheapSignatures.sign(key, 'leither/ledger/vote/1', signed),
        })),
    },
    marks: keeperKeys(prefix)
      .slice(0, 2)
      .map((key, keeper) => ({
        keeper,
        signature: cheapSignatures.sign(key, 'leither/ledger/mark/1', marked),
      })),
    channels,
  }
}

/** The opening of a branch in place of closed ones. */
export function openingOf(
  prefix: string,
  closing: readonly Header[],
  sums: { readonly total: bigint; readonly count: number },
  wrong: Partial<Header> = {},
): Header {
  const seats = seatingOf(genesisWith().seating.charter).committee(toPrefix(prefix))
  const committee = seats?.hash ?? new Uint8Array(32)
  return {
    ...closing[0],
    form: forms.opening,
    prefix: toPrefix(prefix),
    cycle: Math.max(...closing.map(({ cycle }) => cycle)) + 1,
    ...{ height: 0n, view: 0n, cumDebit: 0n, cumOut: 0n, cumIn: 0n, outboxSize: 0n },
    channelRoot: new Uint8Array(32),
    prev: openingPrev(closing),
    total: sums.total,
    count: sums.count,
    committee,
    nextCommittee: committee,
    ...wrong,
  }
}

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

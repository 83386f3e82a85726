/**
 * Receipts on their way to other branches (spec OL-1, E and F): pushed with their proof after every
 * pulse, to another member each time, until enough of the destination say that they are taken.
 */
import { type Channel, type Import, isLive, type Prefix, related, type Table } from '#ledger'
import { keyId } from '#base'
import { type Effect, type NodeName, reached, send } from '../actor.js'
import type { MessageOf } from '../messages.js'
import type { BranchLedger, KnownPulse } from './branch-ledger.js'
import { channelName } from './channels.js'
import { cursorOf } from './imports-waiting.js'
import type { Place, Taken } from './rows.js'
import { faultsOf, type Seat, toBranch } from './seat.js'

/** Receipts of one push at most. */
const mostPushed = 4096
/** Receipts of one answer at most. */
const mostGiven = 1024
/** Pulses after which what was pushed and not taken is pushed again. */
const patience = 3.5

interface Target {
  taken: bigint
  /** pushed up to here, on trust */
  pushed: bigint
  pushedAt: number
  attempt: number
  /** by member of the destination: how far it says that the channel is taken */
  readonly claims: Map<NodeName, bigint>
}

const blankTarget = (taken: bigint): Target => ({
  taken,
  pushed: taken,
  pushedAt: Number.NEGATIVE_INFINITY,
  attempt: 0,
  claims: new Map(),
})

const nameOf = (source: Prefix, destination: Prefix, by: Prefix): string =>
  `${channelName(source, destination)} ${by}`

/** Branches of a table that have accounts of this one. */
export const heirsOf = (table: Table, prefix: Prefix): readonly Prefix[] =>
  table.filter((entry) => isLive(entry) && related(entry.prefix, prefix)).map((e) => e.prefix)

/** Who waits to hear that a branch's receipts are taken: its heirs, and who is asked about it. */
const waitingFor = (table: Table, source: Prefix): readonly Prefix[] => [
  ...new Set([source, ...heirsOf(table, source)]),
]

export class Delivery {
  readonly #seat: Seat
  readonly #targets = new Map<string, Target>()
  readonly #committees = new Map<Prefix, readonly NodeName[]>()
  #isOutstanding = false

  constructor(seat: Seat, taken: readonly Taken[]) {
    this.#seat = seat
    for (const { source, destination, by, sequence } of taken) {
      this.#targets.set(nameOf(source, destination, by), blankTarget(sequence))
    }
  }

  /** Whether something is on its way. */
  get isOutstanding(): boolean {
    return this.#isOutstanding
  }

  /** For the checkpoint. */
  get state(): readonly Taken[] {
    return [...this.#targets].map(([name, { taken }]) => {
      const [source, destination, by] = name.split(' ') as Prefix[]
      return { source, destination, by, sequence: taken }
    })
  }

  #members(prefix: Prefix): readonly NodeName[] {
    let members = this.#committees.get(prefix)
    if (members === undefined) {
      const { seating } = this.#seat.post.genesis
      members = (seating.committee(prefix)?.members ?? []).map((key) => keyId(key))
      this.#committees.set(prefix, members)
    }
    return members
  }
  /** Whether the node has a seat in a branch that is related to this one. */
  isMemberNear(name: NodeName, prefix: Prefix): boolean {
    const { seats } = this.#seat.post.genesis.seating.charter
    return seats.some((s) => related(s.prefix, prefix) && this.#members(s.prefix).includes(name))
  }

  /** A branch that takes the place of another has taken what that one had. */
  #target(ledger: BranchLedger, channel: Channel, by: Prefix): Target {
    const name = nameOf(channel.source, channel.destination, by)
    let target = this.#targets.get(name)
    if (target === undefined) {
      target = blankTarget(ledger.deliveredTo(channel))
      this.#targets.set(name, target)
    }
    return target
  }

  /** Channels that somebody waits for: our own and those of branches before us. */
  #channels(ledger: BranchLedger): readonly Channel[] {
    return [...ledger.inherited.flatMap(({ channels }) => channels), ...ledger.channels]
  }

  /**
   * What is new in a pulse, and what is late, to who must credit it.
   * @param own takes what is for this branch itself: of branches that became one
   */
  push(
    known: KnownPulse,
    ledger: BranchLedger,
    now: number,
    own: (given: Import) => void,
  ): readonly Effect[] {
    const effects: Effect[] = []
    this.#isOutstanding = false
    for (const channel of this.#channels(ledger)) {
      const heirs = heirsOf(known.table, channel.destination)
      for (const by of heirs) {
        if (by === this.#seat.prefix) this.#pushOwn(known, ledger, channel, own)
        else effects.push(...this.#pushTo(known, ledger, channel, by, now))
      }
      this.#forgetTaken(ledger, channel, heirs)
    }
    return effects
  }

  #pushTo(known: KnownPulse, ledger: BranchLedger, channel: Channel, by: Prefix, now: number) {
    const target = this.#target(ledger, channel, by)
    if (channel.sequence <= target.taken) return []
    this.#isOutstanding = true
    const isLate = now - target.pushedAt >= patience * this.#seat.rules.pulseMillis
    if (isLate && target.pushed > target.taken) {
      target.pushed = target.taken
      target.attempt++
    }
    const given = ledger.importFor(known, channel, target.pushed, mostPushed)
    if (given === undefined) return []
    target.pushed = given.receipts[given.receipts.length - 1].sequence
    target.pushedAt = now
    const members = this.#members(by)
    const to = members[(this.#seat.seat + target.attempt) % members.length]
    if (to === undefined) return []
    const mark = target.attempt > 0 ? [reached('receipts pushed again')] : []
    return [...mark, send(to, { kind: 'receipts', ...toBranch(by), import: given })]
  }

  #pushOwn(
    known: KnownPulse,
    ledger: BranchLedger,
    channel: Channel,
    own: (given: Import) => void,
  ): void {
    const target = this.#target(ledger, channel, this.#seat.prefix)
    const { sequence } = cursorOf(ledger.cursors, channel)
    if (channel.sequence <= sequence) return
    this.#isOutstanding = true
    const given = ledger.importFor(known, channel, sequence, mostPushed)
    if (given !== undefined) own(given)
    target.pushed = sequence
  }

  /** Receipts that every heir of the destination has taken are kept no longer. */
  #forgetTaken(ledger: BranchLedger, channel: Channel, heirs: readonly Prefix[]): void {
    if (heirs.length === 0) return
    const { source, destination } = channel
    const taken = heirs.map((by) => this.#target(ledger, channel, by).taken)
    const all = taken.reduce((least, one) => (one < least ? one : least))
    if (all > 0n) ledger.delivered(destination, all, source === ledger.prefix ? undefined : source)
  }

  /** A pulse has our own cursors here: what came from branches before us is taken. */
  tookOwn(cursors: readonly Channel[]): void {
    for (const cursor of cursors) {
      const own = this.#targets.get(nameOf(cursor.source, cursor.destination, this.#seat.prefix))
      if (own !== undefined) own.taken = cursor.sequence
    }
  }

  /** A member of a destination says that its branch has taken a channel so far, in a pulse. */
  taken(from: NodeName, { channel, by }: MessageOf<'taken'>, ledger: BranchLedger): boolean {
    const members = this.#members(by)
    if (!members.includes(from) || !related(by, channel.destination)) return false
    const stands = this.#channels(ledger).find(
      (own) => own.source === channel.source && own.destination === channel.destination,
    )
    if (stands === undefined || channel.sequence > stands.sequence) return false
    const target = this.#target(ledger, stands, by)
    if ((target.claims.get(from) ?? 0n) < channel.sequence) {
      target.claims.set(from, channel.sequence)
    }
    const claims = [...target.claims.values()].sort((a, b) => (a > b ? -1 : 1))
    const sure = claims[faultsOf(members.length)] ?? 0n
    if (sure <= target.taken) return false
    target.taken = sure
    if (target.pushed < sure) target.pushed = sure
    target.attempt = 0
    return true
  }

  /** Whether a receipt that left this branch has been taken, in a pulse, by who has its payee. */
  isTaken({ destination, sequence }: Place, table: Table): boolean {
    if (sequence === 0n) return true
    const source = this.#seat.prefix
    return heirsOf(table, destination).every((by) => {
      const target = this.#targets.get(nameOf(source, destination, by))
      return target !== undefined && target.taken >= sequence
    })
  }

  /** Tells the sources how far a pulse says that their channels are taken. */
  tell(
    cursors: readonly Channel[],
    before: readonly Channel[],
    { table, sealed }: KnownPulse,
  ): readonly Effect[] {
    const { seat, members, prefix } = this.#seat
    const n = members.length
    const turn = (seat + n - Number(sealed.header.pulseSeen % BigInt(n))) % n
    if (turn > faultsOf(n)) return []
    const stood = new Map(before.map((c) => [channelName(c.source, c.destination), c.sequence]))
    const moved = cursors.filter(
      (c) => c.sequence > (stood.get(channelName(c.source, c.destination)) ?? 0n),
    )
    return moved.flatMap((channel) =>
      waitingFor(table, channel.source)
        .filter((source) => source !== prefix)
        .flatMap((source) =>
          this.#members(source).map((name) => send(name, this.#told(source, channel))),
        ),
    )
  }

  #told(source: Prefix, channel: Channel): MessageOf<'taken'> {
    return { kind: 'taken', ...toBranch(source), channel, by: this.#seat.prefix }
  }

  /** Tells one node of a source that its receipts are taken. */
  answer(from: NodeName, cursor: Channel, table: Table): readonly Effect[] {
    return waitingFor(table, cursor.source)
      .filter((source) => this.#members(source).includes(from))
      .map((source) => send(from, this.#told(source, cursor)))
  }

  /** Receipts that a member of their destination asks for. */
  give(
    from: NodeName,
    { source, destination, after }: MessageOf<'fetchReceipts'>,
    known: KnownPulse,
    ledger: BranchLedger,
  ): readonly Effect[] {
    if (!this.isMemberNear(from, destination)) return []
    const given = ledger.importFor(known, { source, destination }, after, mostGiven)
    if (given === undefined) return []
    const message = { kind: 'receipts', ...toBranch(destination), import: given } as const
    return [reached('receipts fetched'), send(from, message)]
  }
}

/** The finalized pulses that this node knows: checked once, in memory and in rows. */
import { equal } from '#base'
import {
  forms,
  type Header,
  headerHash,
  isCertified,
  levels,
  listRoot,
  type Prefix,
  type Row,
  type SealedPulse,
  type Table,
  type TableEntry,
  tableEntryHash,
  votes,
  wholeTree,
} from '#ledger'
import type { Genesis } from '#organization'
import type { Signatures } from '#identity'
import { type Effect, send } from '../actor.js'
import type { KnownPulse, Pulses } from './branch-ledger.js'
import { knownPulseLayout, readRow, rowKeys, rowOf } from './rows.js'
import { type Seat, toRoot } from './seat.js'

/** Pulses that are held in memory. */
const held = 600
/** Missing pulses that are asked for at a time. */
const mostWanted = 64
/** Missing pulses that are asked for again at a time, and how often each. */
const [mostAsked, mostTimes] = [32, 2]

/** Pulse 0, which nobody had to sign. */
export const pulseZero = ({ root, table }: Genesis): KnownPulse => ({
  sealed: {
    header: root,
    certificate: {
      body: {
        org: root.org,
        level: levels.root,
        prefix: wholeTree,
        cycle: root.cycle,
        kind: votes.finalize,
        view: 0n,
        hash: headerHash(root),
      },
      signers: [],
    },
  },
  table,
})

const hasForm = ({ form, prefix }: Header): boolean => form === forms.root && prefix === wholeTree

/** Whether the root's committee has finalized this header, and this is its table. */
export function isPulse(
  { header, certificate }: SealedPulse,
  table: Table,
  { seating }: Genesis,
  signatures: Pick<Signatures, 'verify'>,
): boolean {
  const { body } = certificate
  return (
    hasForm(header) &&
    equal(header.org, seating.charter.org) &&
    equal(header.committee, seating.root.hash) &&
    equal(body.org, header.org) &&
    body.level === levels.root &&
    body.prefix === wholeTree &&
    body.cycle === header.cycle &&
    body.kind === votes.finalize &&
    equal(body.hash, headerHash(header)) &&
    equal(header.bodyRoot, listRoot(table.map(tableEntryHash))) &&
    isCertified(certificate, seating.root, signatures)
  )
}

/** A branch's entry in a table, if it has one. */
export const entryFor = (table: Table, prefix: Prefix): TableEntry | undefined =>
  table.find((entry) => entry.prefix === prefix)

export class KnownPulses implements Pulses {
  readonly #seat: Seat
  readonly #known = new Map<bigint, KnownPulse>()
  /** with how often each was asked for */
  readonly #wanted = new Map<bigint, number>()
  #newest: KnownPulse
  #attempt: number
  #version = 0

  constructor(seat: Seat, newest: KnownPulse | undefined) {
    this.#seat = seat
    const zero = pulseZero(seat.post.genesis)
    this.#known.set(0n, zero)
    this.#newest = newest ?? zero
    this.#known.set(this.number, this.#newest)
    this.#attempt = seat.seat
  }

  get newest(): KnownPulse {
    return this.#newest
  }
  /** Changes with every pulse that comes. */
  get version(): number {
    return this.#version
  }
  /** of the newest pulse */
  get number(): bigint {
    return this.#newest.sealed.header.pulseSeen
  }

  at(pulse: bigint): KnownPulse | undefined {
    const known = this.#known.get(pulse)
    if (known !== undefined || pulse > this.number) return known
    const { rows } = this.#seat.post.disk
    const read = readRow(rows, rowKeys.pulse(pulse), knownPulseLayout)
    if (read !== undefined) this.#hold(pulse, read)
    return read
  }

  #hold(pulse: bigint, known: KnownPulse): void {
    this.#known.set(pulse, known)
    if (this.#known.size <= held) return
    const [oldest] = this.#known.keys()
    this.#known.delete(oldest)
  }

  /**
   * Takes a pulse that somebody sent.
   * @returns rows that keep it; undefined where it is known already or not genuine
   */
  take(sealed: SealedPulse, table: Table): readonly Row[] | undefined {
    const { genesis, signatures } = this.#seat.post
    const pulse = sealed.header.pulseSeen
    if (pulse <= this.number && !this.#wanted.has(pulse)) return undefined
    if (!isPulse(sealed, table, genesis, signatures)) return undefined
    const known = { sealed, table }
    this.#wanted.delete(pulse)
    this.#version++
    this.#hold(pulse, known)
    if (pulse > this.number) this.#newest = known
    return [rowOf(rowKeys.pulse(pulse), knownPulseLayout, known)]
  }

  /** Asks for a pulse that a block or an import refers to. */
  want(pulse: bigint): readonly Effect[] {
    if (this.#wanted.has(pulse) || this.#wanted.size >= mostWanted) return []
    if (this.at(pulse) !== undefined) return []
    this.#wanted.set(pulse, 1)
    return [...this.#ask([pulse]), ...this.#ask([pulse])]
  }

  /** Asks for the pulses that were missed between two. */
  wantBetween(from: bigint, to: bigint): readonly Effect[] {
    const effects: Effect[] = []
    const first = to - from > BigInt(mostWanted) ? to - BigInt(mostWanted) : from + 1n
    for (let pulse = first; pulse < to; pulse++) effects.push(...this.want(pulse))
    return effects
  }

  /**
   * Whether a pulse before this one is still being asked for. Not every pulse can be had: one that
   * only its successors made final has no certificate of its own.
   */
  isMissingBefore(pulse: bigint): boolean {
    for (const wanted of this.#wanted.keys()) if (wanted < pulse) return true
    return false
  }

  /** Asks again for what has not come, another member of the root. */
  askAgain(): readonly Effect[] {
    const late: bigint[] = []
    for (const [pulse, times] of this.#wanted) {
      // What lies ahead comes with the newest pulse, or was made up by who named it.
      if (pulse > this.number || times >= mostTimes) this.#wanted.delete(pulse)
      else if (late.length < mostAsked) {
        late.push(pulse)
        this.#wanted.set(pulse, times + 1)
      }
    }
    return this.#ask(late)
  }

  get isWaiting(): boolean {
    return this.#wanted.size > 0
  }

  /** @returns questions to the next member of the root */
  #ask(pulses: readonly bigint[]): readonly Effect[] {
    const { root } = this.#seat
    const member = root[this.#attempt++ % root.length]
    return pulses.map((pulse) => send(member, { kind: 'fetchPulse', ...toRoot, pulse }))
  }
}

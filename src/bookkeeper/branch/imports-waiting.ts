/**
 * Receipts from other branches that wait to be credited (spec OL-1, E): bounded for each channel,
 * and proven before consensus is troubled with them.
 */
import { type Channel, emptyChannel, type Import, related } from '#ledger'
import { equal } from '#base'
import type { BranchLedger, Pulses } from './branch-ledger.js'
import { channelName } from './channels.js'
import { checkChannel, checkRun, fitImport } from './imports.js'
import type { Seat } from './seat.js'

/** Imports that are held of one channel. */
const mostOfChannel = 16
const mostChannels = 2048
/** Pulses that an import may be ahead of what is known here. */
const mostAhead = 64n

const firstOf = ({ receipts }: Import): bigint => receipts[0].sequence
const lastOf = ({ receipts }: Import): bigint => receipts[receipts.length - 1].sequence

/** How far a branch has taken a channel. */
export function cursorOf(cursors: readonly Channel[], { source, destination }: Channel): Channel {
  const found = cursors.find(
    (cursor) => cursor.source === source && cursor.destination === destination,
  )
  return found ?? emptyChannel(source, destination)
}

export class ImportsWaiting {
  readonly #seat: Seat
  /** by channel, ascending by first receipt */
  readonly #channels = new Map<string, Import[]>()
  readonly #proven = new WeakSet<Import>()
  #version = 0

  constructor(seat: Seat) {
    this.#seat = seat
  }

  get version(): number {
    return this.#version
  }
  get size(): number {
    return this.#channels.size
  }

  /** @returns whether it is kept */
  add(given: Import, ledger: BranchLedger, newest: bigint): boolean {
    const { channel, receipts, pulse } = given
    const { prefix, org } = this.#seat
    if (receipts.length === 0 || channel.source === prefix) return false
    if (!related(channel.destination, prefix) || pulse > newest + mostAhead) return false
    if (!equal(given.sourceHeader.org, org)) return false
    if (lastOf(given) <= cursorOf(ledger.cursors, channel).sequence) return false
    const name = channelName(channel.source, channel.destination)
    const held = this.#channels.get(name) ?? []
    if (held.length === 0 && this.#channels.size >= mostChannels) return false
    const isThere = held.some(
      (other) =>
        firstOf(other) === firstOf(given) &&
        lastOf(other) === lastOf(given) &&
        (other.pulse >= given.pulse || this.#proven.has(other)),
    )
    if (isThere) return false
    if (held.length >= mostOfChannel && !this.#makeRoom(held)) return false
    held.push(given)
    held.sort((a, b) => (firstOf(a) < firstOf(b) ? -1 : 1))
    this.#channels.set(name, held)
    this.#version++
    return true
  }

  /** What is proven stays; of the rest the one that begins last goes. */
  #makeRoom(held: Import[]): boolean {
    const index = held.findLastIndex((other) => !this.#proven.has(other))
    if (index < 0) return false
    held.splice(index, 1)
    return true
  }

  /** Drops what the branch has credited for good. */
  prune(cursors: readonly Channel[]): void {
    for (const [name, held] of this.#channels) {
      const { sequence } = cursorOf(cursors, held[0].channel)
      const rest = held.filter((given) => lastOf(given) > sequence)
      if (rest.length === held.length) continue
      if (rest.length > 0) this.#channels.set(name, rest)
      else this.#channels.delete(name)
      this.#version++
    }
  }

  /** One import a channel, in the order of channels, each the next for where the ledger stands. */
  next(ledger: BranchLedger, pulses: Pulses): readonly Import[] {
    const found: Import[] = []
    if (this.#channels.size === 0) return found
    const { cursors } = ledger
    for (const name of [...this.#channels.keys()].sort()) {
      const held = this.#channels.get(name) ?? []
      const cursor = cursorOf(cursors, held[0].channel)
      const next = held.findLast((given) => this.#isNext(given, cursor, pulses))
      if (next !== undefined) found.push(next)
    }
    return found
  }

  #isNext(given: Import, cursor: Channel, pulses: Pulses): boolean {
    if (firstOf(given) > cursor.sequence + 1n || lastOf(given) <= cursor.sequence) return false
    if (this.#proven.has(given)) return true
    const known = pulses.at(given.pulse)
    if (known === undefined) return false
    const { org } = this.#seat
    try {
      checkChannel(given, known, org)
      checkRun(fitImport(given, cursor, given.receipts.length) ?? given, cursor, org)
    } catch {
      this.#forget(given)
      return false
    }
    this.#proven.add(given)
    return true
  }

  #forget(given: Import): void {
    const name = channelName(given.channel.source, given.channel.destination)
    const rest = this.#channels.get(name)?.filter((other) => other !== given) ?? []
    if (rest.length > 0) this.#channels.set(name, rest)
    else this.#channels.delete(name)
  }

  /** Pulses that what waits is proven by. */
  get pulses(): ReadonlySet<bigint> {
    return new Set([...this.#channels.values()].flat().map(({ pulse }) => pulse))
  }
}

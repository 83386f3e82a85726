/** Pulses that wait for the blocks they include, and for the pulses before them. */
import type { KnownPulse } from './branch-ledger.js'
import type { KnownPulses } from './pulses.js'

/** Pulses that wait at most. */
export const mostPending = 600

const numberOf = ({ sealed }: KnownPulse): bigint => sealed.header.pulseSeen

export class PendingPulses {
  readonly #pulses: KnownPulses
  /** ascending */
  #waiting: KnownPulse[] = []

  constructor(pulses: KnownPulses) {
    this.#pulses = pulses
  }

  get size(): number {
    return this.#waiting.length
  }

  add(known: KnownPulse): void {
    if (this.#waiting.some((other) => numberOf(other) === numberOf(known))) return
    this.#waiting.push(known)
    this.#waiting.sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1))
    if (this.#waiting.length > mostPending) this.#waiting.shift()
  }

  /** The first one, unless one before it is still being asked for. */
  get next(): KnownPulse | undefined {
    const [known] = this.#waiting
    if (known === undefined || this.#pulses.isMissingBefore(numberOf(known))) return undefined
    return known
  }

  shift(): void {
    this.#waiting.shift()
  }
  clear(): void {
    this.#waiting = []
  }
}

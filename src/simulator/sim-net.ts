/**
 * The network of a run: latency of each link, loss, doubles, late ones, cuts in one direction or
 * both, narrow uplinks (spec OL-1, D 4.2, point 4).
 */
import type { NetworkFault, Scenario } from './scenario.js'
import type { Stream } from './streams.js'

/** Median one-way milliseconds between regions of a large provider, half the round trips. */
const regions: readonly (readonly number[])[] = [
  [1, 31, 38, 46, 71, 58, 83, 103],
  [31, 1, 66, 73, 54, 86, 53, 69],
  [38, 66, 1, 12, 118, 100, 104, 131],
  [46, 73, 12, 1, 109, 101, 112, 145],
  [71, 54, 118, 109, 1, 128, 35, 52],
  [58, 86, 100, 101, 128, 1, 152, 157],
  [83, 53, 104, 112, 35, 152, 1, 66],
  [103, 69, 131, 145, 52, 157, 66, 1],
]

/** What narrow uplinks let through: bytes a millisecond. */
const narrowBytes = 64

/** When each copy of a message arrives, in milliseconds from now; empty where it is lost. */
export class SimNet {
  readonly #options: Scenario['network']
  readonly #dice: Stream
  readonly #regions: readonly number[]
  readonly #faults = new Set<NetworkFault>()
  /** true time at which a narrow uplink is free again */
  readonly #freeAt: number[]
  #isClean = false

  constructor(nodes: number, options: Scenario['network'], dice: Stream) {
    this.#options = options
    this.#dice = dice
    const used = dice.some([...regions.keys()], options.regions)
    this.#regions = Array.from({ length: nodes }, () => dice.pick(used))
    this.#freeAt = Array.from({ length: nodes }, () => 0)
  }

  begin(fault: NetworkFault): void {
    this.#faults.add(fault)
  }

  end(fault: NetworkFault): void {
    this.#faults.delete(fault)
  }

  /** From now on nothing is lost, doubled or held up. */
  heal(): void {
    this.#faults.clear()
    this.#freeAt.fill(0)
    this.#isClean = true
  }

  /** Whether a message can go from one node to another. */
  isCut(from: number, to: number): boolean {
    for (const fault of this.#faults) if (cuts(fault, from, to)) return true
    return false
  }

  /** @param now true time @returns one delay for each copy that arrives */
  delays(from: number, to: number, bytes: number, now: number): readonly number[] {
    if (from === to) return [0.01]
    const { loss, duplicate, reorder } = this.#rates(from, to)
    if (this.isCut(from, to) || this.#dice.chance(loss)) return []
    const queue = this.#queue(from, bytes, now)
    const first = queue + this.#latency(from, to) + this.#held(reorder, from, to)
    if (!this.#dice.chance(duplicate)) return [first]
    return [first, queue + this.#latency(from, to) * (1 + this.#dice.float())]
  }

  #rates(from: number, to: number): { loss: number; duplicate: number; reorder: number } {
    if (this.#isClean) return { loss: 0, duplicate: 0, reorder: 0 }
    let { loss, duplicate, reorder } = this.#options
    for (const fault of this.#faults) {
      const { kind, rate = 0 } = fault
      if (!touches(fault, from, to)) continue
      if (kind === 'loss') loss = Math.max(loss, rate)
      if (kind === 'duplicate') duplicate = Math.max(duplicate, rate)
      if (kind === 'reorder') reorder = Math.max(reorder, rate)
    }
    return { loss, duplicate, reorder }
  }

  #latency(from: number, to: number): number {
    const median = this.#options.millis ?? regions[this.#regions[from]][this.#regions[to]]
    let factor = 1
    for (const fault of this.#faults) {
      if (fault.kind === 'slow-link' && touches(fault, from, to)) {
        factor = Math.max(factor, fault.rate ?? 1)
      }
    }
    return Math.min(20_000, factor * this.#dice.lognormal(median, this.#options.spread))
  }

  /** Extra milliseconds of a message that others overtake. */
  #held(reorder: number, from: number, to: number): number {
    if (!this.#dice.chance(reorder)) return 0
    let most = 500
    for (const fault of this.#faults) {
      if (fault.kind === 'reorder' && touches(fault, from, to)) {
        most = Math.max(most, fault.millis ?? 0)
      }
    }
    return this.#dice.float() * most
  }

  /** Milliseconds until the sender's uplink has let the message through. */
  #queue(from: number, bytes: number, now: number): number {
    let isNarrow = false
    for (const { kind, nodes } of this.#faults) {
      if (kind === 'narrow' && nodes.includes(from)) isNarrow = true
    }
    if (!isNarrow) return 0
    this.#freeAt[from] = Math.max(this.#freeAt[from], now) + bytes / narrowBytes
    return this.#freeAt[from] - now
  }
}

const touches = ({ nodes }: NetworkFault, from: number, to: number): boolean =>
  nodes.includes(from) || nodes.includes(to)

/** Whether a fault keeps messages from one node to another. */
export function cuts(
  { kind, nodes, others = [] }: NetworkFault,
  from: number,
  to: number,
): boolean {
  const [isFrom, isTo] = [nodes.includes(from), nodes.includes(to)]
  switch (kind) {
    case 'partition':
      return isFrom !== isTo
    case 'deaf':
      return isTo && !isFrom
    case 'mute':
      return isFrom && !isTo
    case 'partial':
      return (isFrom && others.includes(to)) || (isTo && others.includes(from))
    default:
      return false
  }
}

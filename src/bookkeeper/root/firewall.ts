/**
 * The firewall (spec OL-1, E 4): branches take no more than was sent to them. Receipts on their way
 * keep the name of the branch that they were sent to, though it may have split or merged since; so
 * the rule holds for every node of the tree of prefixes: what is taken at or below it is at most
 * what was sent to branches at or below it, or above it.
 */
import { parentOf, type Prefix, type Table } from '#ledger'

/** A prefix and all that contain it, the whole tree last. */
function* upwards(prefix: Prefix): Generator<Prefix> {
  let at = prefix
  yield at
  while (at !== '') {
    at = parentOf(at)
    yield at
  }
}

export class Firewall {
  readonly #taken = new Map<Prefix, bigint>()
  readonly #below = new Map<Prefix, bigint>()
  readonly #branches = new Map<Prefix, bigint>()
  readonly #sent: ReadonlyMap<Prefix, bigint>

  /**
   * @param table what branches have taken so far
   * @param sent by destination, what finalized pulses show was sent there
   */
  constructor(table: Table, sent: ReadonlyMap<Prefix, bigint>) {
    this.#sent = sent
    for (const { prefix, cumIn } of table) this.#add(prefix, cumIn)
    for (const [destination, amount] of sent) {
      for (const node of upwards(destination)) {
        this.#below.set(node, (this.#below.get(node) ?? 0n) + amount)
      }
    }
  }

  #add(prefix: Prefix, cumIn: bigint): void {
    const more = cumIn - (this.#branches.get(prefix) ?? 0n)
    this.#branches.set(prefix, cumIn)
    for (const node of upwards(prefix)) this.#taken.set(node, (this.#taken.get(node) ?? 0n) + more)
  }

  /** What was sent to branches at or below a node, or above it. */
  #due(node: Prefix): bigint {
    let due = this.#below.get(node) ?? 0n
    for (const above of upwards(node)) if (above !== node) due += this.#sent.get(above) ?? 0n
    return due
  }

  /**
   * Counts what a branch has taken by now.
   * @returns whether it may have; otherwise nothing is counted
   */
  take(prefix: Prefix, cumIn: bigint): boolean {
    const before = this.#branches.get(prefix) ?? 0n
    this.#add(prefix, cumIn)
    for (const node of upwards(prefix)) {
      if ((this.#taken.get(node) ?? 0n) <= this.#due(node)) continue
      this.#add(prefix, before)
      return false
    }
    return true
  }
}

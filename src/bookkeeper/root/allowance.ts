/** So much to each node within a span of time: what hostile ones cost stays bounded. */
import type { NodeName } from '../actor.js'

export class Allowance {
  readonly #most: number
  readonly #spanMillis: number
  readonly #spent = new Map<NodeName, number>()
  #since = 0

  constructor(most: number, spanMillis: number) {
    this.#most = most
    this.#spanMillis = spanMillis
  }

  #renew(now: number): void {
    if (now >= this.#since && now < this.#since + this.#spanMillis) return
    this.#since = now
    this.#spent.clear()
  }

  isSpent(node: NodeName, now: number): boolean {
    this.#renew(now)
    return (this.#spent.get(node) ?? 0) >= this.#most
  }

  /** Takes one from a node's share. @returns whether there was one */
  spend(node: NodeName, now: number): boolean {
    if (this.isSpent(node, now)) return false
    this.#spent.set(node, (this.#spent.get(node) ?? 0) + 1)
    return true
  }
}

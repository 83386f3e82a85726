/** What the checkers of one run share: the oracle, and what to do when something is wrong. */
import type { Arena, NodeView } from '../checker.js'
import { InvariantBroken } from '../errors.js'
import { Oracle } from '../oracle/index.js'

export class Watch {
  readonly oracle: Oracle

  constructor(readonly arena: Arena) {
    const { genesis, signatures, scenario } = arena
    const { captured } = scenario
    const prefix = captured === undefined ? undefined : genesis.seating.charter.branches[captured]
    this.oracle = new Oracle(genesis, signatures, prefix)
  }

  /** @throws InvariantBroken */
  fail(id: string, what: string): never {
    throw new InvariantBroken(id, what, { seed: this.arena.seed, time: this.arena.time })
  }

  /** Throws the first thing that the oracle has found. */
  raise(): void {
    const [first] = this.oracle.findings
    if (first !== undefined) this.fail(first.invariant, first.message)
  }

  /** The honest node of a public key. */
  honest(publicKey: Uint8Array): NodeView | undefined {
    const name = String.fromCharCode(...publicKey)
    this.#byKey ??= new Map(
      this.arena.nodes.map((node) => [String.fromCharCode(...node.key.publicKey), node]),
    )
    const node = this.#byKey.get(name)
    return node?.isHonest === true ? node : undefined
  }

  #byKey: Map<string, NodeView> | undefined
}

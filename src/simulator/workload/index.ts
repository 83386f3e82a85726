/** workload: clients that make transfers and orders, right ones and wrong ones. */
import type { Role } from '#bookkeeper'
import type { Arena, ClientMaker } from '../checker.js'
import { spendDouble } from '../hostile/spender.js'
import { HonestClient } from './client.js'

export { answers, Counter } from './counter.js'

/** A wallet forgets nothing: what a client has signed outlives its node's crashes. */
const wallets = new WeakMap<Arena, Map<string, Role>>()

/** The client that scenarios use. */
export const client: ClientMaker = (place) => {
  const { arena, node } = place
  const known = wallets.get(arena) ?? new Map<string, Role>()
  wallets.set(arena, known)
  const role =
    known.get(node.name) ?? (node.isHonest ? new HonestClient(place) : spendDouble(place))
  known.set(node.name, role)
  return role
}

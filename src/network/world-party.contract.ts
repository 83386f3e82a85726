/** A network in memory with nodes in it, for tests of one part of the flow. */
import { systemClock } from '#host'
import { type Clock, memoryNetwork, type MemoryNetwork } from '#world'
import { records } from './flow.contract.js'
import { type TestNode, testNode, type TestNodeOptions } from './flow-party.contract.js'

export interface Village {
  readonly network: MemoryNetwork
  readonly nodes: readonly TestNode[]
  join(options?: Partial<Omit<TestNodeOptions, 'wire'>>): Promise<TestNode>
  /** Connects the first node with each of the others. */
  meet(first: TestNode, ...others: TestNode[]): Promise<void>
  close(): Promise<void>
}

export function openVillage(clock: Clock = systemClock()): Village {
  const network = memoryNetwork()
  const nodes: TestNode[] = []
  return {
    network,
    nodes,
    async join(options = {}) {
      const node = await testNode({ wire: network.join({ records }), clock, ...options })
      nodes.push(node)
      return node
    },
    async meet(first, ...others) {
      for (const other of others) await first.wire.dial(other.wire.self().addresses[0])
    },
    async close() {
      await Promise.all(nodes.map((node) => node.flow.close()))
      await Promise.all(nodes.map((node) => node.wire.close()))
    },
  }
}

export const addressOf = (node: TestNode): string => node.wire.self().addresses[0]

/** What the flow does between two nodes, over any wire. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock, RecordRules, Wire } from '#world'
import type { SyncProgress } from './flow.js'
import { leavesOf, midOfMark, readHead, type TestNode, testNode } from './flow-party.contract.js'
import { headRules } from './records.js'

export interface FlowWorld {
  /** a new node's wire, not yet connected */
  join(records: Readonly<Record<string, RecordRules>>): Promise<Wire>
  readonly clock: Clock
}

export const records = { leither: headRules(readHead) }

export const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 10_000, interval: 10 })

export function flowContract(name: string, openWorld: () => FlowWorld): void {
  describe(`${name}: the flow`, { timeout: 30_000 }, () => {
    const nodes: TestNode[] = []
    let world: FlowWorld
    const join = async (): Promise<TestNode> => {
      const node = await testNode({ wire: await world.join(records), clock: world.clock })
      nodes.push(node)
      return node
    }
    const meet = async (a: TestNode, b: TestNode): Promise<void> => {
      await a.wire.dial(b.wire.self().addresses[0])
      await eventually(() => expect(b.wire.peers()).not.toHaveLength(0))
    }
    beforeEach(() => {
      world = openWorld()
    })
    afterEach(async () => {
      await Promise.all(nodes.map((node) => node.flow.close()))
      await Promise.all(nodes.splice(0).map((node) => node.wire.close()))
    })

    it('brings a published unit from its address, with progress', async () => {
      const [a, b] = [await join(), await join()]
      const mid = midOfMark('album')
      const content = await a.backup('album', leavesOf(1, 40, 100_000))
      await a.flow.publish(mid)
      const seen: SyncProgress[] = []
      const result = await b.flow.sync(mid, {
        from: a.wire.self().addresses[0],
        onProgress: (progress) => seen.push(progress),
      })
      expect(result).toMatchObject({ mid, seq: 1, blocks: content.length })
      expect(result.providers).toEqual([a.wire.self().name])
      expect(b.holds('album', content)).toBe(true)
      const last = seen.at(-1)
      expect(last).toMatchObject({ doneBlocks: content.length, totalBlocks: content.length })
      expect(last?.doneBytes).toBe(last?.totalBytes)
      expect(last?.doneBytes).toBe(content.reduce((sum, { bytes }) => sum + bytes.length, 0))
    })

    it('finds a unit that a third node knows of, and whoever provides it', async () => {
      const [a, b, c] = [await join(), await join(), await join()]
      await meet(a, b)
      await meet(c, b)
      const mid = midOfMark('notes')
      const content = await a.backup('notes', leavesOf(2, 5, 1000))
      await eventually(async () => {
        await a.flow.publish(mid)
        expect((await c.flow.find(mid))?.seq).toBe(1)
      })
      await eventually(() => c.flow.sync(mid))
      expect(c.holds('notes', content)).toBe(true)
      await c.flow.provide(mid)
      await eventually(async () => {
        const providers = await b.flow.providers(mid)
        const names = providers.map(({ peer, seq }) => `${peer.name} ${seq}`).sort()
        expect(names).toEqual([a, c].map(({ wire }) => `${wire.self().name} 1`).sort())
      })
    })

    it('brings each new version to a providing node as it is published', async () => {
      const [a, b] = [await join(), await join()]
      await meet(a, b)
      const mid = midOfMark('live')
      await a.backup('live', leavesOf(3, 3, 1000))
      await a.flow.publish(mid)
      await b.flow.provide(mid)
      expect(b.heads.current(mid)?.seq).toBe(1)
      const updates: number[] = []
      b.flow.onUpdate((updated, seq) => {
        if (updated === mid) updates.push(seq)
      })
      for (const seq of [2, 3, 4]) {
        const content = await a.backup('live', leavesOf(3, 3 + seq, 1000))
        await a.flow.publish(mid)
        await eventually(() => expect(updates).toContain(seq))
        expect(b.holds('live', content)).toBe(true)
      }
      expect(updates).toEqual([2, 3, 4])
    })

    it('says that nobody has a unit', async () => {
      const [a, b] = [await join(), await join()]
      await meet(a, b)
      await expect(b.flow.sync(midOfMark('nowhere'))).rejects.toMatchObject({
        code: 'NO_PROVIDERS',
      })
      expect(await b.flow.find(midOfMark('nowhere'))).toBeUndefined()
    })
  })
}

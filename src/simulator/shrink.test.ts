import { describe, expect, it } from 'vitest'
import type { Fault, Scenario } from './scenario.js'
import { shrink } from './shrink.js'
import { scenarioOf } from './simulate.js'
import { toyCast } from './toy.contract.js'

const cast = {
  ...toyCast(),
  hostile: [{ name: 'liar', does: '', where: [], open: () => Promise.reject(new Error()) }],
}
const large = (seed: string): Scenario => ({
  ...scenarioOf(seed, { pulses: 200, clients: 8 }, cast),
  hostile: [
    { node: 3, kind: 'liar' },
    { node: 6, kind: 'liar' },
  ],
})

const isCause = (fault: Fault): boolean => fault.kind === 'crash' && fault.node === 5
const planted: Fault = { kind: 'crash', at: 41_000, until: 42_000, node: 5 }

describe('the shrinker', () => {
  it('finds the one fault that matters, and leaves nothing else', async () => {
    for (const seed of ['1', '2', '3']) {
      const failing = large(seed)
      const all = [...failing.faults.filter((fault) => !isCause(fault)), planted]
      const smallest = await shrink({ ...failing, faults: all }, async ({ faults }) =>
        faults.some(isCause),
      )
      expect(smallest.faults).toEqual([planted])
      expect(smallest.hostile).toEqual([])
      expect(smallest).toMatchObject({ clients: 1, pulses: 42, accounts: 1 })
      expect(smallest.network).toMatchObject({ loss: 0, duplicate: 0, reorder: 0 })
    }
  })

  it('finds two causes that need each other', async () => {
    const failing = { ...large('4'), faults: [...large('4').faults, planted] }
    const smallest = await shrink(
      failing,
      async ({ faults, hostile, pulses }) =>
        faults.some(isCause) && hostile.some(({ node }) => node === 6) && pulses >= 100,
    )
    expect(smallest.faults).toEqual([planted])
    expect(smallest.hostile).toEqual([{ node: 6, kind: 'liar' }])
    expect(smallest.pulses).toBe(100)
  })

  it('leaves a scenario as it is where all of it matters', async () => {
    const failing = large('5')
    expect(await shrink(failing, async () => false)).toEqual(failing)
  })
})

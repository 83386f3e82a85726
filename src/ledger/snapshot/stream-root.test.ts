import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { toPrefix, wholeTree } from '../prefix.js'
import { randomAccount, randomBytes, randomsOf } from '../tree/sample.contract.js'
import { accountTree } from '../tree/tree.js'
import { groupsOf, leavesOf, noLeaves } from './leaves.js'
import { streamRoot } from './stream-root.js'

// Whole branches are hashed many times over; a busy machine needs a while.
vi.setConfig({ testTimeout: 60_000 })

it('is the root of the tree', async () => {
  const counts = fc.oneof(fc.nat(10), fc.integer({ min: 250, max: 270 }), fc.nat(3000))
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      counts,
      fc.constantFrom(1, 2, 3, 256),
      async (seed, count, spread) => {
        const random = randomsOf(seed)
        const accounts = Array.from({ length: count }, () => {
          const id = randomBytes(random, 20)
          id[0] = random(spread)
          // Some ids have many bits in common.
          if (random(4) === 0) id.fill(0, 1, 7)
          return randomAccount(random, { id })
        })
        const distinct = new Map(accounts.map((account) => [account.id.join(), account]))
        const tree = accountTree(wholeTree, distinct.values())
        const groups = groupsOf(wholeTree, leavesOf([...distinct.values()]))
        const { root, sums } = await streamRoot(groups.map(([, leaves]) => leaves))
        expect(root).toEqual(tree.root())
        expect(sums).toEqual(tree.sums)
      },
    ),
    { numRuns: 60 },
  )
})

it('wants accounts that ascend', async () => {
  const random = randomsOf(1)
  const leaves = leavesOf(Array.from({ length: 10 }, () => randomAccount(random)))
  const unsorted = { ...leaves, records: leaves.records.slice() }
  unsorted.records[0] = 0xff
  unsorted.records[36] = 0xfe
  for (const groups of [[unsorted], [leaves, leaves], [leaves, noLeaves]]) {
    await expect(streamRoot(groups)).rejects.toMatchObject({ code: 'PAGE_INVALID' })
  }
})

it('names groups by the shortest prefix with at most 256 accounts', () => {
  const random = randomsOf(2)
  const accounts = Array.from({ length: 257 }, (_, i) => {
    const id = randomBytes(random, 20)
    id[0] = i === 0 ? 0b0110_0000 : 0b0111_0000
    return randomAccount(random, { id })
  })
  const names = groupsOf(toPrefix('01'), leavesOf(accounts)).map(([name]) => name)
  expect(names).toEqual(['0110', '0111'])
})

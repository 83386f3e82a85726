import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { toHex } from '#base'
import { memoryDisk } from '#world'
import type { Account } from '../account.js'
import { toPrefix, wholeTree } from '../prefix.js'
import { accountTree } from '../tree/tree.js'
import { kinds } from './keys.js'
import { entriesOf, kindAt, org, Trial, trial } from './model.contract.js'
import { eraseSnapshots } from './purge.js'
import type { Retention } from './retention.js'

// Whole branches are hashed many times over; a busy machine needs a while.
vi.setConfig({ testTimeout: 60_000 })

const few: Retention = {
  every: 3,
  thinned: [
    { stride: 4, span: 12 },
    { stride: 8, span: 16 },
  ],
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('pulse' as const),
        joins: fc.nat(3),
        changed: fc.nat(6),
        gap: fc.integer({ min: 1, max: 5 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('crowd' as const),
        joins: fc.integer({ min: 100, max: 400 }),
        spread: fc.constantFrom(1, 2, 5, 256),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('purge' as const),
        most: fc.integer({ min: 1, max: 9 }),
        batches: fc.constantFrom(1, 3, Infinity),
        every: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('late' as const),
        pulses: fc.integer({ min: 2, max: 9 }),
      }),
    },
  ),
  { maxLength: 20 },
)

describe('a snapshot store', () => {
  it('reads and restores every kept pulse as a map per pulse does', async () => {
    const prefixes = fc.constantFrom(wholeTree, toPrefix('0'), toPrefix('0000000'))
    await fc.assert(
      fc.asyncProperty(steps, prefixes, fc.nat(), async (list, prefix, seed) => {
        const it = await trial(prefix, seed)
        for (const step of list) {
          if (step.do === 'pulse') await it.pulse(step.joins, step.changed, 2, step.gap)
          if (step.do === 'crowd') await it.pulse(step.joins, 2, prefix === '' ? step.spread : 1)
          if (step.do === 'open') await it.open()
          if (step.do === 'purge' && it.model.states.length > 0) {
            await it.purge({ ...few, every: step.every }, step.most, step.batches)
          }
          if (step.do === 'late') {
            // Rows that are written when the next two pulses have been noted.
            const late = []
            for (let i = 0; i < step.pulses; i++) {
              late.push(it.changes(1, 9, 1))
              if (i > 1) await it.disk.write(late.shift()!)
            }
            for (const rows of late) await it.disk.write(rows)
          }
          if (step.do === 'lose') {
            it.changes(1, 1, 1)
            it.model.states.pop()
            await it.open()
          }
          await it.check(BigInt(it.random(Number(it.model.newest) + 2)))
        }
        await it.checkAll(3)
        await it.open()
        await it.checkAll()
      }),
      { numRuns: 16 },
    )
  })

  it('writes a page anew after 64 changes, and keeps what was before', async () => {
    const it = await trial()
    await it.pulse(100, 0)
    for (let i = 0; i < 140; i++) await it.pulse(0, 2)
    await it.open()
    await it.checkAll(13)
    const rows = (await entriesOf(it.disk)).filter(([key]) => key[kindAt] === kinds.page)
    expect(rows).toHaveLength(1 + (140 % 65))
    const { pages, cold } = await it.store.usage()
    expect(pages).toBeLessThan(100 * 36 + 100)
    expect(cold).toBeLessThan(100 * 250)
  })

  it('stores what was before a split, and reads it through the split', async () => {
    const it = await trial()
    await it.pulse(256, 0, 2)
    const before = it.model.newest
    await it.pulse(1, 3, 2)
    await it.pulse(700, 3, 2)
    await it.open()
    await it.checkTree(before)
    await it.checkAll()
    const tree = await it.store.restore(before)
    expect([...tree.groups()]).toHaveLength(1)
  })

  it('restores while pulses are noted and purged', async () => {
    const it = await trial()
    await it.pulse(300, 0, 2)
    for (let i = 0; i < 5; i++) await it.pulse(1, 60, 2)
    const before = it.model.newest
    const restored = [before - 2n, before, before + 9n].map((pulse) => it.store.restore(pulse))
    const read = it.store.read(it.model.ids[0], 2n)
    for (let i = 0; i < 70; i++) await it.pulse(4, 60, 2)
    expect(await read).toEqual(it.model.at(2n).get(toHex(it.model.ids[0])))
    for (const [i, pulse] of [before - 2n, before, before].entries()) {
      const accounts = it.model.at(pulse)
      const tree = await restored[i]
      expect(tree.root()).toEqual(accountTree(wholeTree, accounts.values()).root())
    }
    // Whichever comes first, what it is asked for or nothing.
    const root = accountTree(wholeTree, it.model.at(before).values()).root()
    const late = it.store.restore(before).then(
      (tree) => expect(tree.root()).toEqual(root),
      (error: unknown) => expect(error).toMatchObject({ code: 'PULSE_PURGED' }),
    )
    await it.purge({ every: 1, thinned: [] }, 10)
    await late
  })

  it('lies apart from stores of other branches, and is erased alone', async () => {
    const disk = memoryDisk()
    const trials: Trial[] = []
    for (const prefix of ['', '0', '00', '00000000', '1'].map(toPrefix)) {
      const it = await new Trial(disk, prefix).open()
      await it.pulse(20, 0)
      await it.pulse(1, 9)
      trials.push(it)
    }
    for (const it of trials) {
      await it.open()
      await it.checkAll()
    }
    const [, erased] = trials
    for (;;) {
      const rows = await eraseSnapshots(disk, org, erased.prefix, 7)
      if (rows.length === 0) break
      await disk.write(rows)
    }
    for (const it of trials) {
      await it.open()
      if (it === erased) expect(it.store.newest).toBeUndefined()
      else await it.checkAll()
    }
  })

  it('refuses pulses out of order, strangers and repetitions', async () => {
    const it = await trial(toPrefix('1'))
    const account = it.newAccount(256)
    const note = (pulse: bigint, accounts: Account[]) =>
      it.store.note({ pulse, accounts, stateRoot: new Uint8Array(32) })
    const stranger = { ...account, id: new Uint8Array(20) }
    const invalid = expect.objectContaining({ code: 'ACCOUNT_INVALID' })
    expect(() => note(5n, [stranger])).toThrow(invalid)
    expect(() => note(5n, [{ ...account, id: account.id.subarray(1) }])).toThrow(invalid)
    expect(() => note(5n, [account, account])).toThrow(invalid)
    const rows = note(5n, [account])
    expect(() => note(5n, [account])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    await it.disk.write(rows)
    expect(() => note(5n, [account])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    await expect(it.store.read(account.id, -1n)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('answers by the retention it is opened with, purged or not', async () => {
    const it = await trial()
    for (let i = 0; i < 20; i++) await it.pulse(1, 2)
    const id = it.model.ids[0]
    await it.open(few)
    const purged = { code: 'PULSE_PURGED' }
    await expect(it.store.read(id, 17n)).rejects.toMatchObject(purged)
    await expect(it.store.restore(14n)).rejects.toMatchObject(purged)
    expect(await it.store.read(id, 16n)).toEqual(it.model.at(16n).get(toHex(id)))
  })

  it('purges what no kept pulse reads, and nothing else', async () => {
    const it = await trial()
    await it.pulse(5, 0)
    for (let i = 0; i < 40; i++) await it.pulse(0, 3)
    const { history } = await it.store.usage()
    expect(await it.purge({ every: 100, thinned: [] }, 10)).toBe(1)
    expect((await it.store.usage()).history).toBe(history)
    expect(await it.purge(few, 4)).toBeGreaterThan(30)
    await it.checkAll()
    await it.purge({ every: 1, thinned: [] }, 4)
    await it.checkAll()
    // Left are the root and what changed since the page was written.
    const rows = await entriesOf(it.disk)
    expect(rows).toHaveLength(1 + 40 + 1 + 5 + 1 + 1)
  })
})

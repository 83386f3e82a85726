import { describe, expect, it, vi } from 'vitest'
import { type Change, memoryDisk } from '#world'
import { wholeTree } from '../prefix.js'
import { kinds } from './keys.js'
import { entriesOf, kindAt, Trial, trial } from './model.contract.js'
import { type Mark, markOf, type Retention, withMark } from './retention.js'

// Whole branches are hashed many times over; a busy machine needs a while.
vi.setConfig({ testTimeout: 60_000 })

describe('a crash', () => {
  /** Batches of a short life, and the model as it was after each. */
  async function life(seed: number) {
    const it = await trial(wholeTree, seed)
    const batches: { rows: readonly Change[]; states: number; marks: readonly Mark[] }[] = []
    const write = async (rows: readonly Change[]): Promise<void> => {
      batches.push({ rows, states: it.model.states.length, marks: it.model.marks })
      await it.disk.write(rows)
    }
    const drop = async (retention: Retention): Promise<void> => {
      it.model.marks = withMark(it.model.marks, markOf(retention, it.model.newest))
      for (;;) {
        const rows = await it.store.purge(retention, 5)
        if (rows.length === 0) return
        await write(rows)
      }
    }
    for (const joins of [3, 250, 2, 0, 20]) await write(it.changes(joins, 4, 3))
    await drop({ every: 3, thinned: [{ stride: 2, span: 2 }] })
    for (const joins of [1, 0, 0]) await write(it.changes(joins, 4, 3))
    await drop({ every: 2, thinned: [{ stride: 4, span: 100 }] })
    return { model: it.model, batches }
  }

  it('after any of the batches leaves a store that reads what it says it keeps', async () => {
    const { model, batches } = await life(5)
    expect(batches.length).toBeGreaterThan(10)
    const disk = memoryDisk()
    for (const { rows, states, marks } of batches) {
      await disk.write(rows)
      const after = new Trial(disk)
      after.model.states.push(...model.states.slice(0, states))
      after.model.marks = marks
      await after.open()
      await after.checkAll(4)
    }
  })

  it('in the middle of a purge is made good by the next', async () => {
    const { model, batches } = await life(6)
    const whole = memoryDisk()
    for (const { rows } of batches) await whole.write(rows)
    const left = await entriesOf(whole)
    const lastPurge = batches.filter(({ marks }) => marks === model.marks).length
    expect(lastPurge).toBeGreaterThan(1)
    for (let lost = 1; lost <= lastPurge; lost++) {
      const disk = memoryDisk()
      for (const { rows } of batches.slice(0, -lost)) await disk.write(rows)
      const after = new Trial(disk)
      after.model.states.push(...model.states)
      await after.open()
      await after.purge({ every: 2, thinned: [{ stride: 4, span: 100 }] }, 3)
      expect(await entriesOf(disk)).toEqual(left)
    }
  })
})

describe('damage', () => {
  const named = /group [01]+/

  /** A store of several groups, and its rows of one kind. */
  async function stored(kind: string) {
    const it = await trial()
    await it.pulse(600, 0)
    for (let i = 0; i < 3; i++) await it.pulse(2, 40)
    const entries = await entriesOf(it.disk)
    const chosen = entries.filter(([key]) => key[kindAt] === kind.charCodeAt(0))
    expect(chosen.length).toBeGreaterThan(0)
    return { it, entries: chosen }
  }

  it.each(['P', 'H', 'C'])(
    'of any byte of a row %s is found, and the group named',
    async (kind) => {
      const { it, entries } = await stored(kind)
      for (const [key, value] of entries.filter((_, i) => i % 7 === 0)) {
        const flipped = value.slice()
        flipped[it.random(flipped.length)] ^= 1 << it.random(8)
        await it.disk.write([{ key, value: flipped }])
        const found = { code: 'PAGE_INVALID', message: expect.stringMatching(named) }
        await expect(it.store.restore(it.model.newest)).rejects.toMatchObject(found)
        await it.disk.write([{ key, value }])
      }
      await it.checkTree(it.model.newest)
    },
  )

  it('of the past and of roots is found', async () => {
    for (const kind of ['O', 'R']) {
      const { it, entries } = await stored(kind)
      for (const [key, value] of entries.slice(0, 3)) {
        const flipped = value.slice()
        flipped[it.random(flipped.length)] ^= 1
        await it.disk.write([{ key, value: flipped }])
        const pulses = [1n, 2n, 3n, 4n]
        const all = pulses.map((pulse) => it.store.restore(pulse).catch((error: unknown) => error))
        const found = expect.objectContaining({ code: 'PAGE_INVALID' })
        expect(await Promise.all(all)).toContainEqual(found)
        await it.disk.write([{ key, value }])
      }
    }
  })

  it.each(['P', 'H', 'C'])('by the loss of a row %s is found', async (kind) => {
    const { it, entries } = await stored(kind)
    for (const [key, value] of entries.filter((_, i) => i % 7 === 0)) {
      await it.disk.write([{ key, value: undefined }])
      const found = expect.stringMatching(/^PAGE_(MISSING|INVALID)$/)
      await expect(it.store.restore(it.model.newest)).rejects.toMatchObject({ code: found })
      await it.disk.write([{ key, value }])
    }
  })

  it('by a row of another time is found', async () => {
    const it = await trial()
    await it.pulse(20, 0)
    const before = (await entriesOf(it.disk)).filter(([key]) => key[kindAt] === kinds.seal)
    for (let i = 0; i < 70; i++) await it.pulse(0, 1)
    await it.disk.write(before.map(([key, value]) => ({ key, value })))
    const found = { code: 'PAGE_INVALID', message: expect.stringMatching(/the whole tree/) }
    await expect(it.store.restore(it.model.newest)).rejects.toMatchObject(found)
  })

  it('that leaves all rows whole is found by the root', async () => {
    const it = await trial()
    await it.pulse(20, 0)
    const stateRoot = new Uint8Array(32)
    const accounts = [it.newAccount(256)]
    await it.disk.write(it.store.note({ pulse: 2n, accounts, stateRoot }))
    await it.checkTree(1n)
    await expect(it.store.restore(2n)).rejects.toMatchObject({ code: 'PAGE_INVALID' })
  })

  it('by the loss of a whole page names the group', async () => {
    const { it, entries } = await stored('P')
    const group = entries[0][0].subarray(0, -8).join()
    const rows = entries.filter(([key]) => key.subarray(0, -8).join() === group)
    await it.disk.write(rows.map(([key]) => ({ key, value: undefined })))
    const lost = { code: 'PAGE_MISSING', message: expect.stringMatching(/group 0+ is/) }
    await expect(it.store.restore(it.model.newest)).rejects.toMatchObject(lost)
    await expect(it.open()).rejects.toMatchObject(lost)
  })
})

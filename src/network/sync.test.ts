import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codecs } from '#base'
import type { Block, Blocks } from '#blocks'
import { memoryDisk } from '#world'
import { eventually } from './flow.contract.js'
import { leavesOf, makeHead, midOfMark, type readHead } from './flow-party.contract.js'
import { addressOf, openVillage, type Village } from './world-party.contract.js'

/** Counts the blocks that are read, and lets a test step in. */
function counted(onGet: (count: number) => void | Promise<void> = () => undefined) {
  const seen = { blocks: 0 }
  const disguise = (blocks: Blocks): Blocks => ({
    ...blocks,
    get: async (cid) => {
      await onGet(++seen.blocks)
      return blocks.get(cid)
    },
    getUnchecked: async (cid) => {
      await onGet(++seen.blocks)
      return blocks.getUnchecked(cid)
    },
  })
  return { seen, disguise }
}

/** Serves bytes that are wrong in one bit. */
const lying =
  (codec: number) =>
  (blocks: Blocks): Blocks => {
    const get: Blocks['get'] = async (cid) => {
      const bytes = (await blocks.get(cid)).slice()
      if (cid.code === codec) bytes[0] ^= 1
      return bytes
    }
    return { ...blocks, get, getUnchecked: get }
  }

const sizeOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)

describe('a sync', () => {
  let village: Village
  const mid = midOfMark('unit')
  beforeEach(() => {
    village = openVillage()
  })
  afterEach(() => village.close())

  it('splits the work among all who have it', async () => {
    const counts = [counted(), counted(), counted()]
    const providers = await Promise.all(counts.map(({ disguise }) => village.join({ disguise })))
    const reader = await village.join()
    await village.meet(reader, ...providers)
    let content: Block[] = []
    for (const provider of providers) {
      content = await provider.backup('unit', leavesOf(1, 400, 60_000))
      await provider.flow.publish(mid)
    }
    const before = counts.map(({ seen }) => seen.blocks)
    const result = await reader.flow.sync(mid)
    expect(reader.holds('unit', content)).toBe(true)
    expect(result.blocks).toBe(content.length)
    expect(result.bytes).toBe(sizeOf(content))
    expect([...result.providers].sort()).toEqual(providers.map((p) => p.wire.self().name).sort())
    counts.forEach(({ seen }, i) => expect(seen.blocks - before[i]).toBeGreaterThan(20))
  })

  it('goes on with the others when one dies in the middle', async () => {
    const dying = counted((count) => {
      if (count === 60) village.network.cut(first.wire, reader.wire)
    })
    const first = await village.join({ disguise: dying.disguise })
    const second = await village.join()
    const reader = await village.join()
    await village.meet(reader, first, second)
    const content = await first.backup('unit', leavesOf(2, 300, 50_000))
    await second.backup('unit', leavesOf(2, 300, 50_000))
    const result = await reader.flow.sync(mid)
    expect(dying.seen.blocks).toBeGreaterThanOrEqual(60)
    expect(reader.holds('unit', content)).toBe(true)
    expect(result.blocks).toBe(content.length)
  })

  it('fails when the only provider dies, and a second sync asks only for the rest', async () => {
    let cutAt = 120
    const dying = counted((count) => {
      if (count === cutAt) village.network.cut(provider.wire, reader.wire)
    })
    const provider = await village.join({ disguise: dying.disguise })
    const reader = await village.join()
    const content = await provider.backup('unit', leavesOf(3, 200, 200_000))
    const from = addressOf(provider)
    await expect(reader.flow.sync(mid, { from })).rejects.toMatchObject({ code: 'SYNC_FAILED' })
    expect(reader.heads.current(mid)).toBeUndefined()
    const here = content.filter(({ cid }) => reader.blocks.has(cid)).length
    expect(here).toBeGreaterThan(0)
    cutAt = 0
    village.network.heal(provider.wire, reader.wire)
    const result = await reader.flow.sync(mid, { from })
    expect(result.blocks).toBe(content.length - here)
    expect(reader.holds('unit', content)).toBe(true)
  })

  it('comes back to a provider whose link broke for a moment', async () => {
    const breaking = counted((count) => {
      if (count !== 50) return
      village.network.cut(provider.wire, reader.wire)
      village.network.heal(provider.wire, reader.wire)
    })
    const provider = await village.join({ disguise: breaking.disguise })
    const reader = await village.join()
    const content = await provider.backup('unit', leavesOf(4, 200, 50_000))
    const result = await reader.flow.sync(mid, { from: addressOf(provider) })
    expect(result.blocks).toBe(content.length)
    expect(reader.holds('unit', content)).toBe(true)
  })

  for (const [kind, codec] of [
    ['leaves', codecs.raw],
    ['nodes', codecs.dagCbor],
  ] as const) {
    it(`drops a provider that sends wrong ${kind}, and takes the unit from another`, async () => {
      const liar = await village.join({ disguise: lying(codec) })
      const honest = await village.join()
      const reader = await village.join()
      await village.meet(reader, liar, honest)
      const content = await liar.backup('unit', leavesOf(5, 100, 20_000))
      await honest.backup('unit', leavesOf(5, 100, 20_000))
      await reader.flow.sync(mid, { from: liar.wire.self().name })
      expect(reader.holds('unit', content)).toBe(true)
      for (const { cid } of content) await reader.blocks.get(cid)
      const warned = reader.log.lines.filter(({ level }) => level === 'warn')
      expect(warned.map(({ facts }) => facts.peer)).toContain(liar.wire.self().name)
      // It is left alone: no link to it is opened any more.
      const from = liar.wire.self().name
      await expect(reader.flow.sync(mid, { from })).resolves.toMatchObject({ blocks: 0 })
    })

    it(`takes nothing where everybody sends wrong ${kind}`, async () => {
      const liar = await village.join({ disguise: lying(codec) })
      const reader = await village.join()
      await liar.backup('unit', leavesOf(6, 30, 20_000))
      const sync = reader.flow.sync(mid, { from: addressOf(liar) })
      await expect(sync).rejects.toMatchObject({ code: 'SYNC_FAILED' })
      expect(reader.heads.current(mid)).toBeUndefined()
      expect((await reader.blocks.check()).corrupt).toEqual([])
    })
  }

  it('tells a provider that its block is damaged, and takes it from another', async () => {
    const complaints: string[] = []
    const honest = await village.join()
    const content = await honest.backup('unit', leavesOf(16, 40, 20_000))
    const damaged = content[10].cid
    const provider = await village.join({
      disguise: (blocks) => ({
        ...blocks,
        get: async (cid) => {
          if (cid.equals(damaged)) complaints.push(`${cid}`)
          return blocks.get(cid)
        },
        getUnchecked: async (cid) => {
          const bytes = (await blocks.getUnchecked(cid)).slice()
          if (cid.equals(damaged)) bytes[0] ^= 1
          return bytes
        },
      }),
    })
    const reader = await village.join()
    await village.meet(reader, provider, honest)
    await provider.backup('unit', leavesOf(16, 40, 20_000))
    const { blocks } = await reader.flow.sync(mid, { from: provider.wire.self().name })
    expect(blocks).toBe(content.length)
    expect(reader.holds('unit', content)).toBe(true)
    expect((await reader.blocks.check()).corrupt).toEqual([])
    await eventually(() => expect(complaints).toEqual([`${damaged}`]))
    expect(reader.log.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  it('believes no forged head', async () => {
    const forger = await village.join()
    const reader = await village.join()
    await forger.backup('unit', leavesOf(7, 3, 1000))
    const { versions, content } = forger.heads.current(mid) as ReturnType<typeof readHead>
    const words = { mark: 'unit', seq: 9, versions: [...versions], content: [...content] }
    const record = makeHead({ ...words, open: true })
    record[record.length - 1] ^= 1
    forger.heads.heads.set(mid, { ...words, mid, record, open: true })
    const sync = reader.flow.sync(mid, { from: addressOf(forger) })
    await expect(sync).rejects.toMatchObject({ code: 'NO_PROVIDERS' })
    expect(reader.heads.current(mid)).toBeUndefined()
  })

  it('takes the newest head, though a stale one was asked first', async () => {
    const stale = await village.join()
    const fresh = await village.join()
    const reader = await village.join()
    await village.meet(reader, stale, fresh)
    for (const node of [stale, fresh]) await node.backup('unit', leavesOf(8, 5, 1000))
    const content = await fresh.backup('unit', leavesOf(9, 5, 1000))
    const result = await reader.flow.sync(mid, { from: stale.wire.self().name })
    await eventually(async () => {
      if (result.seq !== 2) expect((await reader.flow.sync(mid)).seq).toBe(2)
      expect(reader.holds('unit', content)).toBe(true)
    })
    // An older head is no news any more.
    expect((await reader.flow.sync(mid, { from: stale.wire.self().name })).seq).toBe(2)
    expect(reader.heads.current(mid)?.seq).toBe(2)
  })

  it('brings only what changed, and older content only when asked', async () => {
    const provider = await village.join()
    const reader = await village.join()
    const leaves = leavesOf(10, 200, 5000)
    const old = await provider.backup('unit', leaves)
    await reader.flow.sync(mid, { from: addressOf(provider) })
    leaves[77] = leavesOf(11, 1, 5000)[0]
    const changed = await provider.backup('unit', leaves)
    // leaf, its node, the root, the version
    expect(await reader.flow.sync(mid)).toMatchObject({ seq: 2, blocks: 4 })
    expect(reader.holds('unit', changed)).toBe(true)

    const late = await village.join()
    await late.flow.sync(mid, { from: addressOf(provider) })
    expect(late.holds('unit', changed)).toBe(true)
    const [lastOld] = old.slice(-1)
    expect(late.blocks.has(lastOld.cid)).toBe(true)
    expect(late.holds('unit', old)).toBe(false)
    expect(await late.flow.sync(mid, { all: true })).toMatchObject({ blocks: 3 })
    expect(late.holds('unit', old)).toBe(true)
  })

  it('looks only at what changed, here as there', async () => {
    const there = counted()
    const here = counted()
    const provider = await village.join({ disguise: there.disguise })
    const reader = await village.join({ disguise: here.disguise })
    const leaves = leavesOf(20, 3000, 100)
    await provider.backup('unit', leaves)
    const from = addressOf(provider)
    await reader.flow.sync(mid, { from })
    for (const change of ['in the middle', 'at the end', 'at the start'] as const) {
      const before = [here.seen.blocks, there.seen.blocks]
      const [fresh] = leavesOf(21 + change.length, 1, 100)
      if (change === 'in the middle') leaves[1234] = fresh
      else if (change === 'at the end') leaves.push(fresh)
      else leaves[0] = fresh
      const content = await provider.backup('unit', leaves)
      const { blocks } = await reader.flow.sync(mid, { from })
      expect(blocks).toBeLessThanOrEqual(6)
      expect(here.seen.blocks - before[0]).toBeLessThan(20)
      expect(there.seen.blocks - before[1]).toBeLessThan(20)
      expect(reader.holds('unit', content)).toBe(true)
    }
  })

  it('of a version that is here looks whether all of it is, and brings what is not', async () => {
    const provider = await village.join()
    const content = await provider.backup('unit', leavesOf(30, 100, 100))
    const gone = new Set([content[5], content[50], content.at(-3)].map((block) => `${block?.cid}`))
    let damaged = false
    const reader = await village.join({
      disguise: (blocks) => ({
        ...blocks,
        has: (cid) => blocks.has(cid) && !(damaged && gone.has(`${cid}`)),
      }),
    })
    const from = addressOf(provider)
    await reader.flow.sync(mid, { from })
    damaged = true
    expect(await reader.flow.sync(mid, { from })).toMatchObject({ seq: 1, blocks: 3 })
    damaged = false
    expect(await reader.flow.sync(mid, { from })).toMatchObject({ seq: 1, blocks: 0 })
  })

  it('stops when told to', async () => {
    const stop = new AbortController()
    const { disguise } = counted((count) => {
      if (count === 50) stop.abort()
    })
    const provider = await village.join({ disguise })
    const reader = await village.join()
    await provider.backup('unit', leavesOf(12, 200, 20_000))
    const sync = reader.flow.sync(mid, { from: addressOf(provider), signal: stop.signal })
    await expect(sync).rejects.toMatchObject({ name: 'AbortError' })
    expect(reader.heads.current(mid)).toBeUndefined()
    const before = AbortSignal.abort()
    await expect(reader.flow.sync(mid, { signal: before })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('says that the disk is full, and takes no head', async () => {
    const provider = await village.join()
    const reader = await village.join({ disk: memoryDisk({ capacity: 1_000_000 }) })
    await provider.backup('unit', leavesOf(13, 100, 50_000))
    const sync = reader.flow.sync(mid, { from: addressOf(provider) })
    await expect(sync).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(reader.heads.current(mid)).toBeUndefined()
  })

  it('says that a provider lacks blocks', async () => {
    const provider = await village.join()
    const reader = await village.join()
    const content = await provider.backup('unit', leavesOf(14, 50, 1000))
    const gone = content[7].cid.toString()
    const { blocks } = provider
    const holed = await village.join({
      disguise: (own) => ({ ...own, has: (cid) => cid.toString() !== gone && own.has(cid) }),
    })
    await holed.blocks.putMany(content.filter(({ cid }) => cid.toString() !== gone))
    await holed.heads.take((provider.heads.current(mid) as ReturnType<typeof readHead>).record)
    const sync = reader.flow.sync(mid, { from: addressOf(holed) })
    await expect(sync).rejects.toThrow(gone)
    // With somebody who has it, the rest is all that comes.
    const result = await reader.flow.sync(mid, { from: addressOf(provider) })
    expect(result.blocks).toBe(1)
    expect(blocks.has(content[7].cid)).toBe(true)
  })

  it('of one unit runs once at a time', async () => {
    const provider = await village.join()
    const reader = await village.join()
    const content = await provider.backup('unit', leavesOf(15, 50, 10_000))
    const from = addressOf(provider)
    const results = await Promise.all([1, 2, 3].map(() => reader.flow.sync(mid, { from })))
    expect(results.map(({ blocks }) => blocks)).toEqual([content.length, 0, 0])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyBytes, toHex } from '#base'
import { handClock } from '#world'
import { eventually } from './flow.contract.js'
import { leavesOf, midOfMark } from './flow-party.contract.js'
import { addressOf, openVillage, type Village } from './world-party.contract.js'

/** Lets everything happen that needs no clock. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

describe('a providing node', () => {
  let village: Village
  const clock = handClock()
  const mid = midOfMark('live')
  beforeEach(() => {
    village = openVillage(clock)
  })
  afterEach(() => village.close())

  const pair = async () => {
    const author = await village.join()
    const provider = await village.join()
    await village.meet(author, provider)
    await author.backup('live', leavesOf(1, 3, 100))
    await author.flow.publish(mid)
    await provider.flow.provide(mid)
    return { author, provider }
  }

  it('has heard of a version that was published while it was away', async () => {
    const { author, provider } = await pair()
    village.network.cut(author.wire, provider.wire)
    await author.backup('live', leavesOf(2, 3, 100))
    await author.flow.publish(mid)
    expect(provider.heads.current(mid)?.seq).toBe(1)
    village.network.heal(author.wire, provider.wire)
    await author.wire.dial(addressOf(provider))
    await eventually(() => expect(provider.heads.current(mid)?.seq).toBe(2))
  })

  it('looks for itself from time to time', async () => {
    const { author, provider } = await pair()
    clock.advance(1000)
    await settle()
    const content = await author.backup('live', leavesOf(3, 3, 100))
    // Nobody tells: the head is there, not published.
    clock.advance(4 * 60 * 1000)
    await settle()
    expect(provider.heads.current(mid)?.seq).toBe(1)
    clock.advance(2 * 60 * 1000)
    await eventually(() => expect(provider.heads.current(mid)?.seq).toBe(2))
    expect(provider.holds('live', content)).toBe(true)
  })

  it('hears through others, though it is not connected to the author', async () => {
    const { author, provider } = await pair()
    const far = await village.join()
    await village.meet(provider, far)
    await far.flow.provide(mid)
    expect(far.heads.current(mid)?.seq).toBe(1)
    const content = await author.backup('live', leavesOf(4, 3, 100))
    await author.flow.publish(mid)
    await eventually(() => expect(far.holds('live', content)).toBe(true))
  })

  it('goes on after a restart, and so does a publisher', async () => {
    const { author, provider } = await pair()
    await provider.restart()
    await author.restart()
    expect(provider.flow.isProviding(mid)).toBe(true)
    expect(author.flow.isPublished(mid)).toBe(true)
    await settle()
    const content = await author.backup('live', leavesOf(5, 3, 100))
    await author.flow.publish(mid)
    await eventually(() => expect(provider.holds('live', content)).toBe(true))
  })

  it('publishes again what it had published, to whoever comes later', async () => {
    const author = await village.join()
    await author.backup('live', leavesOf(6, 3, 100))
    await author.flow.publish(mid)
    await author.restart()
    const late = await village.join()
    await village.meet(late, author)
    clock.advance(1000)
    await settle()
    const record = await late.wire.getRecord('leither', new TextEncoder().encode(mid))
    expect(record).toEqual(author.heads.current(mid)?.record)
  })

  it('stops when told to', async () => {
    const { author, provider } = await pair()
    await provider.flow.unprovide(mid)
    expect(provider.flow.isProviding(mid)).toBe(false)
    await author.backup('live', leavesOf(7, 3, 100))
    await author.flow.publish(mid)
    await settle()
    expect(provider.heads.current(mid)?.seq).toBe(1)
    await author.flow.unpublish(mid)
    expect(author.flow.isPublished(mid)).toBe(false)
    await provider.restart()
    expect(provider.flow.isProviding(mid)).toBe(false)
  })

  it('waits for a unit that nobody has yet', async () => {
    const provider = await village.join()
    const author = await village.join()
    await village.meet(provider, author)
    await provider.flow.provide(mid)
    expect(provider.heads.current(mid)).toBeUndefined()
    const content = await author.backup('live', leavesOf(8, 3, 100))
    await author.flow.publish(mid)
    await eventually(() => expect(provider.holds('live', content)).toBe(true))
  })

  it('takes each version once, whoever tells of it', async () => {
    const { author, provider } = await pair()
    for (let i = 0; i < 5; i++) {
      await author.backup('live', leavesOf(10 + i, 3, 100))
      await author.flow.publish(mid)
    }
    await eventually(() => expect(provider.heads.current(mid)?.seq).toBe(6))
    const { taken } = provider.heads
    expect([...taken].sort((a, b) => a - b)).toEqual(taken)
    expect(new Set(taken).size).toBe(taken.length)
  })
})

describe('two writers', () => {
  const village = openVillage()
  afterEach(() => village.close())

  it('of one sequence: both versions come to both, and then there is peace', async () => {
    const mid = midOfMark('both')
    const [a, b] = [await village.join(), await village.join()]
    const ofA = await a.backup('both', leavesOf(1, 5, 100))
    const ofB = await b.backup('both', leavesOf(2, 5, 100))
    await village.meet(a, b)
    for (const node of [a, b]) {
      await node.flow.publish(mid)
      await node.flow.provide(mid)
    }
    await eventually(() => {
      for (const { cid } of [...ofA, ...ofB]) {
        expect([a.blocks.has(cid), b.blocks.has(cid)]).toEqual([true, true])
      }
      const [x, y] = [a, b].map(({ heads }) => toHex(heads.current(mid)?.record ?? emptyBytes))
      expect(x).toBe(y)
    })
    await settle()
    const taken = [a, b].map(({ heads }) => heads.taken.length)
    await settle()
    expect([a, b].map(({ heads }) => heads.taken.length)).toEqual(taken)
    expect(Math.max(...taken)).toBeLessThanOrEqual(2)
  })
})

describe('a publisher', () => {
  const village = openVillage()
  afterEach(() => village.close())

  it('says why a unit cannot be published', async () => {
    const node = await village.join()
    const mid = midOfMark('none')
    await expect(node.flow.publish(mid)).rejects.toMatchObject({ code: 'NOTHING_TO_PUBLISH' })
    await node.backup('none', leavesOf(1, 1, 10), { open: false })
    await expect(node.flow.publish(mid)).rejects.toMatchObject({ code: 'NOT_PUBLIC' })
    expect(node.flow.isPublished(mid)).toBe(false)
  })
})

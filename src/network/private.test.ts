import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BadInput, type CID, codecs } from '#base'
import type { Block } from '#blocks'
import { handClock, type Peer } from '#world'
import { eventually } from './flow.contract.js'
import { leavesOf, midOfMark, type TestNode } from './flow-party.contract.js'
import { Link } from './link.js'
import { syncProtocol } from './links.js'
import { nodeIdOf } from './index.js'
import { addressOf, openVillage, type Village } from './world-party.contract.js'

/** A passport is the word "open sesame" followed by the bearer's id. */
function allows(passport: string | undefined, peer: Peer): boolean {
  if (passport?.startsWith('old ') === true)
    throw new BadInput('the passport is expired', 'renew it')
  return passport === `open sesame ${nodeIdOf(peer)}`
}

const passportOf = (node: TestNode): string => `open sesame ${nodeIdOf(node.wire.self())}`

describe('a unit that is not for everyone', () => {
  let village: Village
  let owner: TestNode
  let reader: TestNode
  let content: Block[]
  const clock = handClock()
  const mid = midOfMark('diary')
  beforeEach(async () => {
    village = openVillage(clock)
    owner = await village.join({ allows })
    reader = await village.join({ allows })
    content = await owner.backup('diary', leavesOf(1, 20, 1000), { open: false })
  })
  afterEach(() => village.close())

  it('is refused without a passport, with a wrong one, and with an old one', async () => {
    const from = addressOf(owner)
    for (const passport of [undefined, 'let me in', passportOf(owner)]) {
      await expect(reader.flow.sync(mid, { from, passport })).rejects.toMatchObject({
        code: 'SYNC_REFUSED',
      })
    }
    const sync = reader.flow.sync(mid, { from, passport: 'old one' })
    await expect(sync).rejects.toThrow('the passport is expired')
    expect(content.some(({ cid }) => reader.blocks.has(cid))).toBe(false)
  })

  it('comes with a passport, and is kept up to date by a provider', async () => {
    const passport = passportOf(reader)
    await reader.flow.sync(mid, { from: addressOf(owner), passport })
    expect(reader.holds('diary', content)).toBe(true)
    await reader.flow.provide(mid)
    const next = await owner.backup('diary', leavesOf(2, 20, 1000), { open: false })
    clock.advance(6 * 60 * 1000)
    await eventually(() => expect(reader.holds('diary', next)).toBe(true))
  })

  it('is not spoken of in public', async () => {
    await reader.flow.sync(mid, { from: addressOf(owner), passport: passportOf(reader) })
    await reader.flow.provide(mid)
    const stranger = await village.join()
    await village.meet(stranger, owner, reader)
    const key = new TextEncoder().encode(mid)
    expect(await stranger.wire.findProviders(key, 10)).toEqual([])
    expect(await stranger.wire.getRecord('leither', key)).toBeUndefined()
    expect(await stranger.flow.find(mid)).toBeUndefined()
  })

  it('gives no block away under the name of another unit', async () => {
    await owner.backup('page', leavesOf(3, 3, 100))
    const { link } = await linkTo(owner, reader)
    await link.askHead(midOfMark('page'), 1000)
    const { received, missing } = await wanted(link, midOfMark('page'), content)
    expect(received).toEqual([])
    expect(missing).toHaveLength(content.length)
    // Nor under its own without having asked, nor after having been refused.
    await expect(wanted(link, mid, content)).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
    await expect(link.askHead(mid, 1000)).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
    await expect(wanted(link, mid, content)).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
  })

  it('is no longer given once the passport does not hold any more', async () => {
    let valid = true
    const strict = await village.join({ allows: () => valid })
    const blocks = await strict.backup('diary', leavesOf(1, 20, 1000), { open: false })
    const { link } = await linkTo(strict, reader)
    await link.askHead(mid, 1000)
    expect((await wanted(link, mid, blocks.slice(0, 3))).received).toHaveLength(3)
    valid = false
    await expect(wanted(link, mid, blocks.slice(3))).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
  })
})

describe('a link', () => {
  const village = openVillage(handClock())
  afterEach(() => village.close())

  it('serves any block of a unit that may be read, in any order', async () => {
    const owner = await village.join()
    const reader = await village.join()
    const content = await owner.backup('page', leavesOf(4, 300, 50))
    const leaves = content.filter(({ cid }) => cid.code === codecs.raw)
    const { link } = await linkTo(owner, reader)
    await link.askHead(midOfMark('page'), 1000)
    const { received } = await wanted(link, midOfMark('page'), leaves.reverse())
    expect(received.map(String).sort()).toEqual(leaves.map(({ cid }) => `${cid}`).sort())
  })

  it('ends with a peer that does not speak the protocol, which is left alone', async () => {
    const owner = await village.join()
    const rude = await village.join()
    for (const message of [
      Uint8Array.of(1, 2, 3),
      new Uint8Array(100),
      Uint8Array.of(0, 0, 0, 1, 0xff),
    ]) {
      const channel = await rude.wire.open(owner.wire.self(), syncProtocol)
      await channel.send(message)
      for await (const answer of channel.messages()) expect(answer).toBeUndefined()
    }
    expect(owner.log.lines.some(({ message }) => message === 'a peer is left alone')).toBe(true)
    expect(owner.wire.peers()).toHaveLength(1)
  })

  it('is not open to a flood of questions', async () => {
    const owner = await village.join()
    const greedy = await village.join()
    const [block] = await owner.backup('page', leavesOf(4, 1, 50))
    const { link } = await linkTo(owner, greedy)
    await link.askHead(midOfMark('page'), 1000)
    const questions = Array.from({ length: 200 }, () => wanted(link, midOfMark('page'), [block]))
    const results = await Promise.allSettled(questions)
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(200)
    expect(link.isOpen).toBe(true)
  })
})

/** A link beside the flow, to ask what a well-behaved node would not. */
async function linkTo(owner: TestNode, reader: TestNode): Promise<{ link: Link }> {
  const channel = await reader.wire.open(owner.wire.self(), syncProtocol)
  const link = new Link(channel, handClock(), () => undefined)
  void link.run().catch(() => undefined)
  return { link }
}

async function wanted(link: Link, mid: string, blocks: readonly Block[]) {
  const received: CID[] = []
  const take = async (came: readonly Block[]): Promise<void> => {
    received.push(...came.map(({ cid }) => cid))
  }
  const cids = blocks.map(({ cid }) => cid)
  const missing = await link.want(mid, cids, take, new AbortController().signal)
  return { received, missing }
}

import { expect, describe, it } from 'vitest'
import { type CID, cidOf, codecs, encodeCbor, fromText } from '#base'
import { memoryDisk } from '#world'
import { makeBlock } from './block.js'
import type { Block, Blocks } from './blocks.js'
import { makePb } from './dag-pb.js'
import { dagLinks, dagMissing, walkDag } from './dag.js'
import { openBlocks } from './store/open.js'

const raw = (text: string): Block => makeBlock(codecs.raw, fromText(text))
const [a, b, c] = ['a', 'b', 'c'].map(raw)
const texts = (cids: Iterable<CID>): string[] => Array.from(cids, String)

async function storeOf(...blocks: Block[]): Promise<Blocks> {
  const store = openBlocks({ disk: memoryDisk() })
  await store.putMany(blocks)
  return store
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('dagLinks', () => {
  it('finds the CIDs of every kind of block, in order, each once', () => {
    expect(dagLinks(a.cid, a.bytes)).toEqual([])
    const value = { x: [c.cid, { y: b.cid }], a: { deep: [[a.cid]] }, n: null, t: 'x', z: c.cid }
    const cbor = makeBlock(codecs.dagCbor, encodeCbor(value))
    // Canonical CBOR orders keys: a, n, t, x, z.
    expect(texts(dagLinks(cbor.cid, cbor.bytes))).toEqual(texts([a.cid, c.cid, b.cid]))
    const links = [c, a, c].map(({ cid }) => ({ name: '', cid, treeBytes: 1 }))
    const pb = makePb({ data: fromText('d'), links })
    expect(texts(dagLinks(pb.cid, pb.bytes))).toEqual(texts([c.cid, a.cid]))
  })

  it('says which block is not what its codec says', () => {
    for (const codec of [codecs.dagPb, codecs.dagCbor]) {
      const bad = makeBlock(codec, fromText('no node at all'))
      expect(() => dagLinks(bad.cid, bad.bytes)).toThrow(/cannot be read/)
    }
    const nested = makeBlock(codecs.dagCbor, new Uint8Array(1_000_000).fill(0x81))
    expect(() => dagLinks(nested.cid, nested.bytes)).toThrow(/cannot be read/)
  })
})

describe('walkDag', () => {
  it('goes parents first, depth first, to each block once', async () => {
    const left = makeBlock(codecs.dagCbor, encodeCbor([a.cid, b.cid]))
    const right = makeBlock(codecs.dagCbor, encodeCbor([b.cid, c.cid]))
    const top = makeBlock(codecs.dagCbor, encodeCbor([left.cid, right.cid, a.cid]))
    const store = await storeOf(a, b, c, left, right, top)
    const order = (await all(walkDag(store, top.cid))).map(({ cid }) => cid)
    expect(texts(order)).toEqual(texts([top, left, a, b, right, c].map(({ cid }) => cid)))
    const skip = (cid: CID): boolean => cid.equals(left.cid)
    const rest = (await all(walkDag(store, top.cid, { skip }))).map(({ cid }) => cid)
    expect(texts(rest)).toEqual(texts([top, right, b, c, a].map(({ cid }) => cid)))
  })

  it('goes as deep as a chain is', async () => {
    let last = a
    const chain = [a]
    for (let i = 0; i < 12_000; i++) {
      last = makeBlock(codecs.dagCbor, encodeCbor([i, last.cid]))
      chain.push(last)
    }
    const store = await storeOf(...chain)
    let count = 0
    for await (const { cid } of walkDag(store, last.cid)) if (cid) count++
    expect(count).toBe(12_001)
    expect(await all(dagMissing(store, [last.cid]))).toEqual([])
    const kept = await store.collect({
      roots: (async function* () {
        yield last.cid
      })(),
    })
    expect(kept).toEqual({ keptBlocks: 12_001, freedBlocks: 0, freedBytes: 0 })
  })

  it('stops where a block is missing', async () => {
    const top = makeBlock(codecs.dagCbor, encodeCbor([a.cid, b.cid]))
    const walking = all(walkDag(await storeOf(top, a), top.cid))
    await expect(walking).rejects.toMatchObject({
      code: 'BLOCK_MISSING',
      data: { cid: `${b.cid}` },
    })
  })
})

describe('dagMissing', () => {
  it('names what is not here, until nothing is missing', async () => {
    const inner = makeBlock(codecs.dagCbor, encodeCbor([a.cid, b.cid]))
    const top = makeBlock(codecs.dagCbor, encodeCbor([inner.cid, c.cid]))
    const source = await storeOf(a, b, c, inner, top)
    const target = openBlocks({ disk: memoryDisk() })
    const rounds: string[][] = []
    for (;;) {
      const missing = await all(dagMissing(target, [top.cid]))
      if (missing.length === 0) break
      rounds.push(texts(missing))
      for (const cid of missing) await target.put(cid, await source.get(cid))
    }
    expect(rounds).toEqual(
      [[top], [inner, c], [a, b]].map((round) => texts(round.map((x) => x.cid))),
    )
    const known = (cid: CID): boolean => cid.equals(inner.cid)
    expect(await all(dagMissing(await storeOf(top), [top.cid], known))).toEqual([c.cid])
    expect(await all(dagMissing(target, [cidOf(codecs.raw, fromText('?')), top.cid]))).toHaveLength(
      1,
    )
  })
})

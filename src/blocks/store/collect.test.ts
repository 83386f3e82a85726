import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CID, type Value, cidOf, codecs, encodeCbor, fromText } from '#base'
import { type Disk, memoryDisk } from '#world'
import { makeBlock } from '../block.js'
import type { Block, Blocks } from '../blocks.js'
import { addFile } from '../unixfs/add.js'
import { changeDirectory } from '../unixfs/change.js'
import { readFile } from '../unixfs/read.js'
import { blockKey, digestOf, fileName } from './entry.js'
import { openBlocks } from './open.js'

async function* from(...cids: CID[]): AsyncIterable<CID> {
  yield* cids
}
const node = (value: Value): Block => makeBlock(codecs.dagCbor, encodeCbor(value))
const leaf = (fill: number): Block => makeBlock(codecs.raw, new Uint8Array(70_000).fill(fill))

async function filesOf(disk: Disk): Promise<string[]> {
  const names: string[] = []
  for await (const name of disk.files.list('blocks')) names.push(name)
  return names
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

describe('collect', () => {
  it('keeps what roots, pins and held CIDs reach, and frees the rest', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const kept = await addFile(blocks, new Uint8Array(3_000_000).fill(1))
    const root = await changeDirectory(blocks, null, [['a/b', { ...kept, type: 'file' }]])
    const pinned = await addFile(blocks, new Uint8Array(3_000_000).fill(2))
    await blocks.pin(pinned.cid, 'mine')
    const held = await addFile(blocks, new Uint8Array(3_000_000).fill(3))
    const letGo = blocks.hold(held.cid)
    const lost = await addFile(blocks, new Uint8Array(3_000_000).fill(4))

    const dry = await blocks.collect({ roots: from(root), dryRun: true })
    expect(blocks.has(lost.cid)).toBe(true)
    const report = await blocks.collect({ roots: from(root) })
    expect(report).toEqual(dry)
    expect(report.freedBytes).toBeGreaterThan(1_000_000)
    expect(blocks.has(lost.cid)).toBe(false)
    for (const { cid } of [kept, pinned, held]) {
      let size = 0
      for await (const part of readFile(blocks, cid)) size += part.length
      expect(size).toBe(3_000_000)
    }
    expect((await blocks.check()).corrupt).toEqual([])
    letGo()
    await blocks.unpin(pinned.cid, 'mine')
    await blocks.collect({ roots: from() })
    expect(await blocks.collect({ roots: from() })).toEqual({
      keptBlocks: 0,
      freedBlocks: 0,
      freedBytes: 0,
    })
    expect(await filesOf(disk)).toEqual([])
  })

  it('keeps what a maker has put or found since it holds', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const [one, two] = [leaf(1), leaf(2)]
    const old = node([two.cid])
    await blocks.putMany([two, old])
    const letGo = blocks.hold()
    await blocks.putMany([one])
    expect(blocks.has(old.cid)).toBe(true)
    await blocks.collect({ roots: from() })
    expect([one, two, old].map(({ cid }) => blocks.has(cid))).toEqual([true, true, true])
    letGo()
    await blocks.collect({ roots: from() })
    expect([one, two, old].map(({ cid }) => blocks.has(cid))).toEqual([false, false, false])
  })

  it('keeps what is put or found while it runs', async () => {
    const memory = memoryDisk()
    const shared = leaf(5)
    const old = node({ shared: shared.cid })
    const during = node([old.cid])
    let blocks: Blocks
    const noise = Array.from({ length: 2000 }, (_, i) => node(i))
    let found = false
    const disk: Disk = {
      ...memory,
      async write(changes) {
        // At any moment of the sweep somebody finds an old block and builds on it.
        if (changes.length > 10 && changes.every(({ value }) => value === undefined)) {
          found ||= blocks.has(old.cid)
        }
        await memory.write(changes)
      },
      scan(range) {
        const entries = memory.scan(range)
        return (async function* () {
          let step = 0
          for await (const entry of entries) {
            if (++step === foundAt && blocks.has(old.cid)) await blocks.putMany([during])
            yield entry
          }
        })()
      },
    }
    const foundAt = 1500
    blocks = openBlocks({ disk })
    await blocks.putMany([shared, old, ...noise])
    await blocks.collect({ roots: from() })
    expect(same(blocks.getSync(during.cid), during.bytes)).toBe(true)
    expect(same(blocks.getSync(old.cid), old.bytes)).toBe(true)
    expect(same(await blocks.get(shared.cid), shared.bytes)).toBe(true)
    for (const { cid } of noise) expect(blocks.has(cid)).toBe(false)
    // Once it is condemned, nobody finds it any more.
    const gone = openBlocks({ disk: { ...disk, scan: (range) => memory.scan(range) } })
    found = false
    blocks = gone
    await gone.collect({ roots: from() })
    expect(found).toBe(false)
  })

  it('gives back a block that is put again while its file goes', async () => {
    const memory = memoryDisk()
    const block = leaf(6)
    let again: Promise<void> | undefined
    const files: Disk['files'] = {
      ...memory.files,
      async remove(name) {
        again ??= blocks.put(block.cid, block.bytes)
        await Promise.resolve()
        await memory.files.remove(name)
      },
    }
    const blocks = openBlocks({ disk: { ...memory, files } })
    await blocks.putMany([block])
    await blocks.collect({ roots: from() })
    await again
    expect(same(await blocks.get(block.cid), block.bytes)).toBe(true)
    expect(await memory.files.size(fileName(digestOf(block.cid)))).toBe(block.bytes.length)
  })

  it('sweeps files that a crash left without an entry', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const [one, two] = [leaf(1), leaf(2)]
    await blocks.putMany([one, two])
    await disk.write([{ key: blockKey(digestOf(two.cid)), value: undefined }])
    const report = await blocks.collect({ roots: from(one.cid) })
    expect(report.freedBytes).toBe(two.bytes.length)
    expect(await filesOf(disk)).toEqual([fileName(digestOf(one.cid))])
  })

  it('frees nothing where a tree node is damaged, and passes over what is missing', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const below = leaf(1)
    const tree = node([below.cid])
    await blocks.putMany([below, tree])
    const half = node([tree.cid, cidOf(codecs.dagPb, fromText('elsewhere'))])
    await blocks.putMany([half])
    expect(await blocks.collect({ roots: from(half.cid) })).toMatchObject({ freedBlocks: 0 })
    await disk.write([{ key: blockKey(digestOf(tree.cid)), value: Uint8Array.of(0, 0x71, 0x80) }])
    const collecting = blocks.collect({ roots: from(half.cid) })
    await expect(collecting).rejects.toMatchObject({ code: 'BLOCK_CORRUPT' })
    expect(blocks.has(below.cid)).toBe(true)
    await blocks.put(tree.cid, tree.bytes)
    expect(await blocks.collect({ roots: from(half.cid) })).toMatchObject({ freedBlocks: 0 })
  })

  it('follows a node also where its bytes are somebody else’s raw leaf', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const below = leaf(1)
    const tree = node([below.cid])
    const asLeaf = makeBlock(codecs.raw, tree.bytes)
    await blocks.putMany([below, tree, asLeaf])
    await blocks.collect({ roots: from(asLeaf.cid, tree.cid) })
    expect(blocks.has(below.cid)).toBe(true)
  })

  it('frees exactly what is not reached, whatever the DAG', async () => {
    const shape = fc.array(fc.array(fc.nat(1000), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(shape, fc.array(fc.nat(1000), { maxLength: 4 }), async (links, roots) => {
        const blocks = openBlocks({ disk: memoryDisk() })
        const made: Block[] = []
        const below: Set<number>[] = []
        for (const [i, targets] of links.entries()) {
          const to = i === 0 ? [] : [...new Set(targets.map((target) => target % i))]
          made.push(node([i, ...to.map((target) => made[target].cid)]))
          below.push(new Set([i, ...to.flatMap((target) => [...below[target]])]))
        }
        await blocks.putMany(made)
        const chosen = roots.map((root) => root % made.length)
        const alive = new Set(chosen.flatMap((root) => [...below[root]]))
        await blocks.collect({ roots: from(...chosen.map((root) => made[root].cid)) })
        expect(made.map(({ cid }) => blocks.has(cid))).toEqual(made.map((_, i) => alive.has(i)))
      }),
      { numRuns: 60 },
    )
  })
})

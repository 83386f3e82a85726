import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CID, cidOf, codecs, fromText, limits } from '#base'
import { type Disk, memoryDisk } from '#world'
import { makeBlock } from '../block.js'
import { blockKey, digestOf, fileName } from './entry.js'
import { openBlocks } from './open.js'
import { inlineBytes } from './store.js'

const block = (codec: number, bytes: Uint8Array) => ({ cid: cidOf(codec, bytes), bytes })
const small = block(codecs.raw, fromText('small'))
const node = block(codecs.dagCbor, new Uint8Array(inlineBytes + 1).fill(7))
const leaf = block(codecs.raw, new Uint8Array(inlineBytes + 1).fill(9))
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
const keyOf = (cid: CID): Uint8Array => blockKey(digestOf(cid))
const fileOf = (cid: CID): string => fileName(digestOf(cid))

/** A disk whose file writes end when the test says so. */
function heldFiles(disk: Disk): { disk: Disk; letGo: () => void } {
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const files: Disk['files'] = {
    ...disk.files,
    async writeAll(list) {
      await gate
      await disk.files.writeAll(list)
    },
  }
  return { disk: { ...disk, files }, letGo }
}

describe('blocks', () => {
  it('come back as they were put, small ones without a file', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    await blocks.putMany([small, node])
    await blocks.put(leaf.cid, leaf.bytes)
    for (const { cid, bytes } of [small, node, leaf]) {
      expect(same(await blocks.get(cid), bytes)).toBe(true)
      expect(blocks.has(cid)).toBe(true)
      expect(blocks.size(cid)).toBe(bytes.length)
    }
    expect(same(blocks.getSync(node.cid), node.bytes)).toBe(true)
    expect(() => blocks.getSync(leaf.cid)).toThrow(/use get/)
    const files: string[] = []
    for await (const name of disk.files.list('blocks')) files.push(name)
    expect(files).toEqual([fileOf(leaf.cid)])
    expect(openBlocks({ disk }).getSync(small.cid)).toEqual(small.bytes)
  })

  it('survive any mix of puts', async () => {
    const size = fc.oneof(fc.nat(100), fc.integer({ min: inlineBytes - 2, max: inlineBytes + 2 }))
    const any = fc.tuple(size, fc.constantFrom(...Object.values(codecs)), fc.nat(3))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(any, { maxLength: 6 }), { maxLength: 4 }),
        async (puts) => {
          const disk = memoryDisk()
          const blocks = openBlocks({ disk })
          const lists = puts.map((list) =>
            list.map(([size, codec, fill]) => block(codec, new Uint8Array(size).fill(fill))),
          )
          await Promise.all(lists.map((list) => blocks.putMany(list)))
          const again = openBlocks({ disk })
          for (const { cid, bytes } of lists.flat()) {
            expect(Buffer.from(await again.get(cid)).equals(bytes)).toBe(true)
            expect(again.has(cid)).toBe(true)
            if (cid.code !== codecs.raw) expect(again.getSync(cid).length).toBe(bytes.length)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are found under either version of their CID', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const pb = makeBlock(codecs.dagPb, fromText('\x0a\x02\x08\x01'))
    await blocks.putMany([pb])
    expect(await blocks.get(pb.cid.toV0())).toEqual(pb.bytes)
    expect(blocks.has(CID.parse(pb.cid.toV0().toString()))).toBe(true)
  })

  it('become tree nodes where they were leaves before', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const asLeaf = block(codecs.raw, node.bytes)
    await blocks.put(asLeaf.cid, asLeaf.bytes)
    expect(blocks.has(node.cid)).toBe(false)
    await blocks.put(node.cid, node.bytes)
    expect(same(blocks.getSync(node.cid), node.bytes)).toBe(true)
    expect(same(await blocks.get(asLeaf.cid), node.bytes)).toBe(true)
    const other = openBlocks({ disk: memoryDisk() })
    await other.putMany([node, asLeaf])
    expect(other.getSync(node.cid)).toEqual(node.bytes)
  })

  it('are refused where they do not match, are too large or unknown in kind', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const large = block(codecs.raw, new Uint8Array(limits.blockBytes + 1))
    const identity = CID.parse('bafkqablimvwgy3y')
    const json = CID.createV1(0x0129, small.cid.multihash)
    const cases = [
      [{ cid: small.cid, bytes: fromText('other') }, 'BLOCK_CORRUPT'],
      [large, 'BLOCK_TOO_LARGE'],
      [{ cid: identity, bytes: fromText('hello') }, 'CID_UNSUPPORTED'],
      [{ cid: json, bytes: small.bytes }, 'CID_UNSUPPORTED'],
    ] as const
    for (const [bad, code] of cases) {
      await expect(blocks.putMany([leaf, bad])).rejects.toMatchObject({ code })
      await expect(blocks.get(leaf.cid)).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    }
    expect(() => blocks.has(identity)).toThrow(/SHA-256/)
    const most = block(codecs.dagPb, new Uint8Array(limits.blockBytes))
    await blocks.put(most.cid, most.bytes)
    expect(blocks.getSync(most.cid).length).toBe(limits.blockBytes)
  })

  it('are missing where nobody put them', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    await expect(blocks.get(leaf.cid)).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    expect(() => blocks.getSync(small.cid)).toThrow(/not here/)
    expect(blocks.has(small.cid)).toBe(false)
    expect(blocks.size(small.cid)).toBe(undefined)
  })

  it('are not handed out damaged, and heal when they are put again', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    await blocks.putMany([small, leaf])
    const entry = disk.get(keyOf(small.cid))?.slice()
    if (entry === undefined) throw new Error('no entry')
    entry[entry.length - 1] ^= 1
    await disk.write([{ key: keyOf(small.cid), value: entry }])
    await disk.files.write(fileOf(leaf.cid), leaf.bytes.subarray(1))
    for (const { cid, bytes } of [small, leaf]) {
      await expect(blocks.get(cid)).rejects.toMatchObject({ code: 'BLOCK_CORRUPT' })
      expect(blocks.has(cid)).toBe(false)
      expect(blocks.size(cid)).toBe(undefined)
      await blocks.put(cid, bytes)
      expect(same(await blocks.get(cid), bytes)).toBe(true)
      expect(blocks.has(cid)).toBe(true)
    }
    await disk.files.remove(fileOf(leaf.cid))
    await expect(blocks.get(leaf.cid)).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    expect(blocks.has(leaf.cid)).toBe(false)
    await blocks.put(leaf.cid, leaf.bytes)
    expect(same(await blocks.get(leaf.cid), leaf.bytes)).toBe(true)
  })

  it('are visible at once and acknowledged once durable, also to a second writer', async () => {
    const memory = memoryDisk()
    const { disk, letGo } = heldFiles(memory)
    const blocks = openBlocks({ disk })
    const done: string[] = []
    const first = blocks.putMany([leaf, small]).then(() => done.push('first'))
    expect(blocks.has(leaf.cid)).toBe(true)
    expect(same(blocks.getSync(small.cid), small.bytes)).toBe(true)
    expect(same(await blocks.get(leaf.cid), leaf.bytes)).toBe(true)
    const second = blocks.put(leaf.cid, leaf.bytes).then(() => done.push('second'))
    await memory.flush()
    expect(done).toEqual([])
    // What a crash would leave: no entry says that the file is there before it is.
    expect(memory.get(keyOf(leaf.cid))).toBe(undefined)
    letGo()
    await Promise.all([first, second])
    expect(done.sort()).toEqual(['first', 'second'])
    expect(memory.get(keyOf(leaf.cid))).toBeDefined()
    expect(await memory.files.size(fileOf(leaf.cid))).toBe(leaf.bytes.length)
  })

  it('are not there after a full disk refused them', async () => {
    const blocks = openBlocks({ disk: memoryDisk({ capacity: 100_000 }) })
    await blocks.put(leaf.cid, leaf.bytes)
    const more = block(codecs.raw, new Uint8Array(inlineBytes + 5))
    await expect(blocks.putMany([small, more])).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(blocks.has(more.cid)).toBe(false)
    expect(blocks.has(small.cid)).toBe(false)
    await blocks.put(small.cid, small.bytes)
    expect(blocks.has(small.cid)).toBe(true)
  })
})

describe('pins', () => {
  it('are kept with their reasons until each is taken away', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    await blocks.pin(small.cid, 'me')
    await blocks.pin(small.cid, 'you ✓')
    await blocks.pin(leaf.cid.toV1(), 'me')
    await blocks.pin(small.cid, 'me')
    await blocks.unpin(small.cid, 'me')
    await blocks.unpin(small.cid, 'nobody')
    const pins: string[] = []
    for await (const { cid, why } of openBlocks({ disk }).pins()) pins.push(`${cid} ${why}`)
    expect(pins.sort()).toEqual([`${leaf.cid} me`, `${small.cid} you ✓`].sort())
    await expect(blocks.pin(small.cid, '')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(blocks.pin(small.cid, 'x'.repeat(1025))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    })
  })
})

describe('check', () => {
  it('finds every damaged block and no other', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const many = Array.from({ length: 250 }, (_, i) => block(codecs.raw, fromText(`block ${i}`)))
    await blocks.putMany([...many, leaf, node])
    expect(await blocks.check()).toEqual({ blocks: 252, corrupt: [] })
    await disk.files.remove(fileOf(leaf.cid))
    const entry = disk.get(keyOf(node.cid))?.slice(0, -1)
    await disk.write([{ key: keyOf(node.cid), value: entry }])
    const steps: number[] = []
    const { corrupt } = await blocks.check((checked) => steps.push(checked))
    expect(corrupt.map(String).sort()).toEqual([`${leaf.cid}`, `${node.cid}`].sort())
    expect(steps).toEqual([100, 200, 252])
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cidOf, codecs } from '#base'
import { DiskFull, memoryDisk } from '#world'
import { makeBlock } from '../block.js'
import type { Block, Blocks } from '../blocks.js'
import { openBlocks } from '../store/open.js'
import { addFile, leafBytes } from './add.js'
import { BalancedTree, nodeLinks } from './balanced.js'
import { fileSize, leadingLeaves, readFile } from './read.js'
import { referenceBytes, referenceFile } from './reference.contract.js'

const bytesOf = (size: number, seed = 1): Uint8Array => {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 16
  }
  return bytes
}

async function* inParts(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function wholeOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

describe('addFile', () => {
  const sizes = [0, 1, 64 * 1024, leafBytes - 1, leafBytes, leafBytes + 1, 3 * leafBytes + 77]
  it.each(sizes)('names %i bytes as the IPFS importer does', async (size) => {
    const content = bytesOf(size)
    const blocks = openBlocks({ disk: memoryDisk() })
    const added = await addFile(blocks, content)
    expect(added.size).toBe(size)
    expect(`${added.cid}`).toBe(
      `${await referenceFile(openBlocks({ disk: memoryDisk() }), content)}`,
    )
    expect(same(await referenceBytes(blocks, added.cid), content)).toBe(true)
    expect(same(await wholeOf(readFile(blocks, added.cid)), content)).toBe(true)
    expect(await fileSize(blocks, added.cid)).toBe(size)
  })

  it('gives one CID however the stream is cut', async () => {
    const content = bytesOf(2 * leafBytes + 5)
    const blocks = openBlocks({ disk: memoryDisk() })
    const { cid } = await addFile(blocks, content)
    for (const size of [1000, 65_536, leafBytes, leafBytes + 1, 5 * leafBytes]) {
      expect(`${(await addFile(blocks, inParts(content, size))).cid}`).toBe(`${cid}`)
    }
  })

  it('adds levels where one node has no room for all leaves', async () => {
    const { fixedSize } = await import('ipfs-unixfs-importer/chunker')
    for (const leaves of [1, 2, nodeLinks, nodeLinks + 1, 3 * nodeLinks]) {
      const content = bytesOf(leaves * 10)
      const blocks = openBlocks({ disk: memoryDisk() })
      const tree = new BalancedTree((block) => blocks.putMany([block]))
      for (let at = 0; at < content.length; at += 10) {
        const leaf = makeBlock(codecs.raw, content.subarray(at, at + 10))
        await blocks.putMany([leaf])
        await tree.add({ cid: leaf.cid, size: 10, treeBytes: 10 })
      }
      const { cid, size } = await tree.root()
      expect(size).toBe(content.length)
      const chunker = fixedSize({ chunkSize: 10 })
      const reference = await referenceFile(openBlocks({ disk: memoryDisk() }), content, {
        chunker,
      })
      expect(`${cid}`).toBe(`${reference}`)
      expect(same(await wholeOf(readFile(blocks, cid)), content)).toBe(true)
    }
  })

  it('takes over the leaves that a file begins with', async () => {
    const content = bytesOf(4 * leafBytes + 9)
    const blocks = openBlocks({ disk: memoryDisk() })
    for (const kept of [0, 5, leafBytes, 2 * leafBytes + 7, 4 * leafBytes]) {
      const old = await addFile(blocks, content.subarray(0, kept))
      const after = await leadingLeaves(blocks, old.cid, kept)
      const rest = content.subarray(after.length * leafBytes)
      expect(await addFile(blocks, rest, { after })).toEqual(await addFile(blocks, content))
    }
  })

  it('tells progress only of what is durable', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const here = new Set<string>()
    const watched: Pick<Blocks, 'putMany' | 'hold'> = {
      hold: (root) => blocks.hold(root),
      async putMany(list: readonly Block[]) {
        await blocks.putMany(list)
        for (const { cid } of list) here.add(`${cid}`)
      },
    }
    const steps: number[] = []
    const content = bytesOf(20 * leafBytes + 3)
    const onProgress = (bytes: number): void => {
      steps.push(bytes)
      const leaves = Math.ceil(bytes / leafBytes)
      for (let i = 0; i < leaves; i++) {
        const leaf = content.subarray(i * leafBytes, (i + 1) * leafBytes)
        expect(here.has(`${cidOf(codecs.raw, leaf)}`)).toBe(true)
      }
    }
    await addFile(watched, content, { onProgress })
    expect(steps.length).toBeGreaterThan(1)
    expect(steps.at(-1)).toBe(content.length)
    expect([...steps].sort((a, b) => a - b)).toEqual(steps)
  })

  it('fails with what the stream or the disk throws', async () => {
    const broken = (async function* () {
      yield bytesOf(9 * leafBytes)
      throw new Error('the cable was pulled')
    })()
    const blocks = openBlocks({ disk: memoryDisk() })
    await expect(addFile(blocks, broken)).rejects.toThrow('the cable was pulled')
    const full = openBlocks({ disk: memoryDisk({ capacity: 12 * leafBytes }) })
    await expect(addFile(full, bytesOf(40 * leafBytes))).rejects.toBeInstanceOf(DiskFull)
  })
})

describe('readFile', () => {
  it('gives any range, at leaf edges above all', async () => {
    const content = bytesOf(4 * leafBytes + 11)
    const blocks = openBlocks({ disk: memoryDisk() })
    const { cid } = await addFile(blocks, content)
    const edge = fc
      .tuple(fc.nat(5), fc.integer({ min: -2, max: 2 }))
      .map(([leaf, by]) => Math.max(0, leaf * leafBytes + by))
    const place = fc.oneof(edge, fc.nat(content.length + 10))
    await fc.assert(
      fc.asyncProperty(place, place, async (start, end) => {
        const part = await wholeOf(readFile(blocks, cid, { start, end }))
        expect(same(part, content.slice(start, Math.max(start, end)))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('reads only the leaves of the range', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const { cid } = await addFile(blocks, bytesOf(20 * leafBytes))
    const asked: number[] = []
    const watched = {
      hold: blocks.hold,
      async get(one: typeof cid) {
        if (one.code === codecs.raw) asked.push(1)
        return blocks.get(one)
      },
    }
    const range = { start: 7 * leafBytes + 5, end: 8 * leafBytes + 5 }
    expect((await wholeOf(readFile(watched, cid, range))).length).toBe(leafBytes)
    expect(asked.length).toBe(2)
  })

  it('reads trees of other shapes and makers', async () => {
    const { fixedSize } = await import('ipfs-unixfs-importer/chunker')
    const { balanced, flat, trickle } = await import('ipfs-unixfs-importer/layout')
    const content = bytesOf(300_001)
    for (const layout of [
      trickle({ maxChildrenPerNode: 3 }),
      balanced({ maxChildrenPerNode: 2 }),
      flat(),
    ]) {
      for (const leaves of [
        { rawLeaves: true },
        { rawLeaves: false, leafType: 'file' as const },
        { rawLeaves: false, leafType: 'raw' as const },
      ]) {
        for (const cidVersion of [0, 1] as const) {
          const blocks = openBlocks({ disk: memoryDisk() })
          const chunker = fixedSize({ chunkSize: 7000 })
          const cid = await referenceFile(blocks, content, {
            layout,
            chunker,
            cidVersion,
            ...leaves,
          })
          expect(await fileSize(blocks, cid)).toBe(content.length)
          expect(same(await wholeOf(readFile(blocks, cid)), content)).toBe(true)
          const part = await wholeOf(readFile(blocks, cid, { start: 6999, end: 100_001 }))
          expect(same(part, content.subarray(6999, 100_001))).toBe(true)
        }
      }
    }
  })

  it('says which block is missing, and that a directory is no file', async () => {
    const blocks = openBlocks({ disk: memoryDisk() })
    const { cid } = await addFile(blocks, bytesOf(3 * leafBytes))
    const half = openBlocks({ disk: memoryDisk() })
    await half.put(cid, await blocks.get(cid))
    await expect(wholeOf(readFile(half, cid))).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    const { emptyDirectory, emptyDirectoryBytes } = await import('./directory.js')
    await blocks.put(emptyDirectory, emptyDirectoryBytes)
    const reading = wholeOf(readFile(blocks, emptyDirectory))
    await expect(reading).rejects.toMatchObject({ code: 'NOT_A_FILE' })
  })
})

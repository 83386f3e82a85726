import { CarReader, CarWriter } from '@ipld/car'
import { describe, expect, it } from 'vitest'
import { CID, cidOf, codecs, fromText, limits } from '#base'
import { memoryDisk } from '#world'
import { makeBlock } from './block.js'
import type { Blocks } from './blocks.js'
import { exportCar, importCar } from './car.js'
import { walkDag } from './dag.js'
import { openBlocks } from './store/open.js'
import { addFile } from './unixfs/add.js'
import { changeDirectory } from './unixfs/change.js'

const newStore = (): Blocks => openBlocks({ disk: memoryDisk() })

async function* cut(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

async function sample(): Promise<{ blocks: Blocks; root: CID }> {
  const blocks = newStore()
  const content = new Uint8Array(1_500_000).map((_, i) => i % 253)
  const big = await addFile(blocks, content)
  const small = await addFile(blocks, fromText('small'))
  const root = await changeDirectory(blocks, null, [
    ['big.bin', { ...big, type: 'file' }],
    ['again/big.bin', { ...big, type: 'file' }],
    ['small.txt', { ...small, type: 'file', modified: 1000 }],
  ])
  return { blocks, root }
}

/** A CAR of these sections, whatever they hold. */
async function carOf(roots: CID[], list: { cid: CID; bytes: Uint8Array }[]): Promise<Uint8Array> {
  const { writer, out } = CarWriter.create(roots)
  const whole = bytesOf(out)
  for (const block of list) await writer.put(block)
  await writer.close()
  return whole
}

describe('CAR', () => {
  it('carries a DAG from store to store, however the stream is cut', async () => {
    const { blocks, root } = await sample()
    const car = await bytesOf(exportCar(blocks, [root]))
    let expected = 0
    let count = 0
    for await (const { bytes } of walkDag(blocks, root)) {
      expected += bytes.length
      count++
    }
    for (const size of [999, 65_536, 1_048_576, car.length]) {
      const target = newStore()
      const steps: number[] = []
      const imported = await importCar(target, cut(car, size), (bytes) => steps.push(bytes))
      expect(imported.roots.map(String)).toEqual([`${root}`])
      expect(imported).toMatchObject({ blocks: count, bytes: expected })
      expect(steps.at(-1)).toBe(expected)
      expect(Buffer.from(await bytesOf(exportCar(target, [root]))).equals(car)).toBe(true)
    }
  })

  it('is what the library reads, each block once', async () => {
    const { blocks, root } = await sample()
    const other = await addFile(blocks, fromText('another root'))
    const car = await bytesOf(exportCar(blocks, [root, other.cid, root]))
    const reader = await CarReader.fromBytes(car)
    expect((await reader.getRoots()).map(String)).toEqual([root, other.cid, root].map(String))
    const cids: string[] = []
    for await (const { cid, bytes } of reader.blocks()) {
      cids.push(`${cid}`)
      expect(Buffer.from(await blocks.get(cid)).equals(bytes)).toBe(true)
    }
    expect(new Set(cids).size).toBe(cids.length)
  })

  it('is refused where a block does not match', async () => {
    const good = makeBlock(codecs.raw, fromText('good'))
    const bad = { cid: cidOf(codecs.raw, fromText('one')), bytes: fromText('two') }
    const target = newStore()
    const importing = importCar(target, cut(await carOf([bad.cid], [good, bad]), 100))
    await expect(importing).rejects.toMatchObject({ code: 'BLOCK_CORRUPT' })
    expect(target.has(bad.cid)).toBe(false)
    const identity = CID.parse('bafkqablimvwgy3y')
    const other = await carOf([identity], [{ cid: identity, bytes: fromText('hello') }])
    await expect(importCar(target, cut(other, 100))).rejects.toMatchObject({
      code: 'CID_UNSUPPORTED',
    })
    const large = makeBlock(codecs.raw, new Uint8Array(limits.blockBytes + 1))
    const tooLarge = importCar(target, cut(await carOf([large.cid], [large]), 65_536))
    await expect(tooLarge).rejects.toMatchObject({ code: 'BLOCK_TOO_LARGE' })
  })

  it('is refused where it is none, or ends too soon', async () => {
    const { blocks, root } = await sample()
    const car = await bytesOf(exportCar(blocks, [root]))
    const cases = [
      new Uint8Array(0),
      fromText('no archive at all'),
      car.subarray(0, car.length - 1),
    ]
    for (const bytes of [...cases, car.subarray(0, 20), car.subarray(5)]) {
      await expect(importCar(newStore(), cut(bytes, 1000))).rejects.toMatchObject({
        code: 'CAR_INVALID',
      })
    }
  })

  it('stops a section that promises more than a block may have', async () => {
    const header = await carOf([], [])
    let given = 0
    const endless = (async function* () {
      yield header
      // The section's length, 2^41 bytes, then the start of a CID.
      yield Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x40)
      yield cidOf(codecs.raw, fromText('')).bytes
      for (;;) {
        given += 65_536
        yield new Uint8Array(65_536)
      }
    })()
    await expect(importCar(newStore(), endless)).rejects.toMatchObject({ code: 'CAR_INVALID' })
    expect(given).toBeLessThan(2 * limits.blockBytes)
  })

  it('passes on what breaks its source', async () => {
    const { blocks, root } = await sample()
    const car = await bytesOf(exportCar(blocks, [root]))
    const broken = (async function* () {
      yield car.subarray(0, 100_000)
      throw new Error('the upload broke off')
    })()
    await expect(importCar(newStore(), broken)).rejects.toThrow('the upload broke off')
    const half = newStore()
    await half.put(root, await blocks.get(root))
    await expect(bytesOf(exportCar(half, [root]))).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
  })
})

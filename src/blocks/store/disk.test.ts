import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CID } from '#base'
import { openDisk } from '#host'
import { addFile } from '../unixfs/add.js'
import { changeDirectory } from '../unixfs/change.js'
import { listDirectory, statPath } from '../unixfs/directory.js'
import { readFile } from '../unixfs/read.js'
import { openBlocks } from './open.js'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'leither-blocks-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function* from(...cids: CID[]): AsyncIterable<CID> {
  yield* cids
}

it('keeps everything on the real disk, over a restart and a collection', async () => {
  const content = new Uint8Array(20_000_000).map((_, i) => (i * 31) % 257)
  let disk = await openDisk({ home })
  let blocks = openBlocks({ disk })
  const file = await addFile(blocks, content)
  const lost = await addFile(blocks, content.subarray(1))
  const entries = Array.from(
    { length: 6000 },
    (_, i) => [`${i}`, { ...file, type: 'file' }] as const,
  )
  const root = await changeDirectory(blocks, null, entries)
  await blocks.pin(root, 'test')
  await disk.close()

  disk = await openDisk({ home })
  blocks = openBlocks({ disk })
  const { cid, size } = await statPath(blocks, root, '4321')
  expect(size).toBe(content.length)
  const before = await disk.usage()
  const [report] = await Promise.all([
    blocks.collect({ roots: from() }),
    changeDirectory(blocks, root, [['more', { ...file, type: 'file' }]]),
  ])
  expect(report.freedBytes).toBeGreaterThan(15_000_000)
  expect((await disk.usage()).usedBytes).toBeLessThan(before.usedBytes)
  expect(blocks.has(lost.cid)).toBe(false)
  expect((await blocks.check()).corrupt).toEqual([])
  const parts: Uint8Array[] = []
  for await (const part of readFile(blocks, cid)) parts.push(part)
  expect(Buffer.concat(parts).equals(content)).toBe(true)
  let count = 0
  for await (const entry of listDirectory(blocks, root)) count += entry.type === 'file' ? 1 : 0
  expect(count).toBe(6000)
  await disk.close()
})

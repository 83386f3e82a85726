import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CID, fromText } from '#base'
import { memoryDisk } from '#world'
import type { Blocks } from '../blocks.js'
import { decodePb } from '../dag-pb.js'
import { openBlocks } from '../store/open.js'
import { addFile } from './add.js'
import { type PathChange, changeDirectory } from './change.js'
import { listDirectory, statPath } from './directory.js'
import { flatBytes } from './entries.js'
import { decodeNode } from './node.js'
import { referenceDirectory, referenceEntry } from './reference.contract.js'

type Change = readonly [path: string, change: PathChange]

const content = fromText('the same in every file')
let blocks: Blocks
let file: Exclude<PathChange, string | null>

beforeAll(async () => {
  blocks = openBlocks({ disk: memoryDisk() })
  file = { ...(await addFile(blocks, content)), type: 'file' }
})

const nameOf = (i: number): string => `entry number ${i} ünïcode.txt`
const added = (from: number, to: number): Change[] =>
  Array.from({ length: to - from }, (_, i) => [nameOf(from + i), file])
const removed = (from: number, to: number): Change[] =>
  added(from, to).map(([path]) => [path, null])

async function isSharded(cid: CID): Promise<boolean> {
  return decodeNode(cid, await blocks.get(cid)).unixfs.type === 'hamt-sharded-directory'
}

const reference = async (count: number): Promise<string> =>
  `${await referenceDirectory(
    openBlocks({ disk: memoryDisk() }),
    added(0, count).map(([path]) => [path, content] as const),
  )}`

/** Entries that just fit a flat node. */
function mostFlat(): number {
  let size = 4
  for (let i = 0; ; i++) {
    // hash 2 + 36, name 2 + its bytes, size 2, and 2 around them
    size += 44 + Buffer.byteLength(nameOf(i))
    if (size > flatBytes) return i
  }
}

describe('a large directory', { timeout: 60_000 }, () => {
  it('is flat up to 256 KiB and sharded above, as the IPFS importer does', async () => {
    const most = mostFlat()
    const flat = await changeDirectory(blocks, null, added(0, most))
    expect(await isSharded(flat)).toBe(false)
    expect((await blocks.get(flat)).length).toBeGreaterThan(flatBytes - 100)
    expect(`${flat}`).toBe(await reference(most))
    const above = await changeDirectory(blocks, flat, added(most, most + 1))
    expect(await isSharded(above)).toBe(true)
    expect(`${above}`).toBe(await reference(most + 1))
    const below = await changeDirectory(blocks, above, removed(most, most + 1))
    expect(`${below}`).toBe(`${flat}`)
  })

  it('of 20,000 entries is that of the importer, however it was made', async () => {
    const count = 20_000
    const root = await changeDirectory(blocks, null, added(0, count))
    expect(`${root}`).toBe(await reference(count))
    let inSteps = await changeDirectory(blocks, null, added(0, 11_000).reverse())
    inSteps = await changeDirectory(blocks, inSteps, added(15_000, 21_000))
    inSteps = await changeDirectory(blocks, inSteps, removed(20_000, 21_000))
    inSteps = await changeDirectory(blocks, inSteps, added(11_000, 15_000))
    expect(`${inSteps}`).toBe(`${root}`)

    const names: string[] = []
    for await (const { name, size } of listDirectory(blocks, root)) {
      if (size === content.length) names.push(name)
    }
    const sorted = added(0, count).map(([path]) => path)
    sorted.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(names).toEqual(sorted)
    expect(await statPath(blocks, root, nameOf(12_345))).toMatchObject({ size: content.length })
    await expect(statPath(blocks, root, nameOf(count))).rejects.toMatchObject({
      code: 'ENTRY_UNKNOWN',
    })
    const entry = await referenceEntry(blocks, `${root}/${nameOf(777)}`)
    expect(`${entry.cid}`).toBe(`${file.cid}`)
  })

  it('rewrites only the nodes on the way to what changes', async () => {
    const root = await changeDirectory(blocks, null, added(0, 20_000))
    const put: CID[] = []
    const read: CID[] = []
    const watched: Blocks = {
      ...blocks,
      async get(cid) {
        read.push(cid)
        return blocks.get(cid)
      },
      async putMany(list) {
        for (const { cid } of list) put.push(cid)
        await blocks.putMany(list)
      },
    }
    const next = await changeDirectory(watched, root, added(20_000, 20_001))
    expect(`${next}`).toBe(`${await changeDirectory(blocks, null, added(0, 20_001))}`)
    expect(put.length).toBeLessThanOrEqual(4)
    expect(new Set(read.map(String)).size).toBeLessThanOrEqual(6)
  })

  it('holds directories as well', async () => {
    const root = await changeDirectory(blocks, null, [
      ...added(0, 6000),
      [`${nameOf(6000)}/deep/file`, file],
    ])
    expect(await isSharded(root)).toBe(true)
    const more = await changeDirectory(blocks, root, [[`${nameOf(6000)}/deep/other`, file]])
    const names: string[] = []
    const { cid } = await statPath(blocks, more, `${nameOf(6000)}/deep`)
    for await (const { name } of listDirectory(blocks, cid)) names.push(name)
    expect(names).toEqual(['file', 'other'])
    expect(`${await changeDirectory(blocks, more, [[`${nameOf(6000)}/deep/other`, null]])}`).toBe(
      `${root}`,
    )
    const { links } = decodePb(root, await blocks.get(root))
    const sum = links.reduce((bytes, { treeBytes }) => bytes + treeBytes, 0)
    expect((await statPath(blocks, root, '')).size).toBe(sum + (await blocks.get(root)).length)
  })

  it('has one form, whatever came before', async () => {
    const base = await changeDirectory(blocks, null, added(0, 5000))
    const range = fc.tuple(fc.nat(6500), fc.nat(900), fc.boolean())
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 4 }), async (steps) => {
        const present = new Set(Array.from({ length: 5000 }, (_, i) => i))
        let root = base
        for (const [from, length, adding] of steps) {
          const changes = adding ? added(from, from + length) : removed(from, from + length)
          root = await changeDirectory(blocks, root, changes)
          for (let i = from; i < from + length; i++) {
            if (adding) present.add(i)
            else present.delete(i)
          }
        }
        const all = [...present].map((i): Change => [nameOf(i), file])
        expect(`${await changeDirectory(blocks, null, all)}`).toBe(`${root}`)
      }),
      { numRuns: 8 },
    )
  })
})

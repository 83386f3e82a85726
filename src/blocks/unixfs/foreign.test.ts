/** Directories and files that no honest tool would make. */
import { describe, expect, it } from 'vitest'
import { codecs, fromText } from '#base'
import { memoryDisk } from '#world'
import { makeBlock } from '../block.js'
import type { Block, Blocks } from '../blocks.js'
import { decodePb, makePb } from '../dag-pb.js'
import { openBlocks } from '../store/open.js'
import { changeDirectory } from './change.js'
import { encodeData } from './data.js'
import { listDirectory, statPath } from './directory.js'
import { fileSize, readFile } from './read.js'

const leaf = makeBlock(codecs.raw, fromText('leaf'))
const linkTo = (name: string, { cid, bytes }: Block) => ({ name, cid, treeBytes: bytes.length })

function shard(links: ReturnType<typeof linkTo>[], fanout = 256): Block {
  const data = encodeData({ type: 'hamt-sharded-directory', fanout, hashType: 0x22 })
  return makePb({ data, links })
}

function file(children: Block[], sizes: number[]): Block {
  const data = encodeData({ type: 'file', blockSizes: sizes })
  return makePb({ data, links: children.map((child) => linkTo('', child)) })
}

async function storeOf(...blocks: Block[]): Promise<Blocks> {
  const store = openBlocks({ disk: memoryDisk() })
  await store.putMany([leaf, ...blocks])
  return store
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const item of stream) if (item !== undefined) count++
  return count
}

const malformed = { code: 'BLOCK_MALFORMED' }

describe('directories', () => {
  it('are refused where their shards are none', async () => {
    const wrong = [
      shard([linkTo('0', leaf)]),
      shard([linkTo('G0name', leaf)]),
      shard([linkTo('00a', leaf), linkTo('00b', leaf)]),
      shard([linkTo('00a', leaf)], 7),
      shard([linkTo('00a', leaf)], 2 ** 40),
      shard([linkTo('1Fa', leaf)], 16),
      shard([linkTo('00', leaf)]),
      makePb({ data: fromText('nothing of the kind'), links: [] }),
    ]
    const store = await storeOf(...wrong)
    for (const { cid } of wrong.slice(0, 5)) {
      await expect(drain(listDirectory(store, cid))).rejects.toMatchObject(malformed)
      await expect(statPath(store, cid, 'a')).rejects.toMatchObject(malformed)
      const changed = changeDirectory(store, cid, [['a', null]])
      await expect(changed).rejects.toMatchObject(malformed)
    }
    for (const { cid } of wrong.slice(6)) {
      await expect(drain(listDirectory(store, cid))).rejects.toMatchObject(malformed)
    }
  })

  it('cannot make endless entries of few blocks', async () => {
    let top = shard([linkTo('00a', leaf), linkTo('01b', leaf)])
    const blocks = [top]
    for (let depth = 0; depth < 8; depth++) {
      const child = top
      const links = Array.from({ length: 256 }, (_, i) =>
        linkTo(i.toString(16).toUpperCase().padStart(2, '0'), child),
      )
      top = shard(links)
      blocks.push(top)
    }
    const store = await storeOf(...blocks)
    await expect(drain(listDirectory(store, top.cid))).rejects.toMatchObject(malformed)
  })

  it('of another fan-out are read and changed as they are', async () => {
    const wide = shard([], 16)
    const store = await storeOf(wide)
    const names = Array.from({ length: 100 }, (_, i) => `name ${i}`)
    const entry = { cid: leaf.cid, size: 4, type: 'file' as const }
    const root = await changeDirectory(
      store,
      wide.cid,
      names.map((name) => [name, entry] as const),
    )
    expect(decodePb(root, await store.get(root)).links).toHaveLength(16)
    expect(await drain(listDirectory(store, root))).toBe(100)
    for (const name of names) expect(await statPath(store, root, name)).toMatchObject({ size: 4 })
  })

  it('are not what a file is', async () => {
    const one = file([leaf], [4])
    const store = await storeOf(one)
    const notDirectory = { code: 'NOT_A_DIRECTORY' }
    await expect(drain(listDirectory(store, one.cid))).rejects.toMatchObject(notDirectory)
    await expect(drain(listDirectory(store, leaf.cid))).rejects.toMatchObject(notDirectory)
    await expect(statPath(store, one.cid, 'x')).rejects.toMatchObject(notDirectory)
    await expect(changeDirectory(store, one.cid, [])).rejects.toMatchObject(notDirectory)
  })
})

describe('files', () => {
  it('are refused where sizes and links do not agree', async () => {
    const wrong = [
      file([leaf], []),
      file([leaf], [5]),
      file([leaf, leaf], [4]),
      file([file([leaf], [4])], [3]),
      makePb({
        data: encodeData({ type: 'symlink', data: fromText('/etc') }),
        links: [],
      }),
    ]
    const store = await storeOf(file([leaf], [4]), ...wrong)
    for (const { cid } of wrong) {
      await expect(drain(readFile(store, cid))).rejects.toMatchObject(malformed)
    }
    await expect(fileSize(store, wrong[4].cid)).rejects.toMatchObject(malformed)
  })

  it('that share leaves without end are read as far as one asks', async () => {
    let top = leaf
    let size = 4
    const blocks: Block[] = []
    for (let depth = 0; depth < 40; depth++) {
      top = file([top, top], [size, size])
      size *= 2
      blocks.push(top)
    }
    const store = await storeOf(...blocks)
    expect(await fileSize(store, top.cid)).toBe(4 * 2 ** 40)
    const range = { start: size / 2 - 6, end: size / 2 + 6 }
    expect(await drain(readFile(store, top.cid, range))).toBe(4)
  })
})

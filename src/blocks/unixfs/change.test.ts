import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CID, fromText, toText } from '#base'
import { memoryDisk } from '#world'
import type { Blocks } from '../blocks.js'
import { openBlocks } from '../store/open.js'
import { addFile } from './add.js'
import { type PathChange, changeDirectory } from './change.js'
import { emptyDirectory, listDirectory, statPath } from './directory.js'
import { withModified } from './modified.js'
import { readFile } from './read.js'
import { referenceBytes, referenceDirectory, referenceEntry } from './reference.contract.js'

type FileChange = Exclude<PathChange, string | null>
type Change = readonly [path: string, change: PathChange]

let blocks: Blocks
const contents = ['', 'a', 'bb', 'the third', 'x'.repeat(300)].map(fromText)
let files: FileChange[]

beforeAll(async () => {
  blocks = openBlocks({ disk: memoryDisk() })
  files = []
  for (const content of contents) {
    files.push({ ...(await addFile(blocks, content)), type: 'file' })
  }
})

const newStore = (): Blocks => openBlocks({ disk: memoryDisk() })
const change = async (root: CID | null, changes: Iterable<Change>): Promise<string> =>
  `${await changeDirectory(blocks, root, changes)}`

/** Path -> CID of every file, path -> `directory` of every directory, as they are listed. */
async function treeOf(root: CID, path = ''): Promise<[string, string][]> {
  const found: [string, string][] = []
  for await (const entry of listDirectory(blocks, root)) {
    const under = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.type === 'file') found.push([under, `${entry.cid}`])
    else found.push([under, 'directory'], ...(await treeOf(entry.cid, under)))
  }
  return found
}

describe('changeDirectory', () => {
  it('makes what the IPFS importer makes', async () => {
    const names = [
      'b',
      'a.txt',
      'Ü/é',
      'Ü/日本/語.txt',
      'dir/sub/x',
      'dir/sub/y',
      'dir/z',
      '\ufeffbom',
    ]
    const root = await change(
      null,
      names.map((name, i): Change => [name, files[i % files.length]]),
    )
    const reference = await referenceDirectory(
      newStore(),
      names.map((name, i) => [name, contents[i % files.length]] as const),
    )
    expect(root).toBe(`${reference}`)
  })

  it('keeps names to the byte, in any script', async () => {
    const names = [
      'ä',
      'a\u0308',
      '日本語',
      'עברית',
      'العربية',
      '🎬.mp4',
      '\ufeffx',
      ' ',
      '%2F',
      '__proto__',
    ]
    const root = await changeDirectory(
      blocks,
      null,
      names.map((name): Change => [name, files[1]]),
    )
    const listed: string[] = []
    for await (const { name } of listDirectory(blocks, root)) listed.push(name)
    expect(listed).toEqual(
      [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    for (const name of names) {
      expect(await statPath(blocks, root, name)).toMatchObject({ type: 'file', size: 1 })
    }
    await expect(statPath(blocks, root, 'a\u0300')).rejects.toMatchObject({ code: 'ENTRY_UNKNOWN' })
  })

  it('gives the empty directory its one CID', async () => {
    expect(await change(null, [])).toBe(
      'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354',
    )
    expect(`${emptyDirectory}`).toBe(await change(null, []))
    const root = await changeDirectory(blocks, null, [['a', files[0]]])
    expect(await change(root, [['a', null]])).toBe(`${emptyDirectory}`)
    expect(await change(root, [['', null]])).toBe(`${emptyDirectory}`)
  })

  it('applies the change at a path before those below it', async () => {
    const root = await changeDirectory(blocks, null, [
      ['d/old', files[0]],
      ['d/stays', files[1]],
      ['f', files[2]],
    ])
    const kept = await changeDirectory(blocks, root, [['d', 'directory']])
    expect(`${kept}`).toBe(`${root}`)
    const fresh = await changeDirectory(blocks, root, [
      ['d/new', files[3]],
      ['d', null],
    ])
    expect((await treeOf(fresh)).map(([path]) => path)).toEqual(['d', 'd/new', 'f'])
    const replaced = await changeDirectory(blocks, root, [
      ['f/inside', files[1]],
      ['f', 'directory'],
    ])
    expect((await treeOf(replaced)).map(([path]) => path)).toContain('f/inside')
    const { cid } = await statPath(blocks, root, 'd')
    const copied = await changeDirectory(blocks, root, [
      ['e', { cid, size: 0, type: 'directory' }],
      ['e/more', files[2]],
    ])
    const paths = (await treeOf(copied)).map(([path]) => path)
    expect(paths).toEqual(['d', 'd/old', 'd/stays', 'e', 'e/more', 'e/old', 'e/stays', 'f'])
  })

  it('refuses what is no path and changes nothing', async () => {
    const bad = ['/a', 'a/', 'a//b', '.', '..', 'a/../b', 'x\0', '\ud800', 'n'.repeat(256)]
    for (const path of [...bad, 'n/'.repeat(2500) + 'n']) {
      await expect(changeDirectory(blocks, null, [[path, files[0]]])).rejects.toMatchObject({
        code: 'BAD_INPUT',
      })
    }
    const root = await changeDirectory(blocks, null, [['f', files[1]]])
    const through = changeDirectory(blocks, root, [['f/x', files[1]]])
    await expect(through).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY', data: { path: 'f' } })
    expect(await change(root, [['f/x', null]])).toBe(`${root}`)
    const overRoot = changeDirectory(blocks, root, [['', files[1]]])
    await expect(overRoot).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' })
  })

  it('goes as deep as a path may', async () => {
    const path = 'd/'.repeat(2000) + 'f'
    const root = await changeDirectory(blocks, null, [[path, files[1]]])
    expect(await statPath(blocks, root, path)).toMatchObject({ size: 1 })
    expect(await change(root, [[path, null]])).not.toBe(`${root}`)
  })

  it('writes only what is on the changed path', async () => {
    const root = await changeDirectory(blocks, null, [
      ['a/b/c', files[1]],
      ['x/y/z', files[2]],
    ])
    const put: string[] = []
    const watched: Blocks = {
      ...blocks,
      async putMany(list) {
        for (const { cid } of list) put.push(`${cid}`)
        await blocks.putMany(list)
      },
    }
    const next = await changeDirectory(watched, root, [['a/b/d', files[3]]])
    const ab = await statPath(blocks, next, 'a/b')
    const a = await statPath(blocks, next, 'a')
    expect(put.sort()).toEqual([`${ab.cid}`, `${a.cid}`, `${next}`].sort())
  })
})

describe('any changes in any order', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'é', '語')
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
  const what = fc.oneof(fc.nat(4), fc.constant('directory' as const), fc.constant(null))
  const step = fc.dictionary(path, what, { maxKeys: 6 }).map(Object.entries)

  /** The model: path -> content number or `directory`; undefined where a step must be refused. */
  function model(before: Map<string, unknown>, changes: [string, unknown][]) {
    const tree = new Map(before)
    const sorted = [...changes].sort(([a], [b]) => a.split('/').length - b.split('/').length)
    for (const [path, change] of sorted) {
      const old = tree.get(path)
      if (change === 'directory' && old === 'directory') continue
      for (const key of [...tree.keys()]) {
        if (key === path || key.startsWith(`${path}/`)) tree.delete(key)
      }
      if (change === null) continue
      const parts = path.split('/')
      for (let i = 1; i < parts.length; i++) {
        const parent = parts.slice(0, i).join('/')
        if (typeof tree.get(parent) === 'number') return undefined
        tree.set(parent, 'directory')
      }
      tree.set(path, change)
    }
    return tree
  }

  const applied = (root: CID | null, changes: [string, unknown][]): Promise<CID> =>
    changeDirectory(
      blocks,
      root,
      changes.map(([path, change]): Change => {
        if (typeof change === 'number') return [path, files[change]]
        return [path, change === null ? null : 'directory']
      }),
    )

  it('gives the tree that the model says, whatever came before and in which order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
        let root: CID | null = null
        let tree = new Map<string, unknown>()
        for (const changes of steps) {
          const expected = model(tree, changes)
          if (expected === undefined) {
            await expect(applied(root, changes)).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' })
            continue
          }
          const next: CID = await applied(root, changes)
          expect(`${await applied(root, [...changes].reverse())}`).toBe(`${next}`)
          root = next
          tree = expected
        }
        const flat = [...tree].map(([path, content]) => [
          path,
          typeof content === 'number' ? `${files[content].cid}` : content,
        ])
        const found = root === null ? [] : await treeOf(root)
        expect(new Map(found)).toEqual(new Map(flat as [string, string][]))
        if (root !== null) expect(`${await applied(null, [...tree])}`).toBe(`${root}`)
      }),
      { numRuns: 300 },
    )
  })
})

describe('modification times', () => {
  it('are kept on files and seen by the exporter', async () => {
    const modified = 1_700_000_000_123
    const root = await changeDirectory(blocks, null, [['a', { ...files[3], modified }]])
    const stat = await statPath(blocks, root, 'a')
    expect(stat).toMatchObject({ type: 'file', size: contents[3].length, modified })
    expect(`${stat.cid}`).toBe(`${await withModified(blocks, files[3].cid, modified)}`)
    const entry = await referenceEntry(blocks, `${root}/a`)
    if (entry.type !== 'file') throw new Error('the exporter sees no file')
    expect(entry.unixfs.mtime).toEqual({ secs: 1_700_000_000n, nsecs: 123_000_000 })
    expect(toText(await referenceBytes(blocks, stat.cid))).toBe('the third')
    let text = ''
    for await (const part of readFile(blocks, stat.cid)) text += toText(part)
    expect(text).toBe('the third')
  })

  it('may be changed, lie before 1970, and be those of an empty file', async () => {
    for (const { cid } of [files[0], files[4]]) {
      const once = await withModified(blocks, cid, 5)
      const again = await withModified(blocks, once, -1500)
      const root = await changeDirectory(blocks, null, [
        ['f', { cid: again, size: 0, type: 'file' }],
      ])
      expect(await statPath(blocks, root, 'f')).toMatchObject({ type: 'file', modified: -1500 })
      expect(`${await withModified(blocks, again, 5)}`).toBe(`${once}`)
    }
  })
})

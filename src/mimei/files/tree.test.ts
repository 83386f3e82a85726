import { describe, expect, it } from 'vitest'
import { cidOf, codecs, fromText, limits, toText } from '#base'
import { collect, openTestUnits, owner, textAt } from '../test-units.contract.js'

async function openFiles() {
  const node = await openTestUnits()
  const unit = await node.units.create(owner, { mark: 'files', kind: 'file' })
  return { ...node, unit, files: unit.files() }
}

async function* parts(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield fromText(text)
}

describe('files of cur', () => {
  it('are written, with their directories, and read in ranges', async () => {
    const { unit, files } = await openFiles()
    const progress: number[] = []
    const entry = await files.write('a/b/c.txt', parts('hello ', 'world'), {
      modified: 1_600_000_000_123,
      onProgress: (bytes) => progress.push(bytes),
    })
    const expected = {
      path: 'a/b/c.txt',
      name: 'c.txt',
      type: 'file',
      size: 11,
      modified: 1_600_000_000_123,
    }
    expect(entry).toMatchObject(expected)
    expect(progress.at(-1)).toBe(11)
    expect(await files.stat('a/b/c.txt')).toEqual(entry)
    expect(await files.stat('a')).toMatchObject({ type: 'directory', cid: null, modified: null })
    const range = async (start?: number, end?: number): Promise<string> => {
      const bytes = await collect(files.read('a/b/c.txt', { start, end }))
      return bytes.map(toText).join('')
    }
    expect(await range(6)).toBe('world')
    expect(await range(0, 5)).toBe('hello')
    expect(await range(4, 7)).toBe('o w')
    expect(await range(20)).toBe('')
    await unit.backup(owner)
    expect(await files.stat('a/b/c.txt')).toMatchObject(expected)
    expect(await unit.files(1).stat('a/b/c.txt')).toMatchObject(expected)
    expect((await files.stat('a')).cid).not.toBeNull()
    for (const at of [-1, 0.5, NaN]) {
      await expect(range(at)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
  })

  it('are listed by name, those of base and changes together', async () => {
    const { unit, files } = await openFiles()
    for (const name of ['b', 'a/x', 'é', 'B', '10', '9']) await files.write(name, fromText(name))
    await unit.backup(owner)
    await files.write('aa', fromText('1'))
    await files.write('b', fromText('changed'))
    await files.write('c/new/z', fromText('1'))
    await files.remove('9')
    const list = await collect(files.list(''))
    expect(list.map(({ name, type, size }) => [name, type, type === 'file' ? size : 0])).toEqual([
      ['10', 'file', 2],
      ['B', 'file', 1],
      ['a', 'directory', 0],
      ['aa', 'file', 1],
      ['b', 'file', 7],
      ['c', 'directory', 0],
      ['é', 'file', 2],
    ])
    expect((await collect(files.walk())).map(({ path }) => path)).toEqual([
      '10',
      'B',
      'a/x',
      'aa',
      'b',
      'c/new/z',
      'é',
    ])
    expect((await collect(files.walk('c'))).map(({ path }) => path)).toEqual(['c/new/z'])
    const old = await collect(unit.files(1).list(''))
    expect(old.map(({ name }) => name)).toEqual(['10', '9', 'B', 'a', 'b', 'é'])
    await expect(collect(files.list('b'))).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' })
    await expect(collect(files.list('q'))).rejects.toMatchObject({ code: 'PATH_UNKNOWN' })
  })

  it('are appended to and cut', async () => {
    const { unit, files } = await openFiles()
    await files.append('log', fromText('1'))
    await Promise.all(['2', '3', '4'].map((text) => files.append('log', fromText(text))))
    expect(await textAt(unit, 'log')).toBe('1234')
    await files.truncate('log', 2)
    expect(await textAt(unit, 'log')).toBe('12')
    expect((await files.truncate('log', 4)).size).toBe(4)
    expect(await textAt(unit, 'log')).toBe('12\0\0')
    await files.truncate('log', 0)
    expect((await files.stat('log')).size).toBe(0)
    await files.mkdir('d')
    const notAFile = { code: 'NOT_A_FILE' }
    await expect(files.append('d', fromText('1'))).rejects.toMatchObject(notAFile)
    await expect(files.truncate('d', 0)).rejects.toMatchObject(notAFile)
    await expect(files.truncate('q', 0)).rejects.toMatchObject({ code: 'PATH_UNKNOWN' })
    await expect(files.truncate('log', -1)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('are appended to and cut at any place, as if written at once', async () => {
    const { files, blocks } = await openFiles()
    const leaf = 1024 * 1024
    const bytes = new Uint8Array(3 * leaf + 5).map((_, i) => (i >> 8) * 7 + i)
    const same = async (path: string, size: number): Promise<void> => {
      const entry = await files.write('same', bytes.subarray(0, size))
      expect(`${(await files.stat(path)).cid}`).toBe(`${entry.cid}`)
    }
    for (const at of [0, 3, leaf - 1, leaf, leaf + 3, 2 * leaf]) {
      await files.write('big', bytes.subarray(0, at))
      await files.append('big', bytes.subarray(at))
      await same('big', bytes.length)
      await files.truncate('big', at)
      await same('big', at)
      await files.append('big', new Uint8Array(0))
      await same('big', at)
    }
    await files.write('big', bytes)
    const get = blocks.get
    const read: number[] = []
    blocks.get = async (cid) => {
      const block = await get(cid)
      read.push(block.length)
      return block
    }
    await files.append('big', Uint8Array.of(1))
    expect(read.length).toBeGreaterThan(0)
    expect(Math.max(...read)).toBeLessThan(leaf)
  })

  it('are renamed, copied and removed by reference', async () => {
    const { unit, files, blocks } = await openFiles()
    await files.write('site/img/a.png', fromText('a'))
    await files.write('site/b.html', fromText('b'))
    await unit.backup(owner)
    await files.write('site/b.html', fromText('b2'))
    const before = blocks.size
    expect(before).toBeDefined()
    await files.copy('site', 'copy')
    await files.rename('site', 'moved/here')
    await files.remove('copy/img/a.png')
    expect((await collect(files.walk())).map(({ path }) => path)).toEqual([
      'copy/b.html',
      'moved/here/b.html',
      'moved/here/img/a.png',
    ])
    expect(await textAt(unit, 'copy/b.html')).toBe('b2')
    await unit.backup(owner)
    expect((await collect(files.list('copy'))).map(({ name }) => name)).toEqual(['b.html', 'img'])
    expect(await collect(files.list('copy/img'))).toEqual([])
    await files.rename('copy/b.html', 'moved/here/img/a.png')
    expect(await textAt(unit, 'moved/here/img/a.png')).toBe('b2')
    await files.rename('moved', 'moved')
    await expect(files.remove('moved')).rejects.toMatchObject({ code: 'DIRECTORY_NOT_EMPTY' })
    await files.remove('copy/img')
    await files.remove('moved', true)
    expect(await collect(files.walk())).toEqual([])
    for (const action of [files.rename('q', 'r'), files.copy('q', 'r'), files.remove('q')]) {
      await expect(action).rejects.toMatchObject({ code: 'PATH_UNKNOWN' })
    }
  })

  it('never come back from below a directory that was replaced', async () => {
    const { unit, files } = await openFiles()
    for (const path of ['d/a', 'd/sub/b', 'e/c']) await files.write(path, fromText(path))
    await unit.backup(owner)
    await files.write('d/new', fromText('1'))
    await files.remove('d', true)
    await files.mkdir('d')
    expect(await collect(files.list('d'))).toEqual([])
    await files.remove('d')
    await files.copy('e', 'd')
    expect((await collect(files.walk('d'))).map(({ path }) => path)).toEqual(['d/c'])
    await unit.backup(owner)
    expect((await collect(files.walk('d'))).map(({ path }) => path)).toEqual(['d/c'])
  })

  it('refuse what a tree cannot be', async () => {
    const { files } = await openFiles()
    await files.write('f', fromText('1'))
    await files.write('d/x', fromText('1'))
    const notADirectory = { code: 'NOT_A_DIRECTORY', kind: 'conflict' }
    await expect(files.write('f/x', fromText('1'))).rejects.toMatchObject(notADirectory)
    await expect(files.mkdir('f')).rejects.toMatchObject(notADirectory)
    await expect(files.mkdir('f/x/y')).rejects.toMatchObject(notADirectory)
    await expect(files.stat('f/x')).rejects.toMatchObject(notADirectory)
    await expect(files.write('d', fromText('1'))).rejects.toMatchObject({ code: 'NOT_A_FILE' })
    await expect(collect(files.read('d'))).rejects.toMatchObject({ code: 'NOT_A_FILE' })
    await expect(files.copy('d', 'f')).rejects.toMatchObject({ code: 'PATH_TAKEN' })
    await expect(files.rename('f', 'd')).rejects.toMatchObject({ code: 'PATH_TAKEN' })
    await expect(files.rename('d', 'd/y')).rejects.toMatchObject({ code: 'PATH_INVALID' })
    await expect(files.copy('d', 'd/y/z')).rejects.toMatchObject({ code: 'PATH_INVALID' })
    expect((await collect(files.walk())).map(({ path }) => path)).toEqual(['d/x', 'f'])
  })

  it('are linked without a copy', async () => {
    const { unit, files } = await openFiles()
    await files.write('d/x', fromText('1'))
    const file = await files.stat('d/x')
    const { root } = await unit.backup(owner)
    await files.link('e/y', file.cid as typeof root, { modified: 5000 })
    await files.link('whole', root)
    expect((await collect(files.walk())).map(({ path }) => path)).toEqual([
      'd/x',
      'e/y',
      'whole/d/x',
    ])
    expect(await files.stat('e/y')).toMatchObject({ size: 1, modified: 5000 })
    expect((await unit.backup(owner)).size).toBe(3)
    const missing = cidOf(codecs.raw, fromText('nowhere'))
    await expect(files.link('z', missing)).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    const odd = cidOf(codecs.dagCbor, fromText('nowhere'))
    await expect(files.link('z', odd)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(files.link('whole', root)).rejects.toMatchObject({ code: 'PATH_TAKEN' })
  })

  it('are never seen half', async () => {
    const { unit, files } = await openFiles()
    await files.write('a', fromText('old'))
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield fromText('half')
      await gate
      yield fromText(' whole')
    }
    const writing = files.write('a', slow())
    await files.write('b', fromText('meanwhile'))
    expect(await textAt(unit, 'a')).toBe('old')
    await unit.backup(owner)
    expect(await textAt(unit, 'a', 'last')).toBe('old')
    release()
    await writing
    expect(await textAt(unit, 'a')).toBe('half whole')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield fromText('half')
      throw new Error('the sender went away')
    }
    await expect(files.write('a', broken())).rejects.toThrow('went away')
    expect(await textAt(unit, 'a')).toBe('half whole')
  })
})

describe('paths', () => {
  const outside = ['/', '/etc/passwd', '..', '../x', 'a/../b', 'a//b', 'a/', 'a\0b', '\ud800']

  it.each([...outside, 'x'.repeat(256), 'é'.repeat(128), 'a/'.repeat(3000) + 'a'])(
    'outside the unit or beyond measure are refused: %j',
    async (path) => {
      const { files, unit } = await openFiles()
      const invalid = { code: 'PATH_INVALID', kind: 'bad-input' }
      await expect(files.write(path, fromText('1'))).rejects.toMatchObject(invalid)
      await expect(files.stat(path)).rejects.toMatchObject(invalid)
      await expect(collect(files.read(path))).rejects.toMatchObject(invalid)
      await expect(collect(files.list(path))).rejects.toMatchObject(invalid)
      await expect(files.rename('a', path)).rejects.toMatchObject(invalid)
      expect(unit.changed()).toBe(false)
    },
  )

  it('of the root cannot be written, moved or removed', async () => {
    const { files } = await openFiles()
    const invalid = { code: 'PATH_INVALID' }
    for (const path of ['', '.', './.']) {
      await expect(files.write(path, fromText('1'))).rejects.toMatchObject(invalid)
      await expect(files.remove(path, true)).rejects.toMatchObject(invalid)
      await expect(files.rename(path, 'a')).rejects.toMatchObject(invalid)
    }
    await files.mkdir('')
    expect(await files.stat('')).toMatchObject({ path: '', name: '', type: 'directory' })
  })

  it('keep names of every script exactly', async () => {
    const { files, unit, disk } = await openFiles()
    const names = [
      '相册.jpg',
      'ألبوم',
      'альбом',
      'नमस्ते',
      '한글',
      'שלום',
      '🎉 party',
      'e\u0301',
      '\u00e9',
      '\ufeffbom',
      'back\\slash',
      ' space ',
      '%2e%2e',
      '...',
      'a:b',
      '\u202eevil',
      'x'.repeat(limits.nameBytes),
    ]
    for (const name of names) await files.write(`名/${name}`, fromText(name))
    const listed = async (version: 'cur' | 'last') =>
      (await collect(unit.files(version).list('名'))).map(({ name }) => name)
    const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    expect(await listed('cur')).toEqual(sorted)
    await unit.backup(owner)
    expect(await listed('last')).toEqual(sorted)
    const reopened = (await openTestUnits(disk)).units.get(unit.mid)
    for (const name of names) expect(await textAt(reopened, `名/${name}`, 1)).toBe(name)
    await files.write('./名/./normal', fromText('1'))
    expect((await files.stat('名/normal')).path).toBe('名/normal')
  })
})

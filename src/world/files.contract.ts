/** What the file half of every Disk keeps. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concat, fromText, toText } from '#base'
import type { Disk } from './disk.js'

async function* parts(...list: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* list
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield fromText('half of it')
  throw new Error('the sender went away')
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = []
  for await (const piece of pieces) list.push(piece)
  return concat(...list)
}

const weirdNames = [
  '',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  '/a',
  'a/',
  'a//b',
  '.hidden',
  'a/.hidden',
  'a\\b',
  'a\0b',
  'a\nb',
  'C:a',
  'a*',
  'a b',
  'x'.repeat(300),
  'x/'.repeat(600) + 'x',
  'é'.repeat(150),
]

/** @param open makes a new, empty disk */
export function filesContract(name: string, open: () => Promise<Disk>): void {
  describe(`${name}: files`, () => {
    let disk: Disk
    const names = async (folder: string): Promise<string[]> => {
      const found: string[] = []
      for await (const one of disk.files.list(folder)) found.push(one)
      return found.sort()
    }
    const text = async (file: string): Promise<string | undefined> => {
      const content = await disk.files.read(file)
      return content === undefined ? undefined : toText(content)
    }
    beforeEach(async () => {
      disk = await open()
    })
    afterEach(() => disk.close())

    it('reads what was written, from an array and from parts', async () => {
      expect(await disk.files.write('a/b/one', fromText('one'))).toBe(3)
      expect(await text('a/b/one')).toBe('one')
      const written = await disk.files.write(
        'two',
        parts(fromText('tw'), fromText(''), fromText('o')),
      )
      expect(written).toBe(3)
      expect(await text('two')).toBe('two')
      expect((await disk.files.read('two'))?.constructor).toBe(Uint8Array)
      expect(await disk.files.size('two')).toBe(3)
    })

    it('writes empty files', async () => {
      expect(await disk.files.write('empty', new Uint8Array(0))).toBe(0)
      expect(await disk.files.write('nothing', parts())).toBe(0)
      expect(await disk.files.size('empty')).toBe(0)
      expect(await text('nothing')).toBe('')
      expect(await wholeOf(disk.files.stream('empty'))).toHaveLength(0)
    })

    it('replaces a file at once', async () => {
      await disk.files.write('a', fromText('a longer text'))
      await disk.files.write('a', fromText('new'))
      expect(await text('a')).toBe('new')
    })

    it('leaves nothing of content that ends in an error, and passes the error on', async () => {
      await disk.files.write('a', fromText('before'))
      await expect(disk.files.write('a', broken())).rejects.toThrow('the sender went away')
      await expect(disk.files.write('b', broken())).rejects.toThrow('the sender went away')
      expect(await text('a')).toBe('before')
      expect(await text('b')).toBeUndefined()
      expect(await names('')).toEqual(['a'])
    })

    it('takes large content in parts of any size', async () => {
      const bytes = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 31) >> 3)
      const cuts = [0, 1, 1000, 900_000, 2_300_000, 2_300_001, bytes.length]
      const pieces = cuts.slice(1).map((cut, i) => bytes.subarray(cuts[i], cut))
      expect(await disk.files.write('large', parts(...pieces))).toBe(bytes.length)
      expect(Buffer.compare((await disk.files.read('large')) ?? new Uint8Array(0), bytes)).toBe(0)
      expect(Buffer.compare(await wholeOf(disk.files.stream('large')), bytes)).toBe(0)
      const range = { start: 999_999, end: 2_500_000 }
      const middle = await wholeOf(disk.files.stream('large', range))
      expect(Buffer.compare(middle, bytes.subarray(range.start, range.end))).toBe(0)
    })

    it('streams ranges, cut to what is there', async () => {
      await disk.files.write('a', fromText('0123456789'))
      const range = async (start?: number, end?: number): Promise<string> =>
        toText(
          await wholeOf(
            disk.files.stream('a', {
              ...(start === undefined ? {} : { start }),
              ...(end === undefined ? {} : { end }),
            }),
          ),
        )
      expect(await range()).toBe('0123456789')
      expect(await range(3)).toBe('3456789')
      expect(await range(undefined, 3)).toBe('012')
      expect(await range(3, 5)).toBe('34')
      expect(await range(8, 99)).toBe('89')
      expect(await range(5, 5)).toBe('')
      expect(await range(6, 5)).toBe('')
      expect(await range(99)).toBe('')
      expect(await range(0, -1)).toBe('')
    })

    it('may be left in the middle of a stream', async () => {
      await disk.files.write('a', new Uint8Array(2_000_000))
      for await (const piece of disk.files.stream('a')) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
      await disk.files.remove('a')
      expect(await disk.files.size('a')).toBeUndefined()
    })

    it('says where a file is missing', async () => {
      expect(await disk.files.read('none')).toBeUndefined()
      expect(await disk.files.size('none/below')).toBeUndefined()
      await disk.files.remove('none')
      await expect(wholeOf(disk.files.stream('none'))).rejects.toMatchObject({
        code: 'FILE_MISSING',
      })
    })

    it('does not take a folder for a file', async () => {
      await disk.files.write('folder/a', fromText('a'))
      expect(await disk.files.read('folder')).toBeUndefined()
      expect(await disk.files.size('folder')).toBeUndefined()
      await expect(wholeOf(disk.files.stream('folder'))).rejects.toMatchObject({
        code: 'FILE_MISSING',
      })
    })

    it('writes many files with one call, the later of one name winning', async () => {
      const many = Array.from({ length: 100 }, (_, i) => ({
        name: `many/${i % 7}/${i}`,
        content: fromText(`content ${i}`),
      }))
      const again = { name: 'many/0/0', content: fromText('again') }
      await disk.files.writeAll([...many, again])
      await disk.files.writeAll([])
      expect(await names('many')).toEqual(many.map((file) => file.name).sort())
      expect(await text('many/3/45')).toBe('content 45')
      expect(await text('many/0/0')).toBe('again')
    })

    it('lists the names below a folder and of no other', async () => {
      for (const file of ['a/1', 'a/b/2', 'a/b/c/3', 'ab/4', '5']) {
        await disk.files.write(file, fromText(file))
      }
      expect(await names('a')).toEqual(['a/1', 'a/b/2', 'a/b/c/3'])
      expect(await names('a/b/')).toEqual(['a/b/2', 'a/b/c/3'])
      expect(await names('none')).toEqual([])
      expect(await names('')).toHaveLength(5)
      await disk.files.remove('a/b/2')
      expect(await names('a')).toEqual(['a/1', 'a/b/c/3'])
    })

    it('takes names in any script', async () => {
      const scripts = ['日本語/ファイル.txt', 'Ελληνικά', 'हिन्दी', 'a-b_c+d=e@f~g,h.i']
      for (const file of scripts) await disk.files.write(file, fromText(file))
      expect(await names('')).toEqual([...scripts].sort())
      expect(await text('日本語/ファイル.txt')).toBe('日本語/ファイル.txt')
    })

    it.each(weirdNames)('refuses the name %j', async (weird) => {
      const bad = { code: 'BAD_INPUT' }
      await expect(disk.files.write(weird, fromText('x'))).rejects.toMatchObject(bad)
      const two = ['good', weird].map((file) => ({ name: file, content: fromText('x') }))
      await expect(disk.files.writeAll(two)).rejects.toMatchObject(bad)
      await expect(disk.files.read(weird)).rejects.toMatchObject(bad)
      await expect(disk.files.size(weird)).rejects.toMatchObject(bad)
      await expect(disk.files.remove(weird)).rejects.toMatchObject(bad)
      await expect(wholeOf(disk.files.stream(weird))).rejects.toMatchObject(bad)
      expect(await names('')).toEqual([])
    })

    it('counts files into the usage', async () => {
      await disk.files.write('a', new Uint8Array(1000))
      const { usedBytes: before } = await disk.usage()
      await disk.files.write('b', new Uint8Array(5000))
      await disk.files.write('b', new Uint8Array(4000))
      expect((await disk.usage()).usedBytes).toBe(before + 4000)
      await disk.files.remove('a')
      await disk.files.remove('b')
      expect((await disk.usage()).usedBytes).toBe(before - 1000)
    })

    it('answers every call after close with DISK_CLOSED', async () => {
      await disk.files.write('a', fromText('a'))
      await disk.close()
      const closed = { code: 'DISK_CLOSED' }
      await expect(disk.files.write('a', fromText('b'))).rejects.toMatchObject(closed)
      const files = [{ name: 'a', content: fromText('b') }]
      await expect(disk.files.writeAll(files)).rejects.toMatchObject(closed)
      await expect(disk.files.read('a')).rejects.toMatchObject(closed)
      await expect(disk.files.size('a')).rejects.toMatchObject(closed)
      await expect(disk.files.remove('a')).rejects.toMatchObject(closed)
      await expect(wholeOf(disk.files.stream('a'))).rejects.toMatchObject(closed)
      await expect(names('a')).rejects.toMatchObject(closed)
      await expect(names('')).rejects.toMatchObject(closed)
    })
  })
}

/** What every Disk keeps, the key-value half. The file half is in `files.contract.ts`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromText, toText } from '#base'
import type { Change, Disk, Entry, ScanRange } from './disk.js'

export const set = (key: string, value: string): Change => ({
  key: fromText(key),
  value: fromText(value),
})
export const unset = (key: string): Change => ({ key: fromText(key), value: undefined })

async function listOf(scan: AsyncIterable<Entry>): Promise<string[]> {
  const found: string[] = []
  for await (const [key, value] of scan) found.push(`${toText(key)}=${toText(value)}`)
  return found
}

const textRange = (from?: string, to?: string): ScanRange => ({
  ...(from === undefined ? {} : { from: fromText(from) }),
  ...(to === undefined ? {} : { to: fromText(to) }),
})

/** @param open makes a new, empty disk */
export function diskContract(name: string, open: () => Promise<Disk>): void {
  describe(`${name}: keys and values`, () => {
    let disk: Disk
    const read = (key: string): string | undefined => {
      const value = disk.get(fromText(key))
      return value === undefined ? undefined : toText(value)
    }
    const all = (range: ScanRange = {}): Promise<string[]> => listOf(disk.scan(range))

    beforeEach(async () => {
      disk = await open()
    })
    afterEach(() => disk.close())

    describe('write', () => {
      it('shows changes at once, before they are durable', async () => {
        const written = disk.write([set('a', '1')])
        expect(read('a')).toBe('1')
        await written
        expect(read('a')).toBe('1')
      })

      it('shows removals at once', async () => {
        await disk.write([set('a', '1')])
        const written = disk.write([unset('a')])
        expect(read('a')).toBeUndefined()
        await written
        expect(read('a')).toBeUndefined()
      })

      it('lets the later of two changes of a key win, in a batch and between batches', async () => {
        const first = disk.write([set('a', '1'), unset('a'), set('a', '2'), unset('b')])
        expect(read('a')).toBe('2')
        const second = disk.write([set('b', '1'), set('a', '3')])
        await Promise.all([first, second])
        expect(await all()).toEqual(['a=3', 'b=1'])
      })

      it('takes an empty batch, an empty value, bytes of every value', async () => {
        await disk.write([])
        const key = Uint8Array.from({ length: 256 }, (_, i) => i)
        await disk.write([{ key, value: key }, set('empty', '')])
        expect(disk.get(key)).toEqual(key)
        expect(disk.get(fromText('empty'))).toEqual(new Uint8Array(0))
        expect(disk.get(key)?.constructor).toBe(Uint8Array)
      })

      it('keeps the writes of many writers', async () => {
        const writers = Array.from({ length: 50 }, async (_, writer) => {
          for (let i = 0; i < 10; i++) await disk.write([set(`${writer}/${i}`, `${i}`)])
        })
        await Promise.all(writers)
        expect(await all()).toHaveLength(500)
      })

      it('keeps the order of writes given without waiting, whatever their durability', async () => {
        const writes = Array.from({ length: 200 }, (_, i) =>
          disk.write([set('last', `${i}`), set(`key ${i}`, '')], { durable: i % 3 === 0 }),
        )
        expect(read('last')).toBe('199')
        await Promise.all(writes)
        expect(read('last')).toBe('199')
        await disk.flush()
        expect(await all(textRange('key', 'key~'))).toHaveLength(200)
      })
    })

    describe('scan', () => {
      beforeEach(() => disk.write(['d', 'b', 'a', 'c', 'e'].map((key) => set(key, key))))

      it('goes from the first key inclusive to the end exclusive', async () => {
        expect(await all()).toEqual(['a=a', 'b=b', 'c=c', 'd=d', 'e=e'])
        expect(await all(textRange('b', 'd'))).toEqual(['b=b', 'c=c'])
        expect(await all(textRange('bb', 'dd'))).toEqual(['c=c', 'd=d'])
        expect(await all(textRange('d'))).toEqual(['d=d', 'e=e'])
        expect(await all(textRange(undefined, 'b'))).toEqual(['a=a'])
        expect(await all(textRange('d', 'b'))).toEqual([])
        expect(await all(textRange('x'))).toEqual([])
      })

      it('goes backwards, and stops at the limit', async () => {
        expect(await all({ reverse: true })).toEqual(['e=e', 'd=d', 'c=c', 'b=b', 'a=a'])
        expect(await all({ ...textRange('b', 'e'), reverse: true, limit: 2 })).toEqual([
          'd=d',
          'c=c',
        ])
        expect(await all({ limit: 2 })).toEqual(['a=a', 'b=b'])
        expect(await all({ limit: 0 })).toEqual([])
        expect(await all({ limit: 99 })).toHaveLength(5)
      })

      it('orders keys by byte value, a prefix first', async () => {
        const keys = [[0xff], [0x80], [0x7f], [0x7f, 0], [], [0, 0xff], [0]]
        const fresh = await open()
        await fresh.write(keys.map((key) => ({ key: Uint8Array.from(key), value: fromText('') })))
        const found: number[][] = []
        for await (const [key] of fresh.scan({})) found.push([...key])
        await fresh.close()
        expect(found).toEqual([[], [0], [0, 0xff], [0x7f], [0x7f, 0], [0x80], [0xff]])
      })

      it('sees changes and removals that are not durable yet', async () => {
        const written = disk.write([set('b', 'new'), unset('c'), set('cc', 'new'), unset('none')])
        expect(await all()).toEqual(['a=a', 'b=new', 'cc=new', 'd=d', 'e=e'])
        expect(await all({ reverse: true, limit: 3 })).toEqual(['e=e', 'd=d', 'cc=new'])
        expect(await all({ limit: 3 })).toEqual(['a=a', 'b=new', 'cc=new'])
        await written
        expect(await all()).toEqual(['a=a', 'b=new', 'cc=new', 'd=d', 'e=e'])
      })

      it('finds the limit behind many removals', async () => {
        await disk.write(Array.from({ length: 300 }, (_, i) => set(`b${i}`, '')))
        const written = disk.write(Array.from({ length: 300 }, (_, i) => unset(`b${i}`)))
        expect(await all({ ...textRange('b'), limit: 2 })).toEqual(['b=b', 'c=c'])
        await written
      })

      it('shows the moment when it was called', async () => {
        const before = disk.scan({})
        const written = disk.write([unset('a'), set('bb', 'new'), set('e', 'new')])
        const after = disk.scan({})
        await written
        await disk.write([unset('d')])
        expect(await listOf(before)).toEqual(['a=a', 'b=b', 'c=c', 'd=d', 'e=e'])
        expect(await listOf(after)).toEqual(['b=b', 'bb=new', 'c=c', 'd=d', 'e=new'])
      })

      it('may be left early, read by overlapping calls, and read after its end', async () => {
        for await (const [key] of disk.scan({})) if (toText(key) === 'b') break
        const scan = disk.scan({})
        const steps = await Promise.all(Array.from({ length: 7 }, () => scan.next()))
        expect(steps.map(({ done }) => done === true)).toEqual([
          ...Array<boolean>(5).fill(false),
          true,
          true,
        ])
        expect(await scan.next()).toMatchObject({ done: true })
      })

      it('goes through more entries than fit one read', async () => {
        const changes = Array.from({ length: 5000 }, (_, i) =>
          set(`n${10_000 + i}`, 'x'.repeat(99)),
        )
        await disk.write(changes)
        expect(await all(textRange('n', 'o'))).toHaveLength(5000)
        const back = await all({ ...textRange('n', 'o'), reverse: true })
        expect([...back].sort().reverse()).toEqual(back)
      })
    })

    it('answers every call after close with DISK_CLOSED', async () => {
      await disk.write([set('a', '1')])
      await disk.close()
      await disk.close()
      const closed = expect.objectContaining({ code: 'DISK_CLOSED' }) as Error
      expect(() => disk.get(fromText('a'))).toThrow(closed)
      expect(() => disk.scan({})).toThrow(closed)
      await expect(disk.write([set('a', '2')])).rejects.toThrow(closed)
      await expect(disk.flush()).rejects.toThrow(closed)
      await expect(disk.usage()).rejects.toThrow(closed)
    })

    it('ends scans that are under way at close with DISK_CLOSED', async () => {
      await disk.write(Array.from({ length: 3000 }, (_, i) => set(`${i}`, '')))
      const [fresh, begun] = [disk.scan({}), disk.scan({})]
      await begun.next()
      await disk.close()
      await expect(begun.next()).rejects.toMatchObject({ code: 'DISK_CLOSED' })
      await expect(fresh.next()).rejects.toMatchObject({ code: 'DISK_CLOSED' })
    })

    it('keeps what was given before close', async () => {
      const written = disk.write([set('a', '1')])
      await disk.close()
      await written
    })

    it('tells how much it holds', async () => {
      const before = await disk.usage()
      await disk.write([set('a', 'x'.repeat(100_000))])
      const after = await disk.usage()
      expect(after.usedBytes - before.usedBytes).toBeGreaterThanOrEqual(100_000)
      expect(after.freeBytes).toBeGreaterThan(0)
    })
  })
}

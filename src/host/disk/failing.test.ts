/** A store whose batches fail, as on a full or dying disk: nothing half-written, nothing lost. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromText, toText } from '#base'
import { type Change, type Disk, type Entry, keyText, memoryLog } from '#world'
import { set, unset } from '../../world/disk.contract.js'
import { openDisk } from '../disk.js'
import type { Store } from './store.js'

type Mode = 'works' | 'full' | 'full after the log' | 'broken'

/**
 * What LevelDB does, in memory: a log that is replayed at opening, a table that reads see, and
 * after a failed batch no more batches.
 */
class FailingStore {
  mode: Mode = 'works'
  openings = 0
  failOpening = false
  readonly batches: number[] = []
  #log: (readonly Change[])[] = []

  readonly open = async (): Promise<Store> => {
    this.openings++
    if (this.failOpening) throw new Error('IO error: MANIFEST-000004: Input/output error')
    const table = new Map<string, Entry>()
    this.#log.forEach((changes) => apply(table, changes))
    let refusing: Error | undefined
    return {
      get: (key) => table.get(keyText(key))?.[1],
      commit: async (changes) => {
        await Promise.resolve()
        if (refusing !== undefined) throw refusing
        if (this.mode === 'full after the log') this.#log.push(changes)
        if (this.mode === 'broken') refusing = new Error('IO error: 000003.log: Input/output error')
        else if (this.mode !== 'works') {
          refusing = new Error('IO error: 000003.log: No space left on device')
        }
        if (refusing !== undefined) throw refusing
        this.batches.push(changes.length)
        this.#log.push(changes)
        apply(table, changes)
      },
      cursor: () => {
        const rest = [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
        return { next: async (most) => rest.splice(0, most), close: async () => undefined }
      },
      sync: async () => undefined,
      close: async () => undefined,
    }
  }
}

function apply(table: Map<string, Entry>, changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (value === undefined) table.delete(keyText(key))
    else table.set(keyText(key), [key, value])
  }
}

describe('a disk whose store fails', () => {
  let home: string
  let store: FailingStore
  let disk: Disk
  const log = memoryLog()
  const read = (key: string): string | undefined => {
    const value = disk.get(fromText(key))
    return value === undefined ? undefined : toText(value)
  }
  const all = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const [key, value] of disk.scan({})) found.push(`${toText(key)}=${toText(value)}`)
    return found
  }
  const open = async (reserveBytes = 0): Promise<Disk> =>
    openDisk({ home, log, reserveBytes, openStore: store.open })

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'leither-failing-'))
    store = new FailingStore()
    disk = await open()
    await disk.write([set('a', 'old'), set('b', 'old')])
    log.lines.length = 0
  })
  afterEach(async () => {
    await disk.close()
    await rm(home, { recursive: true })
  })

  it('refuses the batch whole, says why, and goes on reading', async () => {
    store.mode = 'full'
    const written = disk.write([set('a', 'new'), unset('b'), set('c', 'new')])
    expect(read('a')).toBe('new')
    await expect(written).rejects.toMatchObject({ code: 'DISK_FULL', kind: 'unavailable' })
    expect(await all()).toEqual(['a=old', 'b=old'])
    expect(read('c')).toBeUndefined()
    expect(log.lines).toMatchObject([{ level: 'error', facts: { code: 'DISK_FULL' } }])
    store.mode = 'broken'
    await expect(disk.write([set('a', 'new')])).rejects.toMatchObject({ code: 'DISK_FAILED' })
    expect(await all()).toEqual(['a=old', 'b=old'])
  })

  it('takes writes again once there is room', async () => {
    store.mode = 'full'
    await expect(disk.write([set('a', 'new')])).rejects.toMatchObject({ code: 'DISK_FULL' })
    store.mode = 'works'
    await disk.write([set('b', 'newer')])
    expect(await all()).toEqual(['a=old', 'b=newer'])
    expect(store.openings).toBe(2)
    await disk.write([set('c', 'newest')])
    expect(store.openings).toBe(2)
  })

  it('keeps later changes of the keys of a failed batch', async () => {
    store.mode = 'full'
    const first = disk.write([set('a', 'first'), set('c', 'first')])
    const second = new Promise<void>((resolve, reject) => {
      // Given while the first batch is on its way, so that it is in the next one.
      queueMicrotask(() => {
        queueMicrotask(() => {
          store.mode = 'full'
          disk.write([set('a', 'second')]).then(resolve, reject)
        })
      })
    })
    await expect(first).rejects.toMatchObject({ code: 'DISK_FULL' })
    store.mode = 'works'
    expect(read('a')).toBe('second')
    expect(read('c')).toBeUndefined()
    await second
    expect(await all()).toEqual(['a=second', 'b=old'])
  })

  it('takes back a failed batch that the log brings to life again', async () => {
    store.mode = 'full after the log'
    const written = disk.write([set('a', 'ghost'), unset('b'), set('c', 'ghost')])
    await expect(written).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await all()).toEqual(['a=old', 'b=old'])
    await expect(disk.write([set('a', 'ghost 2')])).rejects.toMatchObject({ code: 'DISK_FULL' })
    store.mode = 'works'
    await disk.write([set('d', 'new')])
    expect(await all()).toEqual(['a=old', 'b=old', 'd=new'])
    await disk.close()
    disk = await open()
    expect(await all()).toEqual(['a=old', 'b=old', 'd=new'])
  })

  it('says that it is busy while it opens again, or that it could not', async () => {
    store.mode = 'broken'
    await expect(disk.write([set('a', 'new')])).rejects.toMatchObject({ code: 'DISK_FAILED' })
    store.failOpening = true
    const written = disk.write([set('c', 'new')])
    const seen = new Set<string>()
    for (let i = 0; i < 10; i++) {
      await Promise.resolve()
      try {
        read('a')
      } catch (error) {
        if (error instanceof Error && 'code' in error) seen.add(String(error.code))
      }
    }
    expect(seen).toContain('DISK_BUSY')
    await expect(written).rejects.toMatchObject({ code: 'DISK_FAILED' })
    expect(() => read('a')).toThrow(expect.objectContaining({ code: 'DISK_FAILED' }))
    expect(() => disk.scan({})).toThrow(expect.objectContaining({ code: 'DISK_FAILED' }))
    store.failOpening = false
    store.mode = 'works'
    await disk.write([set('d', 'new')])
    expect(await all()).toEqual(['a=old', 'b=old', 'd=new'])
  })

  it('refuses writes and files below its reserve of free bytes', async () => {
    await disk.close()
    disk = await open(Number.MAX_SAFE_INTEGER)
    const full = { code: 'DISK_FULL' }
    await expect(disk.write([set('a', 'new')])).rejects.toMatchObject(full)
    await expect(disk.files.write('f', fromText('f'))).rejects.toMatchObject(full)
    const files = [{ name: 'f', content: fromText('f') }]
    await expect(disk.files.writeAll(files)).rejects.toMatchObject(full)
    expect(await disk.files.read('f')).toBeUndefined()
    expect(await all()).toEqual(['a=old', 'b=old'])
    expect(store.openings).toBe(2)
  })

  it('puts writes that wait into one batch', async () => {
    store.batches.length = 0
    const writes = Array.from({ length: 100 }, (_, i) => disk.write([set(`w${i}`, '')]))
    await Promise.all(writes)
    expect(store.batches).toEqual([100])
  })
})

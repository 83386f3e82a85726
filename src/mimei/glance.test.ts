import { describe, expect, it } from 'vitest'
import { fromText } from '#base'
import { DiskFull, memoryDisk } from '#world'
import { collect, openTestUnits, owner } from './test-units.contract.js'

describe('whoever only looks at cur', () => {
  it('writes nothing, also when the disk is full', async () => {
    let full = false
    const memory = memoryDisk()
    const disk = {
      ...memory,
      write: async (...args: Parameters<typeof memory.write>) => {
        if (full) throw new DiskFull(0)
        return memory.write(...args)
      },
    }
    const { units } = await openTestUnits(disk)
    const files = await units.create(owner, { mark: 'files', kind: 'file' })
    const database = await units.create(owner, { mark: 'database', kind: 'database' })
    await files.files().write('a/b.txt', fromText('four'))
    await database.database().set('key', 'value')
    full = true
    expect(await files.size()).toBe(4)
    expect(await database.size()).toBeGreaterThan(0)
    expect(await collect(files.diff(0, 'cur'))).toEqual([{ path: 'a/b.txt', change: 'added' }])
    expect(await collect(database.diff(0, 'cur'))).toEqual([
      { path: 'string:key', change: 'added' },
    ])
    await expect(files.backup(owner)).rejects.toThrow(DiskFull)
    full = false
    expect((await files.backup(owner)).size).toBe(4)
  })
})

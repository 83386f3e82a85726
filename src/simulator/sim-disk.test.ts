import { describe, expect, it } from 'vitest'
import { fromText } from '#base'
import { SimDisk, sectorBytes } from './sim-disk.js'
import { streamOf } from './streams.js'

const record = (value: number, size = 1): Uint8Array => new Uint8Array(size).fill(value)
const values = (disk: SimDisk): number[] => disk.open().records.map(([value]) => value)
const dice = (seed: number) => streamOf(`disk ${seed}`)
const row = (name: string, value: number) => ({ key: fromText(name), value: record(value) })

function begun(synced: number, unsynced: number, size = 1): SimDisk {
  const disk = new SimDisk()
  disk.open()
  for (let i = 1; i <= synced + unsynced; i++) {
    disk.append(record(i, size))
    if (i <= synced) disk.syncJournal(1)
  }
  return disk
}

describe('a journal that lost power', () => {
  it('keeps what was synced, whatever happens to the rest', () => {
    for (let seed = 0; seed < 200; seed++) {
      const disk = begun(3, 4, 1500)
      disk.crash(dice(seed))
      const kept = values(disk)
      expect(kept.slice(0, 3)).toEqual([1, 2, 3])
      expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7].slice(0, kept.length))
      expect(disk.open().isDamaged).toBe(false)
    }
  })

  it('sometimes keeps what was not synced, and sometimes loses it', () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 200; seed++) {
      const disk = begun(0, 4, 1500)
      disk.crash(dice(seed))
      lengths.add(values(disk).length)
    }
    expect([...lengths].sort()).toEqual([0, 1, 2, 3, 4])
  })

  it('goes on after a torn end', () => {
    for (let seed = 0; seed < 50; seed++) {
      const disk = begun(2, 3, 3000)
      disk.crash(dice(seed))
      const kept = values(disk)
      disk.append(record(99))
      disk.syncJournal(1)
      disk.crash(dice(seed + 1000))
      expect(values(disk)).toEqual([...kept, 99])
    }
  })

  it('is the old one or the new one where it was written anew', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const disk = begun(3, 0)
      disk.rewrite([record(50), record(51)])
      disk.append(record(52))
      disk.crash(dice(seed))
      seen.add(values(disk).join(' '))
    }
    expect([...seen].sort()).toEqual(['1 2 3', '50 51', '50 51 52'])
  })
})

describe('rows that lost power', () => {
  it('are kept batch by batch, in order', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const disk = new SimDisk()
      disk.open()
      disk.store([row('a', 1)])
      disk.syncRows(1)
      disk.store([row('a', 2), row('b', 2)])
      disk.store([{ key: fromText('a'), value: undefined }])
      disk.crash(dice(seed))
      const { rows } = disk.open()
      seen.add([rows.get(fromText('a')), rows.get(fromText('b'))].join(' '))
    }
    expect([...seen].sort()).toEqual([' 2', '1 ', '2 2'])
  })

  it('are scanned in order, also backwards', async () => {
    const disk = new SimDisk()
    disk.store([row('c', 3), row('a', 1), row('b', 2)])
    const names = async (range: object) => {
      const found = []
      for await (const [key] of disk.rows.scan(range)) found.push(String.fromCharCode(...key))
      return found.join('')
    }
    expect(await names({})).toBe('abc')
    expect(await names({ from: fromText('b') })).toBe('bc')
    expect(await names({ to: fromText('b') })).toBe('a')
    expect(await names({ reverse: true, limit: 2 })).toBe('cb')
  })
})

describe('a damaged disk', () => {
  const large = (): SimDisk => begun(40, 0, 1000)

  it('never gives back a record that was not written', () => {
    for (let seed = 0; seed < 60; seed++) {
      for (const damage of ['rot', 'misdirect', 'loseSector'] as const) {
        const disk = large()
        disk[damage](dice(seed))
        const { records } = disk.open()
        for (const [i, found] of records.entries()) expect(found).toEqual(record(i + 1, 1000))
      }
    }
  })

  it('says that it lost what was durable, until the journal is written anew', () => {
    const disk = large()
    disk.loseSector({ ...dice(1), int: () => 2 })
    expect(disk.open().isDamaged).toBe(true)
    disk.crash(dice(2))
    expect(disk.open().isDamaged).toBe(true)
    disk.rewrite([])
    disk.syncJournal(1)
    expect(disk.open().isDamaged).toBe(false)
  })

  it('has nothing to damage while it is empty', () => {
    const disk = new SimDisk()
    expect(disk.rot(dice(1)) || disk.misdirect(dice(1)) || disk.loseSector(dice(1))).toBe(false)
  })

  it('goes back to an old image, and to nothing', () => {
    const disk = begun(2, 1)
    disk.store([row('a', 1)])
    disk.syncRows(1)
    disk.store([row('a', 2)])
    const image = disk.image()
    disk.syncJournal(1)
    disk.append(record(4))
    disk.syncJournal(1)
    disk.restore(image)
    expect(values(disk)).toEqual([1, 2])
    expect(disk.rows.get(fromText('a'))).toEqual(record(1))
    disk.wipe()
    expect(values(disk)).toEqual([])
    expect(disk.rows.size).toBe(0)
    expect(disk.journalBytes).toBeLessThan(sectorBytes)
  })
})

/** A volume that really is full: a small tmpfs where it may be mounted. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromText } from '#base'
import { type Change, type Disk, DiskFull } from '#world'
import { openDisk } from './disk.js'
import { openLevel } from './disk/level.js'
import { freeBytesOf } from './disk/space.js'
import type { OpenStore } from './disk/store.js'

const mebibyte = 1024 * 1024

interface Volume {
  readonly name: string
  readonly folder: string
  readonly openStore?: OpenStore
  /** Takes away all room but about so many bytes. */
  fill(leave: number): Promise<void>
  /** Gives the room back. */
  free(): Promise<void>
  end(): void
}

const size = 64 * mebibyte

/** A small volume of its own; undefined where this user may not mount one. */
function mountedVolume(): Volume | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'leither-volume-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'leither-test', folder])
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
  const ballast = join(folder, 'ballast')
  return {
    name: 'a full volume',
    folder,
    fill: (leave) => writeFile(ballast, Buffer.alloc(freeBytesOf(folder) - leave)),
    free: () => rm(ballast, { force: true }),
    end() {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

/** The same with a store that refuses batches once so many bytes were written. */
function countedVolume(): Volume {
  const folder = mkdtempSync(join(tmpdir(), 'leither-counted-'))
  let left = Infinity
  return {
    name: 'a store that runs out of room',
    folder,
    async openStore() {
      const store = await openLevel(join(folder, 'home/store'), folder)
      let refused = false
      return {
        ...store,
        async commit(changes, durable) {
          for (const { key, value } of changes) left -= key.length + (value?.length ?? 0)
          refused ||= left < 0
          if (refused) throw new Error('IO error: 000003.log: No space left on device')
          await store.commit(changes, durable)
        },
      }
    },
    fill: async (leave) => {
      left = leave
    },
    free: async () => {
      left = Infinity
    },
    end: () => rmSync(folder, { recursive: true }),
  }
}

const mounted = mountedVolume()
const volumes = [countedVolume(), ...(mounted === undefined ? [] : [mounted])]

afterAll(() => {
  for (const volume of volumes) volume.end()
})

describe.each(volumes)('$name', (volume) => {
  let home: string
  let disk: Disk
  const open = async (reserveBytes = 0): Promise<Disk> =>
    openDisk({
      home,
      reserveBytes,
      ...(volume.openStore === undefined ? {} : { openStore: volume.openStore }),
    })
  const batch = (number: number, value: Uint8Array): Change[] =>
    Array.from({ length: 20 }, (_, i) => ({ key: fromText(`${number}/${i}`), value }))
  /** Numbers of the batches that are there; each must be whole. */
  const batches = async (): Promise<number[]> => {
    const counts = new Map<number, number>()
    for await (const [key] of disk.scan({})) {
      const number = parseInt(new TextDecoder().decode(key))
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    for (const count of counts.values()) expect(count).toBe(20)
    return [...counts.keys()].sort((a, b) => a - b)
  }

  beforeEach(() => {
    home = join(volume.folder, 'home')
  })
  afterEach(async () => {
    await volume.free()
    await disk.close()
    await rm(home, { recursive: true })
  })

  it('refuses writes, serves reads, and takes writes again when room is made', async () => {
    disk = await open()
    const value = new Uint8Array(4000).map((_, i) => (i * i * 31) >> 4)
    const there: number[] = []
    let number = 0
    for (let round = 0; round < 4; round++) {
      await volume.fill(mebibyte)
      let refused: unknown
      while (refused === undefined) {
        number++
        try {
          await disk.write(batch(number, value))
          there.push(number)
        } catch (error) {
          refused = error
        }
      }
      expect(refused).toBeInstanceOf(DiskFull)
      await expect(disk.write(batch(0, value))).rejects.toBeInstanceOf(DiskFull)
      expect(disk.get(fromText('1/0'))).toEqual(value)
      expect(await batches()).toEqual(there)
      await volume.free()
      await disk.write(batch(++number, value))
      there.push(number)
      expect(await batches()).toEqual(there)
    }
    await disk.close()
    disk = await open()
    expect(await batches()).toEqual(there)
  })
})

describe('a full volume', () => {
  const at = mounted ?? countedVolume()
  let disk: Disk

  it('is left its reserve, which removals may use', async () => {
    const home = join(at.folder, 'reserve')
    disk = await openDisk({ home, reserveBytes: 0 })
    const { freeBytes } = await disk.usage()
    await disk.write([{ key: fromText('a'), value: new Uint8Array(100_000) }])
    await disk.files.write('f', new Uint8Array(100_000))
    await disk.close()
    // Twice what is free: a quarter of that, which removals ask for, is there.
    disk = await openDisk({ home, reserveBytes: freeBytes * 2 })
    const written = disk.write([{ key: fromText('b'), value: fromText('b') }])
    await expect(written).rejects.toBeInstanceOf(DiskFull)
    await expect(disk.files.write('g', fromText('g'))).rejects.toBeInstanceOf(DiskFull)
    await disk.write([{ key: fromText('a'), value: undefined }])
    await disk.files.remove('f')
    expect(disk.get(fromText('a'))).toBeUndefined()
    await disk.close()
    await rm(home, { recursive: true })
  })

  it('gets no half-written file', async () => {
    const home = join(at.folder, 'files')
    disk = await openDisk({ home, reserveBytes: 0 })
    const { freeBytes } = await disk.usage()
    const tooMuch = new Uint8Array(mebibyte)
    async function* endless() {
      for (let sent = 0; sent <= freeBytes; sent += tooMuch.length) yield tooMuch
    }
    if (mounted !== undefined) {
      await expect(disk.files.write('f', endless())).rejects.toBeInstanceOf(DiskFull)
    }
    expect(await disk.files.size('f')).toBeUndefined()
    expect(await readdir(join(home, 'unfinished'))).toEqual([])
    await disk.files.write('g', tooMuch)
    await disk.close()
    await rm(home, { recursive: true })
  })
})

/** Units on a disk that is full, and on the real one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cidOf, codecs, fromText } from '#base'
import { openDisk } from '#host'
import { rightWords } from '#rights'
import { type Disk, DiskFull, memoryDisk } from '#world'
import { collect, openTestUnits, owner, send, textAt } from './test-units.contract.js'

const cid = `${cidOf(codecs.raw, Uint8Array.of(1))}`

/** A disk of memory that can be made full. */
function fillingDisk() {
  const disk = memoryDisk()
  /** writes that still find room */
  const room = { writes: Infinity }
  const guard = async <T>(write: () => Promise<T>): Promise<T> => {
    if (room.writes-- > 0) return write()
    // The disk answers later, as a real one does.
    await Promise.resolve()
    throw new DiskFull(0)
  }
  const filling: Disk = {
    ...disk,
    write: (changes) => guard(() => disk.write(changes)),
    files: {
      ...disk.files,
      write: (name, content) => guard(() => disk.files.write(name, content)),
      writeAll: (files) => guard(() => disk.files.writeAll(files)),
    },
  }
  return { disk: filling, room }
}

/** A unit with a version and more in cur, on a disk that can be made full. */
async function openFilling() {
  const { disk, room } = fillingDisk()
  const node = await openTestUnits(disk)
  const unit = await node.units.create(owner, { mark: 'a', kind: 'file' })
  await unit.files().write('d/a', fromText('1'))
  await unit.addRef(cid)
  await unit.backup(owner)
  await unit.files().write('d/a', fromText('2'))
  await unit.addRef(cid)
  return { ...node, unit, room }
}

type Filling = Awaited<ReturnType<typeof openFilling>>

const seen = async ({ unit, units }: Pick<Filling, 'unit' | 'units'>) => ({
  text: await textAt(unit, 'd/a').catch(() => ''),
  paths: (await collect(unit.files().walk())).map(({ path }) => path),
  top: (await collect(unit.files().list(''))).map(({ name }) => name),
  numbers: unit.versions().map(({ number }) => number),
  head: unit.head()?.seq,
  release: unit.head()?.release,
  rights: unit.rights(),
  refs: await unit.refs(),
  base: unit.base(),
  changed: unit.changed(),
  all: units.all().length,
})

describe('a full disk', () => {
  const actions: [string, (node: Filling) => Promise<unknown>][] = [
    ['write', ({ unit }) => unit.files().write('b/c', fromText('3'))],
    ['append', ({ unit }) => unit.files().append('d/a', fromText('3'))],
    ['remove', ({ unit }) => unit.files().remove('d', true)],
    ['rename', ({ unit }) => unit.files().rename('d', 'c')],
    ['mkdir', ({ unit }) => unit.files().mkdir('e/f')],
    ['backup', ({ unit }) => unit.backup(owner)],
    ['restore', ({ unit }) => unit.restore(1)],
    ['release', ({ unit }) => unit.release(owner, 1)],
    ['setRights', ({ unit }) => unit.setRights(owner, { word: rightWords.closed, entries: [] })],
    ['setDefaultApp', ({ unit }) => unit.setDefaultApp(owner, unit.mid)],
    ['addRef', ({ unit }) => unit.addRef(cid, 5)],
    ['delRef', ({ unit }) => unit.delRef(cid)],
    ['create', ({ units }) => units.create(owner, { mark: 'b', kind: 'database' })],
    [
      'takeHead',
      async (node) => {
        const elsewhere = await openTestUnits()
        const theirs = await elsewhere.units.create(owner, { mark: 'theirs', kind: 'file' })
        await theirs.backup(owner)
        return send(elsewhere, node, theirs.mid)
      },
    ],
  ]

  it.each(actions)(
    'refuses %s, changes nothing, and goes on when there is room',
    async (_, act) => {
      for (let writes = 0; ; writes++) {
        const node = await openFilling()
        const before = await seen(node)
        const events = node.events.length
        node.room.writes = writes
        const error: unknown = await act(node).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        node.room.writes = Infinity
        const after = await seen(node)
        const reopened = await openTestUnits(node.disk)
        const { units } = reopened
        expect(await seen({ units, unit: units.get(node.unit.mid) })).toEqual(after)
        expect(await units.check()).toEqual([])
        if (error === undefined) {
          expect(writes).toBeGreaterThan(0)
          expect(after).not.toEqual(before)
          return
        }
        expect(error).toMatchObject({ code: 'DISK_FULL' })
        expect(after).toEqual(before)
        expect(node.events.length).toBe(events)
        await act(node)
        expect(await seen(node)).not.toEqual(before)
      }
    },
  )
})

describe('the real disk', () => {
  const homes: string[] = []
  afterEach(async () => {
    for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true })
  })

  it('holds units over restarts, beside writers and backups', async () => {
    const home = await mkdtemp(join(tmpdir(), 'leither-units-'))
    homes.push(home)
    let disk = await openDisk({ home })
    let { units } = await openTestUnits(disk)
    const { mid } = await units.create(owner, { mark: 'a', kind: 'file' })
    const base = await units.create(owner, { mark: 'a', kind: 'database' })
    for (let round = 1; round <= 3; round++) {
      const unit = units.get(mid)
      const database = units.get(base.mid)
      const writers = Array.from({ length: 20 }, async (_, i) => {
        await unit.files().write(`r${round}/f${i}`, new Uint8Array(i * 10_000).fill(i))
        await unit.files().append('log', fromText('.'))
        await database.database().rpush('list', i)
        if (i % 7 === 0) await Promise.all([unit.backup(owner), database.backup(owner)])
      })
      await Promise.all(writers)
      await disk.close()
      disk = await openDisk({ home })
      units = (await openTestUnits(disk)).units
      const again = units.get(mid)
      expect(await textAt(again, 'log')).toBe('.'.repeat(20 * round))
      const files = await collect(again.files().walk(`r${round}`))
      expect(files.map(({ size }) => size).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, i) => i * 10_000),
      )
      expect(units.get(base.mid).database().llen('list')).toBe(20 * round)
      expect(await units.check()).toEqual([])
    }
    const version = await units.get(mid).backup(owner)
    const sizes = (await collect(units.get(mid).files('last').walk())).map(({ size }) => size)
    expect(version.size).toBe(sizes.reduce((sum, size) => sum + size, 0))
    await disk.close()
  })
})

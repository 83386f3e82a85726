import { describe, expect, it } from 'vitest'
import { cidOf, codecs, decodeCbor, encodeCbor, fromText, type Mid, type Value } from '#base'
import { sign } from '#identity'
import { type Entry, rightWords } from '#rights'
import { readHead } from './records/head.js'
import { signVersion } from './records/version.js'
import {
  copyBlocks,
  friend,
  openTestUnits,
  owner,
  send,
  stranger,
  type TestUnits,
  textAt,
} from './test-units.contract.js'
import type { Head } from './unit.js'

const cid = (n: number) => cidOf(codecs.raw, Uint8Array.of(n))
const mayBackUp: readonly Entry[] = [{ key: friend.id, may: ['backup'] }]

/** Two nodes that have the same unit, at version 1; a friend may back it up. */
async function openTwo(kind: 'file' | 'database' = 'database') {
  const [here, there] = [await openTestUnits(), await openTestUnits()]
  const made = await here.units.create(owner, { mark: 'shared', kind })
  await made.setRights(owner, { word: rightWords.readable, entries: mayBackUp })
  if (kind === 'file') await made.files().write('a', fromText('1'))
  else await made.database().set('a', 1)
  await made.addRef(`${cid(1)}`)
  await made.backup(owner)
  const taken = await send(here, there, made.mid)
  return { here, there, made, taken, mid: made.mid }
}

const headOf = (node: TestUnits, mid: Mid): Head => node.units.get(mid).head() as Head

describe('taking a head', () => {
  it('brings a unit that was not here', async () => {
    for (const kind of ['file', 'database'] as const) {
      const { there, made, taken, mid } = await openTwo(kind)
      expect(taken.info).toEqual(made.info)
      expect(taken.head()).toEqual(made.head())
      expect(taken.versions()).toEqual(made.versions())
      expect([taken.base(), taken.changed(), taken.behind()]).toEqual([1, false, false])
      if (kind === 'file') expect(await textAt(taken, 'a')).toBe('1')
      else expect(taken.database().get('a')).toBe(1)
      expect(await there.units.referrers(`${cid(1)}`)).toEqual([mid])
      expect(there.events).toEqual([
        { type: 'created', mid },
        { type: 'head', mid, number: 1 },
        { type: 'changed', mid, keys: [] },
      ])
      const again = await openTestUnits(there.disk)
      expect(again.units.get(mid).head()).toEqual(made.head())
      expect(await again.units.check()).toEqual([])
    }
  })

  it('lets cur follow where it has no changes of its own', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    await made.database().set('a', 2)
    await made.backup(owner)
    await made.release(owner, 1)
    await send(here, there, mid)
    expect(taken.database().get('a')).toBe(2)
    expect([taken.base(), taken.head()?.release, taken.conflicts()]).toEqual([2, 1, []])
    await taken.database().set('own', 1)
    await made.database().set('a', 3)
    await made.backup(owner)
    await send(here, there, mid)
    expect([taken.base(), taken.behind(), taken.changed()]).toEqual([2, true, true])
    expect(taken.database().get('a')).toBe(2)
    expect(taken.database('last').get('a')).toBe(3)
    const beside = await taken.backup(friend)
    expect(beside.number).toBe(4)
    expect(taken.conflicts().map(({ number }) => number)).toEqual([3, 4])
    expect(taken.behind()).toBe(false)
  })

  it('gives up a cur that came to nothing for what is newer', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    await taken.database().set('own', 1)
    await made.database().set('a', 2)
    await made.backup(owner)
    await send(here, there, mid)
    expect(taken.behind()).toBe(true)
    await taken.database().del('own')
    expect((await taken.backup(friend)).number).toBe(2)
    expect(taken.database().get('a')).toBe(2)
    expect([taken.behind(), taken.versions().length]).toEqual([false, 2])
  })

  it('leaves a cur alone that was restored to something else', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    await made.database().set('a', 2)
    await made.backup(owner)
    await send(here, there, mid)
    await taken.restore(1)
    await made.database().set('a', 3)
    await made.backup(owner)
    await send(here, there, mid)
    expect(taken.database().get('a')).toBe(1)
    expect([taken.base(), taken.behind(), taken.changed()]).toEqual([1, true, false])
    await taken.restore('last')
    expect(taken.database().get('a')).toBe(3)
    expect(taken.behind()).toBe(false)
    await made.database().set('a', 4)
    await made.backup(owner)
    await send(here, there, mid)
    expect(taken.database().get('a')).toBe(4)
  })

  it('takes the same head twice and no older one', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    const old = headOf(here, mid)
    await made.database().set('a', 2)
    await made.backup(owner)
    await send(here, there, mid)
    const count = there.events.length
    await send(here, there, mid)
    expect(there.events.length).toBe(count)
    await expect(there.units.takeHead(old)).rejects.toMatchObject({
      code: 'HEAD_OLDER',
      data: { seq: old.seq, here: old.seq + 1 },
    })
    expect(taken.head()?.last).toBe(2)
  })

  it('keeps both sides of one sequence, alike on both nodes', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    await made.database().set('side', 'here')
    await taken.database().set('side', 'there')
    const a = await made.backup(owner)
    const b = await taken.backup(friend)
    const [headHere, headThere] = [headOf(here, mid), headOf(there, mid)]
    expect([a.number, b.number, headHere.seq - headThere.seq]).toEqual([2, 2, 0])
    await copyBlocks(here, there, [a])
    await copyBlocks(there, here, [b])
    await there.units.takeHead(headHere)
    await here.units.takeHead(headThere)
    expect(made.head()).toEqual(taken.head())
    expect(made.versions().map(({ cid }) => `${cid}`)).toEqual(
      taken.versions().map(({ cid }) => `${cid}`),
    )
    expect(made.versions().map(({ number }) => number)).toEqual([1, 2, 2])
    for (const unit of [made, taken]) {
      expect(
        unit
          .conflicts()
          .map(({ cid }) => `${cid}`)
          .sort(),
      ).toEqual([a, b].map(({ cid }) => `${cid}`).sort())
      expect(unit.version(2)).toEqual(unit.version('last'))
      expect(unit.database('last').get('side')).toBe(made.database('last').get('side'))
      expect(unit.database().get('side')).toBe(unit.database('last').get('side'))
    }
    expect(here.log.lines.some(({ message }) => message.includes('joined'))).toBe(true)
    await made.database().set('more', 1)
    const next = await made.backup(owner)
    expect(next.number).toBe(3)
    await send(here, there, mid)
    expect(taken.versions()).toHaveLength(4)
    expect(taken.conflicts()).toHaveLength(2)
    expect(await (await openTestUnits(there.disk)).units.check()).toEqual([])
  })

  it('believes no key that the owner took the right from', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    await taken.database().set('a', 2)
    const late = await taken.backup(friend)
    await taken.database().set('a', 3)
    await taken.backup(friend)
    await made.setRights(owner, { word: rightWords.readable, entries: [] })
    await copyBlocks(there, here, taken.versions())
    await expect(here.units.takeHead(headOf(there, mid))).rejects.toMatchObject({
      code: 'HEAD_INVALID',
    })
    expect([made.versions().length, late.number]).toEqual([1, 2])
  })

  it('keeps the newer rights where a head carries older ones', async () => {
    const { here, there, made, taken, mid } = await openTwo()
    const entries = [...mayBackUp, { key: stranger.id, may: ['read'] as const }]
    await made.setRights(owner, { word: rightWords.closed, entries })
    for (const value of [2, 3, 4]) {
      await taken.database().set('a', value)
      await taken.backup(friend)
    }
    await send(there, here, mid)
    expect(made.head()?.rights.word).toBe(rightWords.readable)
    expect(made.rights()).toEqual({ word: rightWords.closed, entries })
    expect(made.version('last').number).toBe(4)
    await made.release(owner, 4)
    expect(made.head()?.rights).toEqual(made.rights())
  })
})

describe('what a head lists', () => {
  it('may be here in part: other versions are known by number', async () => {
    const { here, there, made, mid } = await openTwo('file')
    await made.files().write('a', fromText('2'))
    const v2 = await made.backup(owner)
    const fresh = await openTestUnits()
    await expect(fresh.units.takeHead(headOf(here, mid))).rejects.toMatchObject({
      code: 'VERSION_NOT_HERE',
    })
    expect(fresh.units.all()).toEqual([])
    await copyBlocks(here, fresh, [v2])
    fresh.units.onEvent(({ mid }) => expect(fresh.units.has(mid)).toBe(true))
    const taken = await fresh.units.takeHead(headOf(here, mid))
    expect(taken.versions()).toEqual([v2])
    expect(taken.conflicts()).toEqual([])
    expect(await textAt(taken, 'a')).toBe('2')
    const notHere = { code: 'VERSION_NOT_HERE', message: expect.stringContaining('sync --all') }
    expect(() => taken.version(1)).toThrow(expect.objectContaining(notHere))
    expect(() => taken.files(1)).toThrow(expect.objectContaining(notHere))
    await expect(taken.restore(1)).rejects.toMatchObject(notHere)
    const v1 = made.version(1)
    await fresh.blocks.put(v1.cid, await here.blocks.get(v1.cid))
    expect(taken.version(1)).toEqual(v1)
    expect(() => taken.files(1)).toThrow(expect.objectContaining(notHere))
    await copyBlocks(here, fresh, [v1])
    expect(await textAt(taken, 'a', 1)).toBe('1')
    expect(await fresh.units.check()).toEqual([])
    expect(there.units.get(mid).version('last').number).toBe(1)
  })

  it('must be versions of this unit, signed by their authors', async () => {
    const { here, there, made, mid } = await openTwo()
    const words = { ...made.version(1), number: 2, parents: [], memo: '' }
    const signed = signVersion(owner, words)
    const alien = signVersion(owner, { ...words, mid: `${mid.slice(0, -1)}x` as Mid })
    const fields = decodeCbor<Record<string, Value>>(signed.bytes)
    const changed = encodeCbor({ ...fields, memo: 'x' })
    const bad: [string, number, Uint8Array][] = [
      ['another number', 3, signed.bytes],
      ['another unit', 2, alien.bytes],
      ['a changed memo', 2, changed],
      ['no version', 2, encodeCbor({ a: 1 })],
    ]
    for (const [why, number, bytes] of bad) {
      const link = cidOf(codecs.dagCbor, bytes)
      await there.blocks.put(link, bytes)
      const head = decodeCbor<Record<string, Value>>(headOf(here, mid).record)
      delete head.signature
      Object.assign(head, { versions: [[number, link]], last: number, seq: 99, release: null })
      head.signature = sign(owner, 'leither/head/1', encodeCbor(head))
      const read = readHead(encodeCbor(head))
      await expect(there.units.takeHead(read), why).rejects.toMatchObject({ code: 'HEAD_INVALID' })
      expect(there.units.get(mid).versions()).toHaveLength(1)
    }
  })

  it('counts by its signed record alone', async () => {
    const { here, there, mid } = await openTwo()
    const head = headOf(here, mid)
    const claimed = { ...head, seq: 1000, rights: { word: rightWords.writable, entries: [] } }
    await there.units.takeHead(claimed)
    expect(there.units.get(mid).head()).toEqual(head)
    const record = Uint8Array.from(head.record)
    record[record.length - 1] ^= 1
    await expect(there.units.takeHead({ ...head, record })).rejects.toMatchObject({
      code: 'HEAD_INVALID',
    })
    expect(() => there.units.readHead(record)).toThrow(/not valid/)
  })
})

describe('upkeep', () => {
  it('keeps what versions and cur need, and frees the rest', async () => {
    const { units, blocks } = await openTestUnits()
    const files = await units.create(owner, { mark: 'f', kind: 'file' })
    const database = await units.create(owner, { mark: 'd', kind: 'database' })
    const big = (n: number) => new Uint8Array(300_000).fill(n)
    const kept = await blocks.put(cid(7), Uint8Array.of(7))
    expect(kept).toBeUndefined()
    await files.files().write('x/old', big(1))
    await files.backup(owner)
    await files.files().write('x/old', big(2))
    await files.files().copy('x', 'y')
    await files.files().write('gone', big(3))
    await files.files().remove('gone')
    await database.database().set('a', 'x'.repeat(10_000))
    await database.addRef(`${cid(7)}`)
    await database.backup(owner)
    const report = await blocks.collect({ roots: units.roots() })
    expect(report.freedBlocks).toBeGreaterThan(0)
    expect(blocks.has(cid(7))).toBe(true)
    expect(blocks.has(cidOf(codecs.raw, big(3)))).toBe(false)
    expect(await units.check()).toEqual([])
    expect((await files.files().stat('y/old')).size).toBe(300_000)
    expect((await textAt(files, 'x/old', 1)).length).toBe(300_000)
    expect((await textAt(files, 'y/old'))[0]).toBe('\u0002')
    expect(database.database('last').get('a')).toHaveLength(10_000)
  })

  it('tells of blocks that are missing', async () => {
    const { units, disk } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'f', kind: 'file' })
    await unit.files().write('a', new Uint8Array(10))
    const { root } = await unit.backup(owner)
    for await (const [key] of disk.scan({ from: Uint8Array.of(1), to: Uint8Array.of(2) })) {
      const digest = root.multihash.digest
      const at = Buffer.from(key).indexOf(digest)
      if (at >= 0) await disk.write([{ key, value: undefined }])
    }
    const found = await (await openTestUnits(disk)).units.check()
    expect(found).toEqual([
      { mid: unit.mid, problem: expect.stringContaining('missing'), repaired: false },
    ])
  })

  it('finds stored rights that nobody signed', async () => {
    const { units, disk } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'file' })
    const key = Uint8Array.of(2, ...fromText(unit.mid))
    const stored = decodeCbor<{ rights: Record<string, Value> }>(disk.get(key) as Uint8Array)
    const rights = { ...stored.rights, word: 0 }
    await disk.write([{ key, value: encodeCbor({ ...stored, rights } as Value) }])
    const found = await (await openTestUnits(disk)).units.check()
    expect(found).toEqual([
      { mid: unit.mid, problem: expect.stringContaining('signature'), repaired: false },
    ])
  })

  it('leaves out a unit whose state is damaged, and says so', async () => {
    const { units, disk } = await openTestUnits()
    const [a, b] = [
      await units.create(owner, { mark: 'a', kind: 'file' }),
      await units.create(owner, { mark: 'b', kind: 'file' }),
    ]
    const key = Uint8Array.of(2, ...fromText(a.mid))
    await disk.write([{ key, value: Uint8Array.of(1, 2, 3) }])
    const after = await openTestUnits(disk)
    expect(after.units.all().map(({ mid }) => mid)).toEqual([b.mid])
    expect(await after.units.check()).toMatchObject([{ mid: a.mid, repaired: false }])
    expect(after.log.lines.some(({ level }) => level === 'error')).toBe(true)
  })
})

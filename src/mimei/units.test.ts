import { describe, expect, it } from 'vitest'
import { cidOf, codecs, fromText, midOf } from '#base'
import { rightWords } from '#rights'
import { memoryDisk } from '#world'
import { collect, friend, openTestUnits, owner, stranger, textAt } from './test-units.contract.js'

const cid = (n: number) => cidOf(codecs.raw, Uint8Array.of(n))

describe('creating', () => {
  it('answers the same unit twice and changes nothing', async () => {
    const { units, events, clock } = await openTestUnits()
    const source = { mark: 'diary', kind: 'database' } as const
    const [unit, same] = await Promise.all([
      units.create(owner, source),
      units.create(owner, source),
    ])
    clock.advance(1000)
    expect(same).toBe(unit)
    const rights = { word: rightWords.writable, entries: [] }
    expect(await units.create(owner, { ...source, rights })).toBe(unit)
    expect(unit.rights().word).toBe(rightWords.readable)
    expect(unit.mid).toBe(midOf({ author: owner.id, app: '', ext: '', ...source }))
    expect(events).toEqual([{ type: 'created', mid: unit.mid }])
    expect(units.all()).toEqual([unit])
  })

  it('makes other units of other authors, apps, marks and kinds', async () => {
    const { units } = await openTestUnits()
    const mids = new Set<string>()
    for (const author of [owner, friend]) {
      for (const app of ['', 'x']) {
        for (const mark of ['a', 'b']) {
          for (const kind of ['file', 'database'] as const) {
            mids.add((await units.create(author, { app, mark, kind })).mid)
          }
        }
      }
    }
    expect(mids.size).toBe(16)
  })

  it('puts a fresh mark in place of {{auto}}', async () => {
    const { units } = await openTestUnits()
    const made = [1, 2].map(() => units.create(owner, { mark: 'x-{{auto}}', kind: 'file' }))
    const [a, b] = await Promise.all(made)
    expect(a.mid).not.toBe(b.mid)
    expect(a.info.mark).toMatch(/^x-[\w-]{20}$/)
  })

  it('refuses what a mid cannot be made of', async () => {
    const { units } = await openTestUnits()
    const bad = ['x'.repeat(2000), '\ud800']
    for (const mark of bad) {
      await expect(units.create(owner, { mark, kind: 'file' })).rejects.toThrow(/mark/)
    }
    const rights = { word: -1, entries: [] }
    await expect(units.create(owner, { mark: 'a', kind: 'file', rights })).rejects.toThrow(/word/)
    expect(units.all()).toEqual([])
  })

  it('knows no other unit', async () => {
    const { units } = await openTestUnits()
    expect(units.has('nothing')).toBe(false)
    expect(() => units.get('nothing')).toThrow(
      expect.objectContaining({ code: 'MIMEI_UNKNOWN', kind: 'not-found' }),
    )
  })
})

describe('version names', () => {
  it('are cur, last, release and numbers', async () => {
    const { units, clock } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'database' })
    for (const name of ['last', 'release', 1, 0, -1, 1.5] as const) {
      expect(() => unit.version(name), `${name}`).toThrow(
        expect.objectContaining({ code: 'VERSION_UNKNOWN' }),
      )
    }
    for (const value of [1, 2, 3]) {
      await unit.database().set('n', value)
      clock.advance(10)
      const version = await unit.backup(owner, { memo: `m${value}`, tags: { lang: 'en' } })
      expect(version).toMatchObject({
        number: value,
        memo: `m${value}`,
        tags: { lang: 'en' },
        author: owner.id,
        time: clock.now(),
        mid: unit.mid,
      })
    }
    await unit.database().set('n', 4)
    await unit.release(owner, 2)
    const read = (name: 'cur' | 'last' | 'release' | number) => unit.database(name).get('n')
    expect([0, 1, 2, 3, 'release', 'last', 'cur'].map((name) => read(name as 'cur'))).toEqual([
      undefined,
      1,
      2,
      3,
      2,
      3,
      4,
    ])
    expect(unit.version('last').number).toBe(3)
    expect(unit.version('release').number).toBe(2)
    expect(unit.versions().map(({ number }) => number)).toEqual([1, 2, 3])
    expect(unit.base()).toBe(3)
    expect(() => unit.database(4)).toThrow(/no version "4"/)
    await expect(unit.database(2).set('n', 9)).rejects.toMatchObject({ code: 'READ_ONLY_VERSION' })
  })

  it('of the other kind are refused', async () => {
    const { units } = await openTestUnits()
    const database = await units.create(owner, { mark: 'a', kind: 'database' })
    const files = await units.create(owner, { mark: 'a', kind: 'file' })
    expect(() => database.files()).toThrow(expect.objectContaining({ code: 'WRONG_KIND' }))
    expect(() => files.database()).toThrow(expect.objectContaining({ code: 'WRONG_KIND' }))
  })
})

describe('heads', () => {
  it('come with the first backup or change of rights, and rise', async () => {
    const { units } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'file' })
    expect(unit.head()).toBeUndefined()
    await unit.setRights(owner, { word: rightWords.closed, entries: [] })
    expect(unit.head()).toMatchObject({ seq: 1, last: 0, versions: [], release: null })
    const version = await unit.backup(owner)
    expect(unit.head()).toMatchObject({
      seq: 2,
      last: 1,
      versions: [{ number: 1, cid: version.cid }],
      rights: unit.rights(),
    })
    await unit.release(owner, 'last')
    await unit.release(owner, 'last')
    expect(unit.head()).toMatchObject({ seq: 3, release: 1 })
    const app = (await units.create(owner, { mark: 'app', kind: 'file' })).mid
    await unit.setDefaultApp(owner, app)
    await unit.setDefaultApp(owner, app)
    expect(unit.head()).toMatchObject({ seq: 4, defaultApp: app, last: 1, release: 1 })
    await expect(unit.setDefaultApp(owner, 'nothing')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await unit.setDefaultApp(owner, null)
    const { record } = unit.head() as { record: Uint8Array }
    expect(units.readHead(record)).toEqual(unit.head())
  })

  it('are signed only by who may', async () => {
    const { units } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'file' })
    const denied = { code: 'BACKUP_NOT_ALLOWED', kind: 'denied' }
    for (const key of [friend, stranger]) {
      await expect(unit.backup(key)).rejects.toMatchObject(denied)
      await expect(unit.setDefaultApp(key, null)).rejects.toMatchObject(denied)
    }
    const entries = [{ key: friend.id, may: ['backup'] as const }]
    await unit.setRights(owner, { word: rightWords.readable, entries })
    expect((await unit.backup(friend)).author).toBe(friend.id)
    expect(unit.head()).toMatchObject({ signer: friend.id, last: 1 })
    await expect(unit.backup(stranger)).rejects.toMatchObject(denied)
    await expect(unit.release(friend, 1)).rejects.toMatchObject({ code: 'RIGHT_MISSING' })
    const more = [{ key: friend.id, may: ['backup', 'release', 'grant'] as const }]
    await unit.setRights(owner, { word: rightWords.readable, entries: more })
    await unit.release(friend, 1)
    await expect(unit.setRights(friend, unit.rights())).rejects.toMatchObject({
      code: 'RIGHT_MISSING',
    })
    await unit.setRights(owner, { word: rightWords.readable, entries: [] })
    expect(unit.head()).toMatchObject({ release: 1, signer: owner.id })
    await expect(unit.backup(friend)).rejects.toMatchObject(denied)
  })

  it('refuse rights that say nothing clear', async () => {
    const { units } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'file' })
    const entry = { key: friend.id, may: ['read'] as const }
    const bad = [
      { word: 1.5, entries: [] },
      { word: 4, entries: [entry, entry] },
      { word: 4, entries: [{ key: 'me', may: [] }] },
      { word: 4, entries: [{ key: friend.id, may: ['everything'] }] },
    ]
    for (const rights of bad) {
      const given = rights as ReturnType<typeof unit.rights>
      await expect(unit.setRights(owner, given)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
    expect(unit.head()).toBeUndefined()
  })
})

describe('a restart', () => {
  it('finds everything as it was', async () => {
    const disk = memoryDisk()
    const before = await openTestUnits(disk)
    const unit = await before.units.create(owner, { mark: 'a', kind: 'file', ext: 'x' })
    await unit.files().write('a.txt', fromText('1'))
    await unit.backup(owner)
    await unit.release(owner, 1)
    await unit.files().write('b.txt', fromText('2'))
    await unit.addRef(`${cid(1)}`, 3)
    const after = await openTestUnits(disk)
    const same = after.units.get(unit.mid)
    expect(same.info).toEqual(unit.info)
    expect(same.head()).toEqual(unit.head())
    expect(same.versions()).toEqual(unit.versions())
    expect([same.changed(), same.base()]).toEqual([true, 1])
    expect(await textAt(same, 'b.txt')).toBe('2')
    expect(await same.refs()).toEqual({ [`${cid(1)}`]: 3 })
    expect(await after.units.check()).toEqual([])
  })
})

describe('removing', () => {
  it('forgets the unit, and nothing of it comes back', async () => {
    const { units, events, disk } = await openTestUnits()
    const source = { mark: 'a', kind: 'file' } as const
    const unit = await units.create(owner, source)
    const files = unit.files()
    await files.write('a', fromText('1'))
    await unit.addRef(`${cid(1)}`)
    await unit.backup(owner)
    await files.write('b', fromText('1'))
    await units.remove(unit.mid)
    expect(units.has(unit.mid)).toBe(false)
    await expect(unit.backup(owner)).rejects.toMatchObject({ code: 'MIMEI_UNKNOWN' })
    await expect(unit.addRef(`${cid(1)}`)).rejects.toMatchObject({ code: 'MIMEI_UNKNOWN' })
    expect(() => unit.files()).toThrow(expect.objectContaining({ code: 'MIMEI_UNKNOWN' }))
    expect(await units.referrers(`${cid(1)}`)).toEqual([])
    expect(events.at(-1)).toEqual({ type: 'removed', mid: unit.mid })
    const again = await units.create(owner, source)
    expect([again.changed(), again.versions()]).toEqual([false, []])
    expect(await collect(again.files().walk())).toEqual([])
    expect((await openTestUnits(disk)).units.all()).toHaveLength(1)
    await expect(units.remove(`${unit.mid}` as typeof unit.mid)).resolves.toBeUndefined()
    await expect(units.remove(unit.mid)).rejects.toMatchObject({ code: 'MIMEI_UNKNOWN' })
  })
})

describe('events', () => {
  it('tell what happened, changes of one moment together', async () => {
    const { units, events } = await openTestUnits()
    const unit = await units.create(owner, { mark: 'a', kind: 'database' })
    const { mid } = unit
    const database = unit.database()
    await Promise.all([database.set('a', 1), database.set('b', 2), database.hset('h', 'f', 1)])
    await Promise.resolve()
    await unit.backup(owner)
    await unit.release(owner, 'last')
    await unit.restore(1)
    await Promise.resolve()
    expect(events).toEqual([
      { type: 'created', mid },
      { type: 'changed', mid, keys: expect.arrayContaining(['string:a', 'string:b', 'hash:h']) },
      { type: 'version', mid, number: 1 },
      { type: 'release', mid, number: 1 },
      { type: 'changed', mid, keys: [] },
    ])
  })

  it('survive a listener that fails, and end when told', async () => {
    const { units, log } = await openTestUnits()
    const heard: string[] = []
    units.onEvent(() => {
      throw new Error('no')
    })
    const stop = units.onEvent(({ type }) => heard.push(type))
    await units.create(owner, { mark: 'a', kind: 'file' })
    stop()
    await units.create(owner, { mark: 'b', kind: 'file' })
    expect(heard).toEqual(['created'])
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2)
  })
})

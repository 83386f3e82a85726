import { describe, expect, it } from 'vitest'
import { cidOf, codecs, fromText, midOf } from '#base'
import type { Unit, Units } from './unit.js'
import { collect, openTestUnits, owner, recordingDisk, textAt } from './test-units.contract.js'

const cid = (n: number): string => `${cidOf(codecs.raw, Uint8Array.of(n))}`

async function openBoth() {
  const node = await openTestUnits()
  const files = await node.units.create(owner, { mark: 'a', kind: 'file' })
  const database = await node.units.create(owner, { mark: 'a', kind: 'database' })
  return { ...node, files, database }
}

describe('backup', () => {
  it('of the empty unit makes version 1, and without changes no other', async () => {
    const { files, database } = await openBoth()
    for (const unit of [files, database]) {
      const first = await unit.backup(owner)
      expect(first).toMatchObject({ number: 1, size: 0, refs: null, parents: [] })
      expect(await unit.backup(owner)).toEqual(first)
      expect(unit.versions()).toEqual([first])
      expect(unit.head()?.seq).toBe(1)
    }
  })

  it('of changes that come to nothing makes none', async () => {
    const { files, database } = await openBoth()
    await files.files().write('a', fromText('1'))
    await database.database().set('a', 1)
    for (const unit of [files, database]) await unit.backup(owner)
    await files.files().write('b', fromText('2'))
    await files.files().remove('b')
    await database.database().set('a', 2)
    await database.database().set('a', 1)
    for (const unit of [files, database]) {
      expect(unit.changed()).toBe(true)
      expect((await unit.backup(owner)).number).toBe(1)
      expect([unit.changed(), unit.base()]).toEqual([false, 1])
    }
  })

  it('gives the same root for the same content', async () => {
    const { units } = await openTestUnits()
    const roots = []
    for (const names of [
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
    ]) {
      const unit = await units.create(owner, { mark: names.join(), kind: 'file' })
      for (const name of names) await unit.files().write(`d/${name}`, fromText(name))
      roots.push(`${(await unit.backup(owner)).root}`)
    }
    expect(roots[0]).toBe(roots[1])
  })

  it('refuses a memo or tags without measure, and keeps the changes', async () => {
    const { files } = await openBoth()
    await files.files().write('a', fromText('1'))
    const tooMany = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`t${i}`, '']))
    for (const options of [{ memo: 'x'.repeat(5000) }, { tags: tooMany }]) {
      await expect(files.backup(owner, options)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
    expect([files.changed(), files.versions()]).toEqual([true, []])
    expect((await files.backup(owner)).number).toBe(1)
    expect(await textAt(files, 'a', 'last')).toBe('1')
  })

  it('beside writers loses nothing and doubles nothing', async () => {
    const { files, database } = await openBoth()
    const tree = files.files()
    const store = database.database()
    const writer = async (name: string): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        await tree.write(`${name}/${i}`, fromText(`${name}${i}`))
        await tree.append(`log-${name}`, fromText('.'))
        await store.incrby('count', 1)
        await store.hset('seen', `${name}${i}`, i)
        await files.addRef(cid(i % 3))
      }
    }
    let running = true
    const backups = async (): Promise<void> => {
      while (running) await Promise.all([files, database, files].map((unit) => unit.backup(owner)))
    }
    const backing = backups()
    await Promise.all(['a', 'b', 'c'].map(writer))
    running = false
    await backing
    for (const unit of [files, database]) await unit.backup(owner)
    expect(store.get('count')).toBe(90)
    expect(database.database('last').get('count')).toBe(90)
    expect(database.database('last').hlen('seen')).toBe(90)
    const paths = (await collect(files.files('last').walk())).map(({ path }) => path)
    expect(paths).toHaveLength(93)
    for (const name of ['a', 'b', 'c']) {
      expect(await textAt(files, `log-${name}`, 'last')).toBe('.'.repeat(30))
      expect(await textAt(files, `${name}/29`, 'last')).toBe(`${name}29`)
    }
    expect(await files.refs('last')).toEqual({ [cid(0)]: 30, [cid(1)]: 30, [cid(2)]: 30 })
    const numbers = files.versions().map(({ number }) => number)
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    expect(files.conflicts()).toEqual([])
  })
})

describe('restore', () => {
  it('goes back to a version and forward from there', async () => {
    const { files } = await openBoth()
    const tree = files.files()
    for (const text of ['1', '2', '3']) {
      await tree.write('a', fromText(text))
      await files.addRef(cid(Number(text)))
      await files.backup(owner)
    }
    await tree.write('b', fromText('given up'))
    await files.addRef(cid(9))
    await files.restore(1)
    expect([files.changed(), files.base(), files.behind()]).toEqual([false, 1, false])
    expect(await textAt(files, 'a')).toBe('1')
    await expect(tree.stat('b')).rejects.toMatchObject({ code: 'PATH_UNKNOWN' })
    expect(await files.refs()).toEqual({ [cid(1)]: 1 })
    const [v1, , v3] = files.versions()
    const v4 = await files.backup(owner)
    expect(v4).toMatchObject({ number: 4, root: v1.root, refs: v1.refs })
    expect(v4.parents.map(String)).toEqual([v1, v3].map(({ cid }) => `${cid}`))
    expect(files.conflicts()).toEqual([])
    await files.restore(0)
    expect(await collect(tree.walk())).toEqual([])
    expect(await files.backup(owner)).toMatchObject({ number: 5, size: 0 })
    await expect(files.restore(9)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
  })

  it('to what last says needs no new version', async () => {
    const { database } = await openBoth()
    await database.database().set('a', 1)
    await database.backup(owner)
    await database.database().set('a', 2)
    await database.restore('last')
    expect(database.database().get('a')).toBe(1)
    expect((await database.backup(owner)).number).toBe(1)
  })

  it('ends transactions that stand on what is gone', async () => {
    const { database } = await openBoth()
    await database.database().set('a', 1)
    await database.backup(owner)
    const transaction = database.database().begin(1000)
    await transaction.set('a', 2)
    await database.restore(1)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'TRANSACTION_OVER' })
    expect(database.database().get('a')).toBe(1)
  })
})

describe('references', () => {
  const mid = midOf({ author: owner.id, app: '', ext: '', mark: 'other', kind: 'file' })

  it('count, are part of versions, and are found from the other side', async () => {
    const { files, database, units } = await openBoth()
    expect(await files.addRef(mid)).toBe(1)
    expect(await files.addRef(mid, 2)).toBe(3)
    expect(files.changed()).toBe(true)
    expect(await files.delRef(mid)).toBe(2)
    const v1 = await files.backup(owner)
    expect(await files.refs()).toEqual({ [mid]: 2 })
    expect(await files.delRef(mid, 5)).toBe(0)
    expect(await files.refs()).toEqual({})
    expect((await files.backup(owner)).refs).toBeNull()
    expect(await files.refs(v1.number)).toEqual({ [mid]: 2 })
    expect(await units.referrers(mid)).toEqual([files.mid])
    await database.addRef(mid)
    expect((await units.referrers(mid)).length).toBe(2)
    await database.delRef(mid)
    expect(database.changed()).toBe(false)
    expect(await units.referrers(mid)).toEqual([files.mid])
    expect(await units.referrers(cid(1))).toEqual([])
    expect(await files.delRef(cid(7))).toBe(0)
  })

  it('name units and content only, by whole counts', async () => {
    const { files } = await openBoth()
    const bad: [string, number][] = [
      ['nothing', 1],
      [mid, 0],
      [mid, -1],
      [mid, 0.5],
      ['', 1],
    ]
    for (const [id, count] of bad) {
      await expect(files.addRef(id, count)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
    expect(files.changed()).toBe(false)
  })

  it('may be many', async () => {
    const { files } = await openBoth()
    const ids = Array.from({ length: 9000 }, (_, i) => `${cidOf(codecs.raw, fromText(`${i}`))}`)
    await Promise.all(ids.map((id) => files.addRef(id)))
    const version = await files.backup(owner)
    expect(Object.keys(await files.refs('last')).sort()).toEqual(ids.sort())
    await files.addRef(ids[5])
    const next = await files.backup(owner)
    expect(`${next.refs}`).not.toBe(`${version.refs}`)
    expect((await files.refs())[ids[5]]).toBe(2)
  })
})

describe('diff', () => {
  it('tells keys and paths between any two versions, cur included', async () => {
    const { files, database } = await openBoth()
    const tree = files.files()
    await tree.write('a/x', fromText('1'))
    await tree.write('a/y', fromText('1'))
    await database.database().set('k', 1)
    await files.backup(owner)
    await database.backup(owner)
    await tree.write('a/x', fromText('2'))
    await tree.mkdir('empty')
    await tree.remove('a/y')
    await database.database().hset('h', 'f', 1)
    await database.database().del('k')
    const paths = async (unit: Unit, from: number | 'cur', to: number | 'cur') =>
      (await collect(unit.diff(from, to))).map(({ path, change }) => `${change} ${path}`).sort()
    expect(await paths(files, 1, 'cur')).toEqual(['added empty', 'changed a/x', 'removed a/y'])
    expect(await paths(files, 'cur', 0)).toEqual(['removed a/x', 'removed empty'])
    expect(await paths(files, 0, 1)).toEqual(['added a/x', 'added a/y'])
    expect(await paths(files, 1, 1)).toEqual([])
    expect(await paths(database, 1, 'cur')).toEqual(['added hash:h', 'removed string:k'])
    expect(files.changed()).toBe(true)
    expect(await files.size()).toBe(1)
    expect(await files.size(1)).toBe(2)
    await expect(collect(files.diff(1, 7))).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
  })
})

describe('a crash', () => {
  it('at any write leaves what was acknowledged, whole', async () => {
    const recording = recordingDisk()
    const node = await openTestUnits(recording.disk)
    /** what must hold once so many writes are there */
    const acknowledged: { from: number; check: (units: Units) => Promise<void> }[] = []
    const done = (check: (units: Units) => Promise<void>): void => {
      acknowledged.push({ from: recording.count(), check })
    }
    const files = await node.units.create(owner, { mark: 'a', kind: 'file' })
    const database = await node.units.create(owner, { mark: 'a', kind: 'database' })
    done(async (units) => void [files, database].map(({ mid }) => units.get(mid)))
    for (let i = 1; i <= 3; i++) {
      await files.files().write(`f${i}`, fromText(`${i}`))
      done(async (units) => expect(await textAt(units.get(files.mid), `f${i}`)).toBe(`${i}`))
      await database.database().hset('h', `k${i}`, i)
      await database.addRef(cid(i))
      done(async (units) => {
        const unit = units.get(database.mid)
        expect(unit.database().hget('h', `k${i}`)).toBe(i)
        expect(await unit.refs()).toMatchObject({ [cid(i)]: 1 })
      })
      for (const { mid } of [files, database]) {
        const version = await node.units.get(mid).backup(owner)
        done(async (units) => {
          expect(units.get(mid).version(i)).toEqual(version)
          expect(units.get(mid).head()?.last).toBeGreaterThanOrEqual(i)
        })
      }
      await files.release(owner, i)
      done(async (units) => {
        expect(units.get(files.mid).version('release').number).toBeGreaterThanOrEqual(i)
      })
    }
    for (let count = 0; count <= recording.count(); count++) {
      const { units } = await openTestUnits(await recording.after(count))
      for (const { from, check } of acknowledged) if (from <= count) await check(units)
      for (const unit of units.all()) {
        const head = unit.head()
        if (head !== undefined) expect(units.readHead(head.record)).toEqual(head)
      }
      expect(await units.check()).toEqual([])
    }
  })

  it('in a restore leaves cur as it was or as it shall be', async () => {
    const recording = recordingDisk()
    const node = await openTestUnits(recording.disk)
    const unit = await node.units.create(owner, { mark: 'a', kind: 'file' })
    await unit.files().write('a', fromText('old'))
    await unit.backup(owner)
    await unit.files().write('a', fromText('new'))
    await unit.addRef(cid(1))
    const from = recording.count()
    await unit.restore(1)
    const to = recording.count()
    const seen = new Set<string>()
    for (let count = from; count <= to; count++) {
      const { units } = await openTestUnits(await recording.after(count))
      const after = units.get(unit.mid)
      const text = await textAt(after, 'a')
      expect(await after.refs()).toEqual(text === 'old' ? {} : { [cid(1)]: 1 })
      seen.add(text)
    }
    expect([...seen]).toEqual(['new', 'old'])
  })
})

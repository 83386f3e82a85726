import { describe, expect, it } from 'vitest'
import { CID, type Value, encodeCbor, limits } from '#base'
import { type Change, DiskFull, type Disk, memoryDisk } from '#world'
import { contentOf } from './commands.contract.js'
import { diffDatabases } from './fold.js'
import { emptyRoot } from './tree-write.js'
import { decodeValue, encodeValue } from './values.js'
import { openVersionDatabase } from './version.js'
import { Workbench } from './workbench.contract.js'

const code = (name: string) => expect.objectContaining({ code: name })

/** A disk that can be told to be full: it refuses a while later, as a real one does. */
function fillable(): Disk & { full: boolean } {
  const disk = memoryDisk()
  const told = {
    ...disk,
    full: false,
    async write(changes: readonly Change[], options?: { durable?: boolean }): Promise<void> {
      if (!told.full) return disk.write(changes, options)
      const before = changes.map(({ key }) => ({ key, value: disk.get(key) }))
      void disk.write(changes)
      await new Promise((resolve) => setImmediate(resolve))
      await disk.write(before)
      throw new DiskFull(0)
    },
  }
  return told
}

describe('commands', () => {
  it('refuse what cannot be kept, and change nothing', async () => {
    const { database } = await Workbench.open()
    const long = 'k'.repeat(limits.keyBytes + 1)
    await expect(database.set(long, 1)).rejects.toThrow(code('KEY_TOO_LONG'))
    await expect(database.set('ж'.repeat(513), 1)).rejects.toThrow(code('KEY_TOO_LONG'))
    await database.set('ж'.repeat(512), 1)
    await expect(database.hset('h', long, 1)).rejects.toThrow(/this field has 1025 bytes/)
    await expect(database.sadd('s', 'fine', long)).rejects.toThrow(code('KEY_TOO_LONG'))
    expect(database.scard('s')).toBe(0)
    expect(() => database.get('\ud800')).toThrow(code('KEY_INVALID'))
    expect(() => database.get(7 as unknown as string)).toThrow(code('KEY_INVALID'))
    const large = new Uint8Array(limits.valueBytes)
    await expect(database.set('large', large)).rejects.toThrow(code('VALUE_TOO_LARGE'))
    await expect(database.set('odd', undefined as unknown as Value)).rejects.toThrow(
      code('VALUE_INVALID'),
    )
    await expect(database.set('odd', NaN)).rejects.toThrow(code('VALUE_INVALID'))
    await expect(database.zadd('z', { score: 1.5, member: 'm' })).rejects.toThrow(
      code('SCORE_INVALID'),
    )
    await expect(database.zcount('z', NaN, 1)).rejects.toThrow(code('SCORE_INVALID'))
    await expect(database.lset('l', 0, 1)).rejects.toThrow(code('INDEX_OUT_OF_RANGE'))
    await expect(database.scan('string', { count: -1 })).rejects.toThrow(code('BAD_INPUT'))
    await expect(database.scan('tree' as 'string')).rejects.toThrow(code('BAD_INPUT'))
    await expect(database.scan('string', { match: long })).rejects.toThrow(code('KEY_TOO_LONG'))
    await expect(database.lrange('l', 0.5, 1)).rejects.toThrow(code('BAD_INPUT'))
    expect(await database.counts()).toEqual({ string: 1, hash: 0, list: 0, set: 0, zset: 0 })
  })

  it('count with integers only', async () => {
    const { database } = await Workbench.open()
    for (const value of ['ten', 1.5, null, [1], '1e3', 2n ** 60n] as Value[]) {
      await database.set('n', value)
      await expect(database.incrby('n', 1)).rejects.toThrow(code('NOT_AN_INTEGER'))
      await database.hset('h', 'n', value)
      await expect(database.hincrby('h', 'n', 1)).rejects.toThrow(code('NOT_AN_INTEGER'))
    }
    await database.set('n', '-41')
    expect(await database.incrby('n', -1)).toBe(-42)
    await expect(database.incrby('n', 0.5)).rejects.toThrow(code('NOT_AN_INTEGER'))
    await database.set('n', Number.MAX_SAFE_INTEGER)
    await expect(database.incrby('n', 1)).rejects.toThrow(code('NOT_AN_INTEGER'))
    expect(database.get('n')).toBe(Number.MAX_SAFE_INTEGER)
    expect(await Promise.all(Array.from({ length: 50 }, () => database.incrby('m', 1)))).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
  })

  it('give values back as they were', async () => {
    const bench = await Workbench.open()
    const values: Value[] = [
      null,
      true,
      false,
      0,
      -1,
      1.5,
      2 ** 53 - 1,
      2n ** 63n,
      '',
      'текст',
      '\uFEFFmark',
      'x'.repeat(70_000),
      new Uint8Array(0),
      new Uint8Array(300).fill(9),
      emptyRoot,
      [],
      [1, [2, ['three']]],
      {},
      { b: 1, a: { c: new Uint8Array([1]) } },
      [emptyRoot, { link: emptyRoot }],
    ]
    await bench.database.mset(values.map((value, i) => [`v${i}`, value]))
    await bench.database.rpush('l', ...values)
    const check = async (): Promise<void> => {
      values.forEach((value, i) => expect(bench.database.get(`v${i}`)).toEqual(value))
      expect(await bench.database.lrange('l', 0, -1)).toEqual(values)
    }
    await check()
    await bench.backup()
    await check()
    const given = bench.database.get('v13') as Uint8Array
    given.fill(0)
    await check()
    for (const value of values) {
      expect(encodeValue(value)).toEqual(new Uint8Array(encodeCbor(value)))
      expect(decodeValue(encodeCbor(value))).toEqual(value)
    }
    expect(CID.asCID(bench.database.get('v14'))).not.toBeNull()
  })

  it('refuse to write a version', async () => {
    const bench = await Workbench.open()
    await bench.database.hset('h', 'f', 1)
    const version = openVersionDatabase({ blocks: bench.blocks, root: await bench.backup() })
    await bench.database.hset('h', 'g', 2)
    const writes = [
      version.set('a', 1),
      version.del(),
      version.zremrangebyscore('z', 0, 1),
      version.clear('hash', 'h'),
      version.clear('string', 'a'),
      version.lpop('l'),
    ]
    for (const write of writes) await expect(write).rejects.toThrow(code('READ_ONLY_VERSION'))
    expect(() => version.begin(1000)).toThrow(code('READ_ONLY_VERSION'))
    expect(() => version.transaction('x')).toThrow(code('READ_ONLY_VERSION'))
    expect(await version.hgetall('h')).toEqual([{ field: 'f', value: 1 }])
    const nothing = openVersionDatabase({ blocks: bench.blocks, root: null })
    expect(await nothing.counts()).toEqual({ string: 0, hash: 0, list: 0, set: 0, zset: 0 })
  })

  it('make one root of one content, whatever came before', async () => {
    const [one, two] = [await Workbench.open(), await Workbench.open()]
    await one.database.zadd('z', { score: 1, member: 'a' }, { score: 2, member: 'b' })
    await one.database.hmset('h', [{ field: 'x', value: 1 }])
    await one.database.sadd('s', 'm')
    const expected = await one.backup()
    await two.database.hmset('h', [{ field: 'y', value: 2 }])
    await two.database.zadd('z', { score: 9, member: 'b' }, { score: 9, member: 'c' })
    await two.database.set('gone', 1)
    await two.backup()
    await two.database.del('gone')
    await two.database.clear('hash', 'h')
    await two.database.zrem('z', 'c')
    await two.database.zadd('z', { score: 2, member: 'b' }, { score: 1, member: 'a' })
    await two.database.sadd('s', 'm')
    await two.backup()
    await two.database.hset('h', 'x', 1)
    expect((await two.backup()).equals(expected)).toBe(true)
    await two.database.clear('set', 's')
    await two.database.clear('zset', 'z', 'none')
    await two.database.hdel('h', 'x')
    expect((await two.backup()).equals(emptyRoot)).toBe(true)
  })

  it('remove ranges as they are when it is their turn', async () => {
    const bench = await Workbench.open()
    const { database } = bench
    const pairs = Array.from({ length: 200 }, (_, i) => ({ score: i, member: `m${i}` }))
    await database.zadd('z', ...pairs)
    await bench.backup()
    await database.zadd('z', { score: 5, member: 'new' })
    const removing = database.zremrangebyscore('z', 0, 99)
    await Promise.all([
      database.zadd('z', { score: 7, member: 'late' }, { score: 500, member: 'm3' }),
      database.zadd('z', { score: 8, member: 'm150' }),
    ])
    const removed = await removing
    expect(database.zcard('z')).toBe((await database.zrange('z', 0, -1)).length)
    expect(removed + database.zcard('z')).toBe(202)
    const left = await database.zrangebyscore('z', 0, 99)
    for (const { member } of left) expect(['late', 'm150']).toContain(member)
    expect(database.zscore('z', 'm3')).toBe(500)
    const clearing = database.clear('zset', 'z')
    await database.zadd('z', { score: 1, member: 'later still' })
    expect(await clearing).toBe(1)
    expect(await database.zrange('z', 0, -1)).toHaveLength(database.zcard('z'))
  })

  it('fail together with what they were computed from', async () => {
    const disk = fillable()
    const bench = await Workbench.open(disk)
    const { database } = bench
    await database.hset('h', 'kept', 1)
    disk.full = true
    const lost = [database.hset('h', 'a', 1), database.hset('h', 'b', 1)]
    expect(database.hlen('h')).toBe(3)
    await Promise.resolve()
    await Promise.resolve()
    disk.full = false
    lost.push(database.hset('h', 'c', 1), database.hdel('h', 'a'))
    expect(database.hlen('h')).toBe(3)
    const outcomes = await Promise.allSettled(lost)
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect([database.hlen('h'), await database.hkeys('h')]).toEqual([1, ['kept']])
    await database.hset('h', 'again', 1)
    const reopened = await Workbench.open(disk)
    expect(await contentOf(reopened.database)).toEqual(await contentOf(database))
    expect(reopened.database.hlen('h')).toBe(2)
  })

  it('say what changed from one version to another', async () => {
    const bench = await Workbench.open()
    const { database, blocks } = bench
    await database.set('same', 1)
    await database.set('gone', 1)
    await database.hmset('h', [
      { field: 'x', value: 1 },
      { field: 'y', value: 1 },
    ])
    await database.rpush('l', 1, 2, 3)
    await database.rpush('touched', 1)
    await database.zadd('z', { score: 1, member: 'a' }, { score: 2, member: 'b' })
    await database.sadd('cleared', 'm', 'n')
    const from = await bench.backup()
    await database.del('gone')
    await database.set('fresh', 1)
    await database.hset('h', 'y', 2)
    await database.hset('h', 'z', 3)
    await database.lpush('l', 0)
    await database.lset('touched', 0, 2)
    await database.zadd('z', { score: 5, member: 'a' })
    await database.zrem('z', 'b')
    await database.clear('set', 'cleared')
    await database.hset('new', 'f', 1)
    const to = await bench.backup()
    const told: string[] = []
    for await (const { path, change } of diffDatabases(blocks, from, to))
      told.push(`${change} ${path}`)
    expect(told).toEqual([
      'added string:fresh',
      'removed string:gone',
      'added hash:new',
      'changed hash:h/y',
      'added hash:h/z',
      'changed list:l',
      'changed list:touched',
      'removed set:cleared',
      'changed zset:z/a',
      'removed zset:z/b',
    ])
    const whole: string[] = []
    for await (const { path, change } of diffDatabases(blocks, null, from))
      whole.push(`${change} ${path}`)
    expect(whole).toEqual([
      'added string:gone',
      'added string:same',
      'added hash:h',
      'added list:l',
      'added list:touched',
      'added set:cleared',
      'added zset:z',
    ])
  })

  it('tell each name once, when it is durable', async () => {
    const bench = await Workbench.open()
    const writing = bench.database.mset([
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ])
    expect(bench.told).toEqual([])
    await writing
    expect(bench.told).toEqual(['string:a', 'string:b'])
    await bench.database.hdel('h', 'nothing')
    expect(bench.told).toHaveLength(2)
  })
})

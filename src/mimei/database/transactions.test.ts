import { describe, expect, it } from 'vitest'
import { limits } from '#base'
import { Workbench } from './workbench.contract.js'

const code = (name: string) => expect.objectContaining({ code: name })

describe('transactions', () => {
  it('show the beginning and their own writes, and commit all at once', async () => {
    const { database, told } = await Workbench.open()
    await database.set('a', 1)
    const transaction = database.begin(1000)
    await database.set('a', 2)
    await database.hset('h', 'f', 'outside')
    expect([transaction.get('a'), transaction.hlen('h')]).toEqual([1, 0])
    expect(await transaction.incrby('n', 5)).toBe(5)
    await transaction.sadd('s', 'x')
    expect([transaction.get('n'), database.get('n'), database.scard('s')]).toEqual([
      5,
      undefined,
      0,
    ])
    told.length = 0
    await transaction.commit()
    expect([database.get('n'), database.scard('s'), database.get('a')]).toEqual([5, 1, 2])
    expect(told.sort()).toEqual(['set:s', 'string:n'])
  })

  it('lets the first of two win', async () => {
    const { database } = await Workbench.open()
    const one = database.begin(1000)
    const two = database.begin(1000)
    await one.hset('h', 'x', 1)
    await two.hset('h', 'y', 2)
    await one.commit()
    await expect(two.commit()).rejects.toThrow(code('TRANSACTION_CONFLICT'))
    expect(await database.hgetall('h')).toEqual([{ field: 'x', value: 1 }])
    await expect(two.commit()).rejects.toThrow(code('TRANSACTION_OVER'))
    const three = database.begin(1000)
    await three.hset('other', 'x', 1)
    await database.hset('h', 'z', 3)
    await three.commit()
    expect(database.hlen('other')).toBe(1)
  })

  it('end by time, by hand, and when the content is exchanged', async () => {
    const bench = await Workbench.open()
    const { database, clock } = bench
    const slow = database.begin(1000)
    await slow.set('a', 1)
    clock.advance(1000)
    expect(() => slow.get('a')).toThrow(/ran out of time/)
    await expect(slow.set('a', 2)).rejects.toThrow(code('TRANSACTION_OVER'))
    expect(() => database.transaction(slow.id)).toThrow(/ran out of time/)
    const undone = database.begin(1000)
    await undone.set('a', 1)
    expect(database.transaction(undone.id)).toBe(undone)
    undone.rollback()
    expect(() => undone.rollback()).toThrow(code('TRANSACTION_OVER'))
    const lost = database.begin(1000)
    await bench.restore(null)
    expect(() => lost.get('a')).toThrow(/restored/)
    expect(database.get('a')).toBeUndefined()
    expect(() => database.transaction('nobody')).toThrow(/is not known/)
  })

  it('keep their view through a backup', async () => {
    const bench = await Workbench.open()
    const { database } = bench
    await database.zadd('z', { score: 1, member: 'a' }, { score: 2, member: 'b' })
    await bench.backup()
    const transaction = database.begin(1000)
    await database.zadd('z', { score: 0, member: 'c' })
    await database.zrem('z', 'a')
    await bench.backup()
    expect(await transaction.zrange('z', 0, -1)).toEqual([
      { score: 1, member: 'a' },
      { score: 2, member: 'b' },
    ])
    expect(await transaction.zrank('z', 'b')).toBe(1)
    expect(await transaction.zrange('z', 1, 1)).toEqual([{ score: 2, member: 'b' }])
    expect(await transaction.clear('zset', 'z')).toBe(1)
    expect([transaction.zcard('z'), database.zcard('z')]).toEqual([0, 2])
  })

  it('are bounded in number and time', async () => {
    const { database } = await Workbench.open()
    for (const millis of [0, -1, NaN, limits.transactionMillis + 1]) {
      expect(() => database.begin(millis)).toThrow(code('BAD_INPUT'))
    }
    const open = Array.from({ length: 64 }, () => database.begin(1000))
    expect(() => database.begin(1000)).toThrow(code('TRANSACTION_LIMIT'))
    open[3].rollback()
    expect(database.begin(1000).get('a')).toBeUndefined()
  })

  it('write nothing of a command that fails', async () => {
    const { database } = await Workbench.open()
    const transaction = database.begin(1000)
    const pairs = [
      { score: 1, member: 'a' },
      { score: 0.5, member: 'b' },
    ]
    await expect(transaction.zadd('z', ...pairs)).rejects.toThrow(code('SCORE_INVALID'))
    expect(transaction.zcard('z')).toBe(0)
    await transaction.commit()
    expect(database.zcard('z')).toBe(0)
  })
})

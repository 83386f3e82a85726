/** A database unit in a few words: `const db = client.db(mid); await db.set('name', 'Ada')`. */
import type { Params, Result } from '#api'
import type { Value } from '#base'
import type { Call } from './groups.js'

type Scan = Omit<Params<'db.hscan'>, 'mid' | 'version' | 'tx' | 'key'>
type Pair = { readonly score: number; readonly member: string }
type Type = NonNullable<Params<'db.scan'>['type']>

const entriesOf = (object: Readonly<Record<string, Value>>, name: string) =>
  Object.entries(object).map(([key, value]) => ({ [name]: key, value }))

/** @param fixed mid, version and transaction that every call names */
export function databaseClient(
  call: Call,
  fixed: { mid: string; version?: Params<'db.get'>['version']; tx?: string },
) {
  const to = fixed
  return {
    get: async (key: string) => (await call('db.get', { ...to, key })).value,
    mget: async (...keys: string[]) => (await call('db.mget', { ...to, keys })).values,
    set: async (key: string, value: Value) => void (await call('db.set', { ...to, key, value })),
    mset: async (values: Readonly<Record<string, Value>>) => {
      const pairs = entriesOf(values, 'key') as unknown as { key: string; value: Value }[]
      await call('db.mset', { ...to, pairs })
    },
    del: async (...keys: string[]) => (await call('db.del', { ...to, keys })).count,
    exists: async (key: string) => (await call('db.exists', { ...to, key })).exists,
    incrby: async (key: string, delta = 1) =>
      (await call('db.incrby', { ...to, key, delta })).value,

    hget: async (key: string, field: string) =>
      (await call('db.hget', { ...to, key, field })).value,
    hset: async (key: string, field: string, value: Value) =>
      (await call('db.hset', { ...to, key, field, value })).count,
    hmset: async (key: string, values: Readonly<Record<string, Value>>) => {
      const fields = entriesOf(values, 'field') as unknown as { field: string; value: Value }[]
      await call('db.hmset', { ...to, key, fields })
    },
    hgetall: async (key: string): Promise<Record<string, Value>> => {
      const { fields } = await call('db.hgetall', { ...to, key })
      return Object.fromEntries(fields.map(({ field, value }) => [field, value]))
    },
    hkeys: async (key: string) => (await call('db.hkeys', { ...to, key })).fields,
    hlen: async (key: string) => (await call('db.hlen', { ...to, key })).count,
    hdel: async (key: string, ...fields: string[]) =>
      (await call('db.hdel', { ...to, key, fields })).count,
    hincrby: async (key: string, field: string, delta = 1) =>
      (await call('db.hincrby', { ...to, key, field, delta })).value,
    hscan: async (key: string, scan: Scan = {}) =>
      (await call('db.hscan', { ...to, key, ...scan })).fields,

    lpush: async (key: string, ...values: Value[]) =>
      (await call('db.lpush', { ...to, key, values })).count,
    rpush: async (key: string, ...values: Value[]) =>
      (await call('db.rpush', { ...to, key, values })).count,
    lpop: async (key: string) => (await call('db.lpop', { ...to, key })).value,
    rpop: async (key: string) => (await call('db.rpop', { ...to, key })).value,
    llen: async (key: string) => (await call('db.llen', { ...to, key })).count,
    lrange: async (key: string, start = 0, stop = -1) =>
      (await call('db.lrange', { ...to, key, start, stop })).values,

    sadd: async (key: string, ...members: string[]) =>
      (await call('db.sadd', { ...to, key, members })).count,
    srem: async (key: string, ...members: string[]) =>
      (await call('db.srem', { ...to, key, members })).count,
    smembers: async (key: string) => (await call('db.smembers', { ...to, key })).members,
    sismember: async (key: string, member: string) =>
      (await call('db.sismember', { ...to, key, member })).exists,

    zadd: async (key: string, ...pairs: Pair[]) =>
      (await call('db.zadd', { ...to, key, pairs })).count,
    zrem: async (key: string, ...members: string[]) =>
      (await call('db.zrem', { ...to, key, members })).count,
    zscore: async (key: string, member: string) =>
      (await call('db.zscore', { ...to, key, member })).score,
    zcard: async (key: string) => (await call('db.zcard', { ...to, key })).count,
    zrange: async (key: string, start = 0, stop = -1, reverse = false) =>
      (await call('db.zrange', { ...to, key, start, stop, reverse })).pairs,
    zrangebyscore: async (key: string, min: number, max: number) =>
      (await call('db.zrangebyscore', { ...to, key, min, max })).pairs,

    keys: async (type: Type = 'string', scan: Scan = {}) =>
      (await call('db.scan', { ...to, type, ...scan })).keys,
    counts: (): Promise<Result<'db.counts'>> => call('db.counts', to),

    /**
     * Runs `work` on a database that shows one moment and takes its writes all together, or none
     * where `work` throws.
     * @param seconds until the node gives the transaction up by itself
     */
    async transaction<T>(work: (db: DatabaseClient) => Promise<T>, seconds = 10): Promise<T> {
      const { mid } = to
      const { tx } = await call('db.begin', { mid, seconds })
      try {
        const result = await work(databaseClient(call, { mid, tx }))
        await call('db.commit', { mid, tx })
        return result
      } catch (error) {
        // What broke the work is what the caller wants to hear; the node rolls back by itself too.
        await call('db.rollback', { mid, tx }).catch(() => undefined)
        throw error
      }
    },
  }
}

export interface DatabaseClient extends ReturnType<typeof databaseClient> {}

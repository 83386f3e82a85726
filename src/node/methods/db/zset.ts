import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

type Names =
  | 'db.zscore'
  | 'db.zcard'
  | 'db.zrank'
  | 'db.zcount'
  | 'db.zrange'
  | 'db.zrangebyscore'
  | 'db.zadd'
  | 'db.zrem'
  | 'db.zincrby'
  | 'db.zremrangebyscore'

export const zsetMethods = (db: DatabaseAccess): Pick<MethodTable, Names> => ({
  'db.zscore': (p, call) => ({ score: db.reading(p, call).zscore(p.key, p.member) ?? null }),
  'db.zcard': (p, call) => ({ count: db.reading(p, call).zcard(p.key) }),
  'db.zrank': async (p, call) => ({ rank: await db.reading(p, call).zrank(p.key, p.member) }),
  'db.zcount': async (p, call) => ({
    count: await db.reading(p, call).zcount(p.key, p.min, p.max),
  }),
  'db.zrange': async (p, call) => ({
    pairs: await db.reading(p, call).zrange(p.key, p.start, p.stop, p.reverse),
  }),
  'db.zrangebyscore': async (p, call) => {
    const { key, min, max, offset, count, reverse } = p
    return {
      pairs: await db.reading(p, call).zrangebyscore(key, min, max, offset, count, reverse),
    }
  },
  'db.zadd': async (p, call) => ({ count: await db.writing(p, call).zadd(p.key, ...p.pairs) }),
  'db.zrem': async (p, call) => ({ count: await db.writing(p, call).zrem(p.key, ...p.members) }),
  'db.zincrby': async (p, call) => ({
    score: await db.changing(p, call).zincrby(p.key, p.delta, p.member),
  }),
  'db.zremrangebyscore': async (p, call) => ({
    count: await db.writing(p, call).zremrangebyscore(p.key, p.min, p.max),
  }),
})

import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

type Names =
  | 'db.hget'
  | 'db.hmget'
  | 'db.hgetall'
  | 'db.hkeys'
  | 'db.hlen'
  | 'db.hscan'
  | 'db.hset'
  | 'db.hmset'
  | 'db.hdel'
  | 'db.hincrby'

export const hashMethods = (db: DatabaseAccess): Pick<MethodTable, Names> => ({
  'db.hget': (p, call) => ({ value: db.reading(p, call).hget(p.key, p.field) ?? null }),
  'db.hmget': (p, call) => ({
    values: db
      .reading(p, call)
      .hmget(p.key, p.fields)
      .map((value) => value ?? null),
  }),
  'db.hgetall': async (p, call) => ({ fields: await db.reading(p, call).hgetall(p.key) }),
  'db.hkeys': async (p, call) => ({ fields: await db.reading(p, call).hkeys(p.key) }),
  'db.hlen': (p, call) => ({ count: db.reading(p, call).hlen(p.key) }),
  'db.hscan': async (p, call) => {
    const { begin, inclusive, match, count, reverse } = p
    const page = { begin, inclusive, match, count, reverse }
    return { fields: await db.reading(p, call).hscan(p.key, page) }
  },
  'db.hset': async (p, call) => ({
    count: await db.writing(p, call).hset(p.key, p.field, p.value),
  }),
  'db.hmset': async (p, call) => {
    await db.writing(p, call).hmset(p.key, p.fields)
    return {}
  },
  'db.hdel': async (p, call) => ({ count: await db.writing(p, call).hdel(p.key, ...p.fields) }),
  'db.hincrby': async (p, call) => ({
    value: await db.changing(p, call).hincrby(p.key, p.field, p.delta),
  }),
})

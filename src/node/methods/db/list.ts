import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

type Names =
  | 'db.llen'
  | 'db.lindex'
  | 'db.lrange'
  | 'db.lpush'
  | 'db.rpush'
  | 'db.lpop'
  | 'db.rpop'
  | 'db.lset'

export const listMethods = (db: DatabaseAccess): Pick<MethodTable, Names> => ({
  'db.llen': (p, call) => ({ count: db.reading(p, call).llen(p.key) }),
  'db.lindex': (p, call) => ({ value: db.reading(p, call).lindex(p.key, p.index) ?? null }),
  'db.lrange': async (p, call) => ({
    values: await db.reading(p, call).lrange(p.key, p.start, p.stop),
  }),
  'db.lpush': async (p, call) => ({ count: await db.writing(p, call).lpush(p.key, ...p.values) }),
  'db.rpush': async (p, call) => ({ count: await db.writing(p, call).rpush(p.key, ...p.values) }),
  'db.lpop': async (p, call) => ({ value: (await db.changing(p, call).lpop(p.key)) ?? null }),
  'db.rpop': async (p, call) => ({ value: (await db.changing(p, call).rpop(p.key)) ?? null }),
  'db.lset': async (p, call) => {
    await db.writing(p, call).lset(p.key, p.index, p.value)
    return {}
  },
})

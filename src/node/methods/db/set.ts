import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

type Names =
  | 'db.scard'
  | 'db.sismember'
  | 'db.smembers'
  | 'db.sdiff'
  | 'db.sinter'
  | 'db.sunion'
  | 'db.sadd'
  | 'db.srem'

export const setMethods = (db: DatabaseAccess): Pick<MethodTable, Names> => ({
  'db.scard': (p, call) => ({ count: db.reading(p, call).scard(p.key) }),
  'db.sismember': (p, call) => ({ exists: db.reading(p, call).sismember(p.key, p.member) }),
  'db.smembers': async (p, call) => ({ members: await db.reading(p, call).smembers(p.key) }),
  'db.sdiff': async (p, call) => ({ members: await db.reading(p, call).sdiff(...p.keys) }),
  'db.sinter': async (p, call) => ({ members: await db.reading(p, call).sinter(...p.keys) }),
  'db.sunion': async (p, call) => ({ members: await db.reading(p, call).sunion(...p.keys) }),
  'db.sadd': async (p, call) => ({ count: await db.writing(p, call).sadd(p.key, ...p.members) }),
  'db.srem': async (p, call) => ({ count: await db.writing(p, call).srem(p.key, ...p.members) }),
})

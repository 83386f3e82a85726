import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

type Names =
  'db.get' | 'db.mget' | 'db.exists' | 'db.strlen' | 'db.set' | 'db.mset' | 'db.del' | 'db.incrby'

export const stringMethods = (db: DatabaseAccess): Pick<MethodTable, Names> => ({
  'db.get': (p, call) => ({ value: db.reading(p, call).get(p.key) ?? null }),
  'db.mget': (p, call) => {
    const reading = db.reading(p, call)
    return { values: p.keys.map((key) => reading.get(key) ?? null) }
  },
  'db.exists': (p, call) => ({ exists: db.reading(p, call).exists(p.key) }),
  'db.strlen': (p, call) => ({ count: db.reading(p, call).strlen(p.key) }),
  'db.set': async (p, call) => {
    await db.writing(p, call).set(p.key, p.value)
    return {}
  },
  'db.mset': async (p, call) => {
    await db.writing(p, call).mset(p.pairs.map(({ key, value }) => [key, value] as const))
    return {}
  },
  'db.del': async (p, call) => ({ count: await db.writing(p, call).del(...p.keys) }),
  'db.incrby': async (p, call) => ({ value: await db.changing(p, call).incrby(p.key, p.delta) }),
})

import type { DatabaseAccess } from '../../database-access.js'
import type { MethodTable } from '../../method-table.js'

export const keysMethods = (
  db: DatabaseAccess,
): Pick<MethodTable, 'db.scan' | 'db.counts' | 'db.clear'> => ({
  'db.scan': async (p, call) => {
    const { begin, inclusive, match, count, reverse } = p
    const page = { begin, inclusive, match, count, reverse }
    return { keys: await db.reading(p, call).scan(p.type, page) }
  },
  'db.counts': (p, call) => db.reading(p, call).counts(),
  'db.clear': async (p, call) => ({ count: await db.writing(p, call).clear(p.type, ...p.keys) }),
})

import { SessionNeeded } from '../../errors.js'
import type { MethodTable } from '../../method-table.js'
import type { Parts } from '../../parts.js'

type Names = 'db.begin' | 'db.commit' | 'db.rollback'

export const transactionMethods = ({
  access,
  transactions,
}: Pick<Parts, 'access' | 'transactions'>): Pick<MethodTable, Names> => ({
  'db.begin': ({ mid, seconds }, { principal, session }) => {
    if (session === undefined) throw new SessionNeeded('db.begin')
    const millis = Math.round(seconds * 1000)
    const { id } = access.unit(principal, mid, 'write').database('cur').begin(millis)
    transactions.opened(id, mid, session, millis)
    return { tx: id }
  },
  'db.commit': async ({ mid, tx }, { principal, session }) => {
    const database = access.unit(principal, mid, 'write').database('cur')
    transactions.check(tx, mid, session)
    transactions.ended(tx)
    await database.transaction(tx).commit()
    return {}
  },
  'db.rollback': ({ mid, tx }, { principal, session }) => {
    const database = access.unit(principal, mid, 'write').database('cur')
    transactions.check(tx, mid, session)
    transactions.ended(tx)
    database.transaction(tx).rollback()
    return {}
  },
})

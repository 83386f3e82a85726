/** Databases for calls: of a version or of an open transaction, by the caller's rights. */
import { BadInput } from '#base'
import type { Database, Reading, Transaction, Writing } from '#mimei'
import { type Access, versionNameOf } from './access.js'
import type { Call } from './node.js'
import type { Transactions } from './transactions.js'

/** The parameters that every database method has. */
export interface DatabaseTarget {
  readonly mid: string
  readonly version?: string | number | undefined
  /** id of an open transaction */
  readonly tx?: string | undefined
}

export interface DatabaseAccess {
  /** @throws RightMissing, UnknownVersion, WrongKind, TransactionOver … */
  reading(target: DatabaseTarget, call: Call): Reading
  /** @throws also ReadOnlyVersion */
  writing(target: DatabaseTarget, call: Call): Writing
  /** For changes whose answer says what was there: who may only write must not learn it. */
  changing(target: DatabaseTarget, call: Call): Writing
}

/** What is done in a transaction is done to cur. @throws BadInput */
function mustBeCur(version: string | number | undefined): void {
  if (version === undefined || version === 'cur') return
  throw new BadInput(
    `version "${version}" cannot be used with a transaction`,
    'a transaction is of the working copy; leave the version out',
  )
}

export function openDatabaseAccess(
  access: Access,
  transactions: Pick<Transactions, 'check'>,
): DatabaseAccess {
  const inTransaction = (
    database: Database,
    { mid, tx, version }: DatabaseTarget & { tx: string },
    { session }: Call,
  ): Transaction => {
    mustBeCur(version)
    transactions.check(tx, mid, session)
    return database.transaction(tx)
  }
  const writing: DatabaseAccess['writing'] = (target, call) => {
    const { mid, version, tx } = target
    const unit = access.unit(call.principal, mid, 'write')
    if (tx !== undefined) return inTransaction(unit.database('cur'), { ...target, tx }, call)
    // Another version answers that it is read-only.
    return unit.database(version === undefined ? 'cur' : versionNameOf(version))
  }
  return {
    reading(target, call) {
      const { mid, version, tx } = target
      if (tx === undefined) return access.database(call.principal, mid, version)
      const database = access.database(call.principal, mid, 'cur')
      return inTransaction(database, { ...target, tx }, call)
    },
    writing,
    changing(target, call) {
      access.unit(call.principal, target.mid, 'readCur')
      return writing(target, call)
    },
  }
}

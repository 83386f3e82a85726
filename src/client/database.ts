/** A database unit in a few words: `await client.db(mid).set({ key: 'name', value: 'Ada' })`. */
import type { Params } from '#api'
import { type BoundGroup, type Call, groupOver } from './groups.js'

export type VersionOption = NonNullable<Params<'db.get'>['version']>

export interface DatabaseClient extends BoundGroup<'db', 'mid'> {
  /**
   * Runs `work` on a database that shows one moment and takes its writes all together, or none
   * where `work` throws.
   * @param seconds until the node gives the transaction up by itself
   */
  transaction<T>(work: (db: DatabaseClient) => Promise<T>, seconds?: number): Promise<T>
}

export function databaseClient(
  call: Call,
  given: { readonly mid: string; readonly version?: VersionOption; readonly tx?: string },
): DatabaseClient {
  const { mid } = given
  const transaction: DatabaseClient['transaction'] = async (work, seconds = 10) => {
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
  }
  return groupOver({ transaction }, 'db', call, given) as DatabaseClient
}

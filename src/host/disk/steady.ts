/**
 * A store that gets up again. LevelDB refuses every write after some errors, and a log that a full
 * disk cut short must not be appended to: after a failed batch the store is opened anew before the
 * next one. Until then it goes on serving reads.
 */
import { compare } from '#base'
import { type Change, DiskBusy, DiskFailed, keyText, type Log } from '#world'
import type { OpenStore, Store } from './store.js'

/** Why a read may have to wait a moment. */
export const openedAgain = 'the store is opened again after an error'

export interface SteadyStore extends Store {
  /**
   * What `ready` will do: nothing; open a store anew that serves reads meanwhile; or open one that
   * could not be opened again the last time, so that even reads throw.
   */
  readonly state: 'sound' | 'wounded' | 'gone'
  /** Makes the store ready for a batch, opening it anew where the last one failed. */
  ready(): Promise<void>
}

/** Opens a store and keeps it open over failed batches. @throws what `open` throws */
export async function steadyStore(open: OpenStore, log: Log): Promise<SteadyStore> {
  let store: Store | undefined = await open()
  let failed = false
  let reopening = false
  /** Values that failed batches would have changed, by key. */
  const before = new Map<string, Change>()

  const current = (): Store => {
    if (reopening) throw new DiskBusy(openedAgain)
    if (store === undefined) throw new DiskFailed('to open again', 'the last attempt failed')
    return store
  }
  const reopen = async (): Promise<void> => {
    const broken = store
    store = undefined
    await broken?.close()
    const fresh = await open()
    try {
      await takeBack(fresh, [...before.values()])
    } catch (error) {
      await fresh.close()
      throw error
    }
    before.clear()
    failed = false
    store = fresh
    log.info('opened the store again after a failed write')
  }
  return {
    get state() {
      if (store === undefined) return 'gone'
      return failed ? 'wounded' : 'sound'
    },
    get: (key) => current().get(key),
    cursor: (range) => current().cursor(range),
    sync: () => current().sync(),
    async commit(changes, durable) {
      const now = current()
      try {
        await now.commit(changes, durable)
      } catch (error) {
        failed = true
        for (const { key } of changes) {
          const text = keyText(key)
          if (!before.has(text)) before.set(text, { key, value: now.get(key) })
        }
        throw error
      }
    },
    async ready() {
      if (!failed && store !== undefined) return
      reopening = true
      try {
        await reopen()
      } finally {
        reopening = false
      }
    },
    async close() {
      await store?.close()
      store = undefined
    },
  }
}

/**
 * A batch that failed at its fsync may lie whole in the log and come to life when that is replayed;
 * its writer was told that nothing is there, so the values from before are put back.
 */
async function takeBack(store: Store, before: readonly Change[]): Promise<void> {
  const revived = before.filter(({ key, value }) => !same(store.get(key), value))
  if (revived.length > 0) await store.commit(revived, true)
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : compare(a, b) === 0

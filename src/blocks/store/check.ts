import { type CID, afterPrefix } from '#base'
import { BlockCorrupt, BlockMissing } from '../errors.js'
import { blockPrefix, digestOf, readEntry } from './entry.js'
import type { BlockStore } from './store.js'

const progressEvery = 100

/** Reads every block and compares it with its CID; those that fail count as missing then. */
export async function check(
  store: BlockStore,
  onProgress?: (checked: number) => void,
): Promise<{ blocks: number; corrupt: readonly CID[] }> {
  const corrupt: CID[] = []
  let blocks = 0
  const range = { from: blockPrefix, to: afterPrefix(blockPrefix) }
  for await (const [key, value] of store.disk.scan(range)) {
    const entry = readEntry(value)
    const cid = store.cidOfEntry(key, entry)
    blocks++
    if (!(await isSound(store, cid))) corrupt.push(cid)
    if (blocks % progressEvery === 0) onProgress?.(blocks)
  }
  onProgress?.(blocks)
  return { blocks, corrupt }
}

async function isSound(store: BlockStore, cid: CID): Promise<boolean> {
  try {
    await store.get(cid)
    return true
  } catch (error) {
    if (error instanceof BlockCorrupt) return false
    // Collected meanwhile is no damage; an entry whose file is gone is.
    if (error instanceof BlockMissing) return store.placeOf(digestOf(cid)) === undefined
    throw error
  }
}

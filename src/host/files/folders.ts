/** Folders that last: made once, synced after every change of their entries, with few waits. */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codes } from '../disk/failure.js'

export interface Folders {
  /** Makes a folder below the root, and its parents; durable when resolved. */
  make(folder: string): Promise<void>
  /** Makes the entries of a folder durable. Calls that overlap share an fsync. */
  sync(folder: string): Promise<void>
}

/** @param root a folder that is there */
export function folders(root: string): Folders {
  const made = new Map<string, Promise<void>>([[root, Promise.resolve()]])
  const waiting = new Map<string, Promise<void>>()
  const running = new Map<string, Promise<void>>()

  const sync = (folder: string): Promise<void> => {
    const joined = waiting.get(folder)
    if (joined !== undefined) return joined
    // An fsync that already runs may miss the latest entry: wait for it, then run another.
    const before = running.get(folder) ?? Promise.resolve()
    const turn = before
      .catch(() => undefined)
      .then(() => {
        waiting.delete(folder)
        running.set(folder, turn)
        return syncFolder(folder)
      })
      .finally(() => {
        if (running.get(folder) === turn) running.delete(folder)
      })
    waiting.set(folder, turn)
    return turn
  }
  const make = (folder: string): Promise<void> => {
    const known = made.get(folder)
    if (known !== undefined) return known
    const making = (async () => {
      const parent = dirname(folder)
      await make(parent)
      try {
        await mkdir(folder, { mode: 0o700 })
      } catch (error) {
        if (codes(error).includes('EEXIST')) return
        throw error
      }
      await sync(parent)
    })()
    made.set(folder, making)
    making.catch(() => made.delete(folder))
    return making
  }
  return { make, sync }
}

/** Makes the entries of a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file system keeps their entries in a journal.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

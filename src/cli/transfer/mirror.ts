/** Makes a unit's working copy like a folder, sending only what differs. */
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '#client'
import { FileUnusable } from '../errors.js'
import { walk } from './download.js'
import { findFiles } from './find.js'
import { uploadAll } from './upload.js'

export interface Mirrored {
  readonly uploaded: number
  readonly removed: number
}

/** @throws FileUnusable where the folder has no index.html */
export async function demandApp(dir: string): Promise<void> {
  if (!existsSync(join(dir, 'index.html'))) {
    throw new FileUnusable(dir, new Error('an app is a folder with an index.html'))
  }
}

/** @param onProgress bytes sent and bytes in all */
export async function mirror(
  client: Client,
  mid: string,
  dir: string,
  onProgress: (sent: number, total: number) => void,
): Promise<Mirrored> {
  const { files } = await findFiles([dir], '')
  const there = new Map<string, { size: number; modified: number | null }>()
  for await (const entry of walk(client, { mid, version: 'cur' }, '')) {
    if (entry.type === 'file') there.set(entry.path, entry)
  }
  const changed = files.filter(({ path, size, modified }) => {
    const known = there.get(path)
    return known?.size !== size || known.modified !== modified
  })
  for (const { path } of files) there.delete(path)
  await uploadAll(client, mid, changed, onProgress)
  for (const path of there.keys()) await client.files.remove({ mid, path })
  return { uploaded: changed.length, removed: there.size }
}

/** Editors write in bursts: the change is taken when they have been still for this long. */
const stillMillis = 150

/** Runs `action` after every change below a folder, one at a time; ends with the process. */
export function onChange(dir: string, action: () => Promise<void>): Promise<never> {
  return new Promise((_, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let running = false
    let again = false
    const run = (): void => {
      if (running) {
        again = true
        return
      }
      running = true
      action().then(() => {
        running = false
        if (!again) return
        again = false
        run()
      }, reject)
    }
    const watcher = watch(dir, { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(run, stillMillis)
    })
    watcher.on('error', reject)
  })
}

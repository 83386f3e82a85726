/** Room on a volume, and room taken by a folder. */
import { statfsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing } from './failure.js'

/**
 * Bytes free to this user on the volume of a folder; of its parents where it is not there. Infinity
 * where the system does not say: then the write itself tells. Costs two microseconds.
 */
export function freeBytesOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch (error) {
    const parent = dirname(folder)
    return isMissing(error) && parent !== folder ? freeBytesOf(parent) : Infinity
  }
}

/** Bytes of all files under a folder; files that vanish meanwhile count nothing. */
export async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const found = await stat(join(entry.parentPath, entry.name)).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    bytes += found?.size ?? 0
  }
  return bytes
}

/** Finds what is to be uploaded. */
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FileUnusable } from '../errors.js'

export interface Found {
  /** on this machine */
  readonly file: string
  /** inside the unit */
  readonly path: string
  readonly size: number
  /** milliseconds since 1970 */
  readonly modified: number
}

export interface Findings {
  readonly files: readonly Found[]
  /** links and devices: they are not followed */
  readonly skipped: readonly string[]
}

const inside = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`

async function statOf(file: string) {
  try {
    return await lstat(file)
  } catch (error) {
    throw new FileUnusable(file, error)
  }
}

/**
 * All files below the paths. The content of a folder goes to `to`, a file keeps its own name, as
 * the file system spells it: two names that differ only in how accents are composed are two files.
 * @throws FileUnusable where a path names nothing
 */
export async function findFiles(paths: readonly string[], to: string): Promise<Findings> {
  const files: Found[] = []
  const skipped: string[] = []
  const target = to
    .split('/')
    .filter((name) => name !== '')
    .join('/')

  const take = async (file: string, path: string): Promise<void> => {
    const { size, mtimeMs } = await statOf(file)
    files.push({ file, path, size, modified: Math.round(mtimeMs) })
  }
  const walk = async (folder: string, path: string): Promise<void> => {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true })
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const file = join(folder, entry.name)
      if (entry.isDirectory()) await walk(file, inside(path, entry.name))
      else if (entry.isFile()) await take(file, inside(path, entry.name))
      else skipped.push(file)
    }
  }
  for (const path of paths) {
    const stat = await statOf(path)
    if (stat.isDirectory()) await walk(path, target)
    else if (stat.isFile()) await take(path, inside(target, basename(path)))
    else skipped.push(path)
  }
  return { files, skipped }
}

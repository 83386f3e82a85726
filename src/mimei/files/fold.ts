/** Changes of a working copy made into the directory of a version. */
import type { CID } from '#base'
import {
  type Blocks,
  changeDirectory,
  EntryUnknown,
  type PathChange,
  type PathStat,
  statPath,
} from '#blocks'
import type { OverlayEntry } from '../overlay.js'
import { diffEntry } from './diff.js'
import { pathOfKey, readRow, type Row } from './rows.js'

type Reader = Pick<Blocks, 'get' | 'size'>
type Writer = Pick<Blocks, 'get' | 'size' | 'putMany' | 'hold'>

/** Root of a directory, and the bytes of all files below it. */
export interface FilesStand {
  readonly root: CID
  readonly size: number
}

/**
 * A base and changes together, durable when resolved. Cost: proportional to the changes; only
 * directories on changed paths are made anew.
 * @param rows of one moment
 */
export async function foldFiles(
  blocks: Writer,
  base: FilesStand,
  rows: AsyncIterable<OverlayEntry>,
): Promise<FilesStand> {
  const changes: [string, PathChange][] = []
  for await (const [key, value] of rows) {
    const row = readRow(value)
    if (row === undefined || row?.type === 'void') continue
    changes.push([pathOfKey(key), changeOf(row)])
  }
  if (changes.length === 0) return base
  const root = await changeDirectory(blocks, base.root, changes)
  const top = { type: 'directory' as const, size: 0 }
  const sides = [
    { ...top, cid: base.root },
    { ...top, cid: root },
  ] as const
  const grown = await growth(blocks, ...sides, branchOf(changes.map(([path]) => path)))
  return { root, size: base.size + grown }
}

function changeOf(row: Row | null): PathChange {
  if (row === null || row.type === 'void') return null
  const { type, cid } = row
  const size = row.type === 'file' ? row.size : 0
  return row.modified === null ? { type, cid, size } : { type, cid, size, modified: row.modified }
}

/** Changed paths as a tree of their names. */
interface Branch {
  readonly below: Map<string, Branch>
  /** whether the path itself was changed, with all below it */
  whole: boolean
}

function branchOf(paths: readonly string[]): Branch {
  const top: Branch = { below: new Map(), whole: false }
  for (const path of paths) {
    let branch = top
    for (const name of path.split('/')) {
      const next = branch.below.get(name) ?? { below: new Map(), whole: false }
      branch.below.set(name, next)
      branch = next
    }
    branch.whole = true
  }
  return top
}

type Side = Pick<PathStat, 'cid' | 'type' | 'size'>

/** By how many bytes the files of one side are more than those of the other. */
async function growth(
  blocks: Reader,
  before: Side | undefined,
  after: Side | undefined,
  branch: Branch,
): Promise<number> {
  if (before !== undefined && after !== undefined && before.cid.equals(after.cid)) return 0
  let bytes = 0
  if (before?.type === 'directory' && after?.type === 'directory' && !branch.whole) {
    for (const [name, below] of branch.below) {
      const sides = [await sideAt(blocks, before.cid, name), await sideAt(blocks, after.cid, name)]
      bytes += await growth(blocks, sides[0], sides[1], below)
    }
    return bytes
  }
  for await (const file of diffEntry(blocks, before, after, '')) bytes += file.after - file.before
  return bytes
}

async function sideAt(blocks: Reader, directory: CID, name: string): Promise<Side | undefined> {
  try {
    return await statPath(blocks, directory, name)
  } catch (error) {
    if (error instanceof EntryUnknown) return undefined
    throw error
  }
}

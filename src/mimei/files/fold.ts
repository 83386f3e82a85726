/** Changes of a working copy made into the directory of a version, and how two of them differ. */
import type { CID } from '#base'
import {
  type Blocks,
  changeDirectory,
  type DirectoryEntry,
  listDirectory,
  type PathChange,
} from '#blocks'
import type { OverlayEntry } from '../overlay.js'
import { pathOfKey, readRow, type Row } from './rows.js'

type Reader = Pick<Blocks, 'get' | 'size'>
type Writer = Pick<Blocks, 'get' | 'size' | 'putMany' | 'hold'>

/**
 * Root of a base and changes together, durable when resolved. Only directories on changed paths are
 * made anew.
 * @param rows of one moment, in order of their keys
 */
export async function foldFiles(
  blocks: Writer,
  root: CID,
  rows: AsyncIterable<OverlayEntry>,
): Promise<CID> {
  const changes: [string, PathChange][] = []
  for await (const [key, value] of rows) {
    const row = readRow(value)
    if (row === undefined || row?.type === 'void') continue
    changes.push([pathOfKey(key), changeOf(row)])
  }
  return changes.length === 0 ? root : changeDirectory(blocks, root, changes)
}

function changeOf(row: Row | null): PathChange {
  if (row === null || row.type === 'void') return null
  const { type, cid } = row
  const size = row.type === 'file' ? row.size : 0
  return row.modified === null ? { type, cid, size } : { type, cid, size, modified: row.modified }
}

/** A path that differs, with the bytes of its file before and after. */
export interface FileDifference {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before: number
  readonly after: number
}

/**
 * Files, and directories with nothing in them, that differ between two directories, by path. What
 * has the same CID on both sides is never opened.
 */
export async function* diffFiles(
  blocks: Reader,
  from: CID,
  to: CID,
  path = '',
): AsyncGenerator<FileDifference> {
  if (from.equals(to)) return
  const old = new Map<string, DirectoryEntry>()
  for await (const entry of listDirectory(blocks, from)) old.set(entry.name, entry)
  for await (const entry of listDirectory(blocks, to)) {
    const before = old.get(entry.name)
    old.delete(entry.name)
    if (before !== undefined && before.cid.equals(entry.cid)) continue
    yield* diffEntry(blocks, before, entry, join(path, entry.name))
  }
  for (const [name, entry] of old) yield* diffEntry(blocks, entry, undefined, join(path, name))
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

async function* diffEntry(
  blocks: Reader,
  before: DirectoryEntry | undefined,
  after: DirectoryEntry | undefined,
  path: string,
): AsyncGenerator<FileDifference> {
  if (before?.type === 'file' && after?.type === 'file') {
    yield { path, change: 'changed', before: before.size, after: after.size }
  } else if (before?.type === 'directory' && after?.type === 'directory') {
    yield* diffFiles(blocks, before.cid, after.cid, path)
  } else {
    if (before !== undefined) yield* whole(blocks, before, path, 'removed')
    if (after !== undefined) yield* whole(blocks, after, path, 'added')
  }
}

/** All of something that is on one side only. */
async function* whole(
  blocks: Reader,
  entry: DirectoryEntry,
  path: string,
  change: 'added' | 'removed',
): AsyncGenerator<FileDifference> {
  const sizes = (size: number): { before: number; after: number } =>
    change === 'added' ? { before: 0, after: size } : { before: size, after: 0 }
  if (entry.type === 'file') {
    yield { path, change, ...sizes(entry.size) }
    return
  }
  let any = false
  for await (const inner of listDirectory(blocks, entry.cid)) {
    any = true
    yield* whole(blocks, inner, join(path, inner.name), change)
  }
  if (!any) yield { path, change, ...sizes(0) }
}

/** By how many bytes the files of one directory are more than those of another. */
export async function sizeDifference(blocks: Reader, from: CID, to: CID): Promise<number> {
  let bytes = 0
  for await (const { before, after } of diffFiles(blocks, from, to)) bytes += after - before
  return bytes
}

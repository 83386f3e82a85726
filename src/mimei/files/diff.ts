/** How the directories of two versions differ. */
import type { CID } from '#base'
import { type Blocks, type DirectoryEntry, listDirectory } from '#blocks'

type Reader = Pick<Blocks, 'get' | 'size'>

/** What is at a path on one side. */
type Side = Pick<DirectoryEntry, 'cid' | 'type' | 'size'>

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

export async function* diffEntry(
  blocks: Reader,
  before: Side | undefined,
  after: Side | undefined,
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
export async function* whole(
  blocks: Reader,
  entry: Side,
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

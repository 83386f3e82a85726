/**
 * Changes of a file unit's working copy, as they lie in its overlay. The key of `a/b/c.txt` is
 * `a/b NUL c.txt`: entries of one directory lie together, in order of their names.
 *
 * A row rules over what its base has at the path, and a `directory` row brings its own content for
 * all below it. Rows below still rule over that. So whoever puts, replaces or removes a directory
 * makes the older rows below it `void`; that is what keeps every row's meaning the same before and
 * after a backup, whose rows end while later ones stay.
 */
import { afterPrefix, type CID, concat, decodeCbor, encodeCbor, fromText, toText } from '#base'
import type { Change } from '#world'
import type { Overlay, OverlayEntry } from '../overlay.js'
import { joinPath } from './path.js'

export type Row =
  | {
      readonly type: 'file'
      readonly cid: CID
      readonly size: number
      /** milliseconds since 1970 */
      readonly modified: number | null
    }
  | { readonly type: 'directory'; readonly cid: CID; readonly modified: number | null }
  /** the base speaks */
  | { readonly type: 'void' }

const nul = Uint8Array.of(0)
const slash = fromText('/')

/** Key of a path below the root. */
export const rowKey = (names: readonly string[]): Uint8Array =>
  concat(fromText(joinPath(names.slice(0, -1))), nul, fromText(names[names.length - 1]))

/** Path of a key. */
export function pathOfKey(key: Uint8Array): string {
  const end = key.indexOf(0)
  const name = toText(key.subarray(end + 1))
  return end === 0 ? name : `${toText(key.subarray(0, end))}/${name}`
}

export const putRow = (names: readonly string[], row: Row): Change => ({
  key: rowKey(names),
  value: encodeCbor({ ...row }),
})

/** Nothing shall be at the path. */
export const removeRow = (names: readonly string[]): Change => ({
  key: rowKey(names),
  value: undefined,
})

/** @returns null where the path was removed, undefined where the base speaks */
export function readRow(value: Uint8Array | null | undefined): Row | null | undefined {
  if (value === null || value === undefined) return value
  const row = decodeCbor<Row>(value)
  return row.type === 'void' ? undefined : row
}

type Scan = Pick<Overlay, 'scan'>
type Rows = AsyncIterableIterator<OverlayEntry>

/** Rows of a directory's own entries, in order of their names; the scan begins at the call. */
export function scanEntries(overlay: Scan, names: readonly string[], limit?: number): Rows {
  const from = concat(fromText(joinPath(names)), nul)
  return overlay.scan({ from, to: afterPrefix(from), limit })
}

/** Rows of all below a directory that is not the root; the scans begin at the call. */
export function scanBelow(overlay: Scan, names: readonly string[], limit?: number): Rows {
  const path = fromText(joinPath(names))
  const deeper = concat(path, slash)
  const parts = [
    scanEntries(overlay, names, limit),
    overlay.scan({ from: deeper, to: afterPrefix(deeper), limit }),
  ]
  return (async function* () {
    for (const part of parts) yield* part
  })()
}

/** The changes that make all rows below a directory void. */
export async function voidBelow(overlay: Scan, names: readonly string[]): Promise<Change[]> {
  const value = encodeCbor({ type: 'void' })
  const changes: Change[] = []
  for await (const [key, row] of scanBelow(overlay, names)) {
    if (readRow(row) !== undefined) changes.push({ key, value })
  }
  return changes
}

/** The changes that give the rows below one directory to another as well. */
export async function copyBelow(
  overlay: Scan,
  from: readonly string[],
  to: readonly string[],
): Promise<Change[]> {
  const source = fromText(joinPath(from))
  const target = fromText(joinPath(to))
  const changes: Change[] = []
  for await (const [key, row] of scanBelow(overlay, from)) {
    const moved = concat(target, key.subarray(source.length))
    changes.push({ key: moved, value: row ?? undefined })
  }
  return changes
}

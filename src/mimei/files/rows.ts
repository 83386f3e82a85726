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

const rangeOf = (prefix: Uint8Array): { from: Uint8Array; to: Uint8Array | undefined } => ({
  from: prefix,
  to: afterPrefix(prefix),
})
const entriesRange = (names: readonly string[]) => rangeOf(concat(fromText(joinPath(names)), nul))
const deeperRange = (names: readonly string[]) => rangeOf(concat(fromText(joinPath(names)), slash))

/** Reads a scan to its end, so that the store need not hold it open for whoever forgets it. */
async function all(scan: AsyncIterable<OverlayEntry>): Promise<OverlayEntry[]> {
  const rows: OverlayEntry[] = []
  for await (const row of scan) rows.push(row)
  return rows
}

/** Rows of a directory's own entries, in order of their names, as they are at the call. */
export const entryRows = (overlay: Scan, names: readonly string[]): Promise<OverlayEntry[]> =>
  all(overlay.scan(entriesRange(names)))

/** Rows of all below a path that is not the root, as they are at the call. */
export async function rowsBelow(overlay: Scan, names: readonly string[]): Promise<OverlayEntry[]> {
  const parts = [entriesRange, deeperRange].map((range) => all(overlay.scan(range(names))))
  return (await Promise.all(parts)).flat()
}

/** Whether there are rows that speak below a directory. */
export async function anyBelow(overlay: Scan, names: readonly string[]): Promise<boolean> {
  for (const range of [entriesRange, deeperRange]) {
    for await (const [, row] of overlay.scan(range(names))) {
      if (readRow(row) !== undefined) return true
    }
  }
  return false
}

/** The changes that make rows void. */
export function voiding(rows: readonly OverlayEntry[]): Change[] {
  const value = encodeCbor({ type: 'void' })
  const speaking = rows.filter(([, row]) => readRow(row) !== undefined)
  return speaking.map(([key]) => ({ key, value }))
}

/** The changes that give rows below one directory to another as well. */
export function copying(
  rows: readonly OverlayEntry[],
  from: readonly string[],
  to: readonly string[],
): Change[] {
  const length = fromText(joinPath(from)).length
  const target = fromText(joinPath(to))
  return rows.map(([key, row]) => ({
    key: concat(target, key.subarray(length)),
    value: row ?? undefined,
  }))
}

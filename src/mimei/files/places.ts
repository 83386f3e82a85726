/** What is at a path: the overlay's word where it has one, the base's otherwise. */
import { type CID, compare, fromText } from '#base'
import { type Blocks, EntryUnknown, listDirectory, statPath } from '#blocks'
import { NotADirectory, PathUnknown } from '../errors.js'
import type { Overlay, OverlayEntry } from '../overlay.js'
import { joinPath } from './path.js'
import { anyBelow, entryRows, pathOfKey, readRow, type Row, rowKey } from './rows.js'
import type { FileEntry } from './tree.js'

export type Reader = Pick<Blocks, 'get' | 'size' | 'hold'>

export type Place =
  | {
      readonly type: 'file'
      readonly cid: CID
      readonly size: number
      readonly modified: number | null
    }
  | {
      readonly type: 'directory'
      /** content beneath the rows of the overlay */
      readonly cid: CID
      /** bytes of the blocks of that content, null where not known */
      readonly size: number | null
      readonly modified: number | null
    }

/** A version, or a working copy: its base and the changes over it, both as they are now. */
export interface View {
  readonly blocks: Reader
  /** the root directory of the base */
  readonly root: () => CID
  /** undefined for a version */
  readonly overlay: Overlay | undefined
}

const placeOfRow = (row: Exclude<Row, { type: 'void' }>): Place =>
  row.type === 'file' ? row : { ...row, size: null }

async function inBase(blocks: Reader, cid: CID, name: string): Promise<Place | undefined> {
  try {
    return await statPath(blocks, cid, name)
  } catch (error) {
    if (error instanceof EntryUnknown) return undefined
    throw error
  }
}

/**
 * What is at a path; undefined where nothing is. Base and rows are taken in one turn at the call,
 * so that a backup that ends meanwhile changes nothing about the answer.
 * @throws NotADirectory where the path leads through a file
 */
export function findPlace(view: View, names: readonly string[]): Promise<Place | undefined> {
  const { overlay } = view
  const rows = names.map((_, i) => readRow(overlay?.get(rowKey(names.slice(0, i + 1)))))
  return descend(view.blocks, view.root(), names, rows)
}

async function descend(
  blocks: Reader,
  root: CID,
  names: readonly string[],
  rows: readonly (Row | null | undefined)[],
): Promise<Place | undefined> {
  let place: Place = { type: 'directory', cid: root, size: null, modified: null }
  if (names.length === 0) return { ...(await statPath(blocks, root, '')) }
  for (const [i, name] of names.entries()) {
    if (place.type === 'file') throw new NotADirectory(joinPath(names.slice(0, i)))
    const row = rows[i]
    if (row === null) return undefined
    const next: Place | undefined =
      row === undefined || row.type === 'void'
        ? await inBase(blocks, place.cid, name)
        : placeOfRow(row)
    if (next === undefined) return undefined
    place = next
  }
  return place
}

/** As `findPlace`. @throws PathUnknown where nothing is there */
export async function getPlace(view: View, names: readonly string[]): Promise<Place> {
  const place = await findPlace(view, names)
  if (place === undefined) throw new PathUnknown(joinPath(names))
  return place
}

/** Whether the overlay changes anything below a directory. */
async function isTouched(overlay: Overlay | undefined, names: readonly string[]): Promise<boolean> {
  if (overlay === undefined || overlay.isEmpty()) return false
  return names.length === 0 || anyBelow(overlay, names)
}

/**
 * What callers see of a place.
 * @param root what the base was when the place was looked up: where a backup moved it since, what
 *   was read of a directory may be older than what the overlay says now
 */
export async function entryOf(
  view: View,
  names: readonly string[],
  place: Place,
  root: CID,
): Promise<FileEntry> {
  const { type, modified } = place
  const base = { path: joinPath(names), name: names.at(-1) ?? '', modified }
  if (type === 'file') return { ...base, type, size: place.size, cid: place.cid }
  const touched = await isTouched(view.overlay, names)
  const known = !touched && view.root().equals(root)
  return { ...base, type, size: place.size ?? 0, cid: known ? place.cid : null }
}

/** A name with what is there. */
type Named = readonly [name: string, place: Place]

/**
 * Entries of a directory by the bytes of their names, base and rows as they are at the call.
 * @throws PathUnknown, NotADirectory
 */
export function listPlaces(view: View, names: readonly string[]): AsyncIterableIterator<Named> {
  const { overlay, blocks } = view
  const rows = overlay === undefined || overlay.isEmpty() ? undefined : entryRows(overlay, names)
  const found = findPlace(view, names)
  // They are awaited below, if at all; until then a failure must not count as unhandled.
  found.catch(() => undefined)
  rows?.catch(() => undefined)
  return (async function* () {
    const place = await found
    if (place === undefined) throw new PathUnknown(joinPath(names))
    if (place.type === 'file') throw new NotADirectory(joinPath(names))
    yield* merge(listDirectory(blocks, place.cid), (await rows) ?? [])
  })()
}

async function* merge(
  base: AsyncIterable<{ readonly name: string } & Place>,
  rows: readonly OverlayEntry[],
): AsyncGenerator<Named> {
  const changed = new Map<string, Row | null>()
  for (const [key, value] of rows) {
    const row = readRow(value)
    if (row !== undefined) changed.set(pathOfKey(key).split('/').at(-1) as string, row)
  }
  const all: Named[] = []
  for await (const { name, ...place } of base) {
    if (!changed.has(name) && isPlainName(name)) all.push([name, place as Place])
  }
  for (const [name, row] of changed) {
    if (row !== null && row.type !== 'void') all.push([name, placeOfRow(row)])
  }
  const keyed = all.map((named) => [fromText(named[0]), named] as const)
  keyed.sort(([a], [b]) => compare(a, b))
  for (const [, named] of keyed) yield named
}

/** Directories made elsewhere may hold names that no path of ours can reach. */
const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)

/** Reading of a file unit, alike for versions and for cur. */
import { BadInput, type CID } from '#base'
import { readFile } from '#blocks'
import { NotAFile, NotADirectory } from '../errors.js'
import { joinPath, splitPath } from './path.js'
import { entryOf, getPlace, listPlaces, type View } from './places.js'
import type { FileEntry } from './tree.js'

export interface Range {
  readonly start?: number
  readonly end?: number
}

function checkRange({ start = 0, end = 0 }: Range): void {
  for (const at of [start, end]) {
    if (Number.isSafeInteger(at) && at >= 0) continue
    throw new BadInput(`"${at}" is no position in a file`, 'give bytes from its start, 0 or more')
  }
}

export async function statEntry(view: View, path: string): Promise<FileEntry> {
  const names = splitPath(path)
  const root = view.root()
  return entryOf(view, names, await getPlace(view, names), root)
}

export async function* listEntries(view: View, path: string): AsyncGenerator<FileEntry> {
  const names = splitPath(path)
  const root = view.root()
  for await (const [name, place] of listPlaces(view, names)) {
    yield await entryOf(view, [...names, name], place, root)
  }
}

/** All files below, depth first, by the names on the way. */
export async function* walkEntries(view: View, path: string): AsyncGenerator<FileEntry> {
  const names = splitPath(path)
  const rest = [listPlaces(view, names)]
  const above: string[][] = [names]
  while (rest.length > 0) {
    const next = await rest[rest.length - 1].next()
    const here = above[above.length - 1]
    if (next.done === true) {
      rest.pop()
      above.pop()
      continue
    }
    const [name, place] = next.value
    if (place.type === 'file') {
      yield await entryOf(view, [...here, name], place, view.root())
    } else {
      rest.push(listPlaces(view, [...here, name]))
      above.push([...here, name])
    }
  }
}

/** Bytes of a file. The file is the one that is there at the first read, whatever comes later. */
export async function* readBytes(
  view: View,
  path: string,
  range: Range = {},
): AsyncGenerator<Uint8Array> {
  checkRange(range)
  const file = await fileAt(view, splitPath(path))
  yield* readFile(view.blocks, file.cid, range)
}

/** @throws PathUnknown, NotAFile */
export async function fileAt(
  view: View,
  names: readonly string[],
): Promise<{ cid: CID; size: number; modified: number | null }> {
  const place = await getPlace(view, names)
  if (place.type === 'directory') throw new NotAFile(joinPath(names))
  return place
}

/** @throws PathUnknown, NotADirectory */
export async function directoryAt(view: View, names: readonly string[]): Promise<void> {
  const place = await getPlace(view, names)
  if (place.type === 'file') throw new NotADirectory(joinPath(names))
}

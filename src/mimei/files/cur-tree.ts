/**
 * The files of a working copy (paper 5.2, `cur`; mimei.md, 4). Content streams into blocks first;
 * then one write to the overlay puts it in its place, so that nobody ever sees half a file.
 */
import { BadInput, type CID, codecs } from '#base'
import { addFile, type Blocks, emptyDirectory, leadingLeaves, readFile, statPath } from '#blocks'
import type { Change } from '#world'
import {
  DirectoryNotEmpty,
  NotADirectory,
  NotAFile,
  PathInvalid,
  PathTaken,
  PathUnknown,
} from '../errors.js'
import type { Overlay } from '../overlay.js'
import { type Move, Moves, type MoveSources } from './moves.js'
import { joinPath, splitBelowRoot, splitPath } from './path.js'
import { findPlace, getPlace, listPlaces, type Place, type View } from './places.js'
import { fileAt, listEntries, readBytes, statEntry, walkEntries } from './reading.js'
import { copying, putRow, removeRow, type Row, rowsBelow, voiding } from './rows.js'
import type { FileEntry, FileTree } from './tree.js'

export interface CurSources extends MoveSources {
  readonly blocks: Pick<Blocks, 'get' | 'size' | 'hold' | 'putMany' | 'has'>
  readonly overlay: Overlay
  /** root of the version that cur stands on now */
  readonly root: () => CID
  /** root of base and changes together */
  readonly fold: () => Promise<CID>
}

type Content = Uint8Array | AsyncIterable<Uint8Array>
type OldFile = { readonly cid: CID; readonly size: number }

/** How a file goes on after the bytes that stay. */
interface NewEnd {
  readonly keep: number
  readonly more: Iterable<Uint8Array>
}

export class CurTree implements FileTree {
  readonly #sources: CurSources
  readonly #view: View
  readonly #overlay: Overlay
  readonly #moves: Moves

  constructor(sources: CurSources) {
    this.#sources = sources
    this.#overlay = sources.overlay
    this.#view = sources
    this.#moves = new Moves(sources)
  }

  stat(path: string): Promise<FileEntry> {
    return statEntry(this.#view, path)
  }

  list(path: string): AsyncIterableIterator<FileEntry> {
    return listEntries(this.#view, path)
  }

  walk(path = ''): AsyncIterableIterator<FileEntry> {
    return walkEntries(this.#view, path)
  }

  read(path: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array> {
    return readBytes(this.#view, path, range)
  }

  root(): Promise<CID> {
    return this.#sources.fold()
  }

  async write(
    path: string,
    content: Content,
    options: { modified?: number; onProgress?: (bytes: number) => void } = {},
  ): Promise<FileEntry> {
    const names = splitBelowRoot(path)
    const modified = checkModified(options.modified)
    // Nothing is taken in for a place that a file cannot have.
    await this.#roomForFile(names)
    return this.#held(async () => {
      const { cid, size } = await addFile(this.#sources.blocks, content, options)
      return this.#moves.run(() => this.#puttingFile(names, { cid, size, modified }))
    })
  }

  async link(path: string, cid: CID, options: { modified?: number } = {}): Promise<FileEntry> {
    const names = splitBelowRoot(path)
    const modified = checkModified(options.modified)
    if (cid.code !== codecs.raw && cid.code !== codecs.dagPb) {
      throw new BadInput(`${cid} is no file and no directory`, 'link what was added as one')
    }
    return this.#held(async () => {
      // Asking tells a collection that is under way that somebody counts on the content.
      this.#sources.blocks.has(cid)
      const stat = await statPath(this.#sources.blocks, cid, '')
      const place = { ...stat, modified: modified ?? stat.modified }
      return this.#moves.run(() =>
        place.type === 'file'
          ? this.#puttingFile(names, place)
          : this.#puttingDirectory(names, place),
      )
    }, cid)
  }

  append(path: string, content: Uint8Array): Promise<FileEntry> {
    return this.#rewrite(path, (old) => ({ keep: old?.size ?? 0, more: [content] }))
  }

  truncate(path: string, size: number): Promise<FileEntry> {
    return this.#rewrite(path, (old) => {
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new BadInput(`"${size}" is no size of a file`, 'give bytes, 0 or more')
      }
      if (old === undefined) throw new PathUnknown(path)
      return { keep: Math.min(size, old.size), more: zeros(size - old.size) }
    })
  }

  async mkdir(path: string): Promise<void> {
    const names = splitPath(path)
    await this.#moves.run(async () => {
      const place = await findPlace(this.#view, names)
      if (place?.type === 'file') throw new NotADirectory(joinPath(names))
      return { changes: await this.#parents([...names, '']), paths: [names], result: undefined }
    })
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = splitBoth(from, to)
    await this.#moves.run(async () => {
      const copied = await this.#copying(source, target)
      const removed = copied.length === 0 ? [] : await this.#removing(source)
      return { changes: [...copied, ...removed], paths: [source, target], result: undefined }
    })
  }

  async copy(from: string, to: string): Promise<void> {
    const [source, target] = splitBoth(from, to)
    await this.#moves.run(async () => {
      return { changes: await this.#copying(source, target), paths: [target], result: undefined }
    })
  }

  async remove(path: string, recursive = false): Promise<void> {
    const names = splitBelowRoot(path)
    await this.#moves.run(async () => {
      const place = await getPlace(this.#view, names)
      if (place.type === 'directory' && !recursive) {
        for await (const _ of listPlaces(this.#view, names)) throw new DirectoryNotEmpty(path)
      }
      return { changes: await this.#removing(names), paths: [names], result: undefined }
    })
  }

  /** Runs a task while collection leaves alone what it puts. */
  async #held<T>(task: () => Promise<T>, root?: CID): Promise<T> {
    const letGo = this.#sources.blocks.hold(root)
    try {
      return await task()
    } finally {
      letGo()
    }
  }

  /** @throws NotADirectory, NotAFile where a file cannot be at the path */
  async #roomForFile(names: readonly string[]): Promise<void> {
    const place = await findPlace(this.#view, names)
    if (place?.type === 'directory') throw new NotAFile(joinPath(names))
  }

  /** Rows for the directories on the way to a path that are not there yet. */
  async #parents(names: readonly string[]): Promise<Change[]> {
    const changes: Change[] = []
    for (let depth = names.length - 1; depth > 0; depth--) {
      const above = names.slice(0, depth)
      const place = await findPlace(this.#view, above)
      if (place?.type === 'file') throw new NotADirectory(joinPath(above))
      if (place !== undefined) break
      changes.push(putRow(above, { type: 'directory', cid: emptyDirectory, modified: null }))
    }
    return changes
  }

  async #puttingFile(
    names: readonly string[],
    file: { cid: CID; size: number; modified: number | null },
  ): Promise<Move<FileEntry>> {
    await this.#roomForFile(names)
    const { cid, size, modified } = file
    const row: Row = { type: 'file', cid, size, modified }
    return this.#putting(names, row, row)
  }

  async #puttingDirectory(names: readonly string[], place: Place): Promise<Move<FileEntry>> {
    if ((await findPlace(this.#view, names)) !== undefined) throw new PathTaken(joinPath(names))
    return this.#putting(names, rowOf(place), place)
  }

  async #putting(names: readonly string[], row: Row, place: Place): Promise<Move<FileEntry>> {
    const changes = [...(await this.#parents(names)), putRow(names, row)]
    const { type, cid, modified } = place
    const [path, name] = [joinPath(names), names[names.length - 1]]
    return {
      changes,
      paths: [names],
      result: { path, name, type, size: place.size ?? 0, modified, cid },
    }
  }

  /** Gives a file another end; nobody else changes paths meanwhile. */
  async #rewrite(path: string, change: (old: OldFile | undefined) => NewEnd): Promise<FileEntry> {
    const names = splitBelowRoot(path)
    return this.#moves.run(async () => {
      const there = await findPlace(this.#view, names)
      const old = there === undefined ? undefined : await fileAt(this.#view, names)
      const end = change(old)
      return this.#held(async () => {
        const added = await this.#addEnd(old, end)
        return this.#puttingFile(names, { ...added, modified: null })
      }, old?.cid)
    })
  }

  /** Adds a file that begins as an old one: only its last leaf and what comes after it are made. */
  async #addEnd(old: OldFile | undefined, end: NewEnd): Promise<{ cid: CID; size: number }> {
    const { blocks } = this.#sources
    if (old === undefined) return addFile(blocks, joined([], end.more))
    const after = await leadingLeaves(blocks, old.cid, end.keep)
    const start = after.reduce((sum, { size }) => sum + size, 0)
    const kept = readFile(blocks, old.cid, { start, end: end.keep })
    return addFile(blocks, joined(kept, end.more), { after })
  }

  /** The changes that make the target what the source is, by reference; none for the same path. */
  async #copying(source: readonly string[], target: readonly string[]): Promise<Change[]> {
    // Both of one moment: a backup that ends in between moves rows into the base.
    const [place, rows] = await Promise.all([
      getPlace(this.#view, source),
      rowsBelow(this.#overlay, source),
    ])
    if (joinPath(source) === joinPath(target)) return []
    const there = await findPlace(this.#view, target)
    if (there !== undefined && (place.type === 'directory' || there.type === 'directory')) {
      throw new PathTaken(joinPath(target))
    }
    const parents = await this.#parents(target)
    if (place.type === 'file') return [...parents, putRow(target, rowOf(place))]
    if (isWithin(target, source)) {
      throw new PathInvalid(joinPath(target), `it lies within "${joinPath(source)}" itself`)
    }
    const old = voiding(await rowsBelow(this.#overlay, target))
    return [...parents, putRow(target, rowOf(place)), ...old, ...copying(rows, source, target)]
  }

  async #removing(names: readonly string[]): Promise<Change[]> {
    return [...voiding(await rowsBelow(this.#overlay, names)), removeRow(names)]
  }
}

const rowOf = (place: Place): Row =>
  place.type === 'file'
    ? { type: 'file', cid: place.cid, size: place.size, modified: place.modified }
    : { type: 'directory', cid: place.cid, modified: place.modified }

const splitBoth = (from: string, to: string): [string[], string[]] => [
  splitBelowRoot(from),
  splitBelowRoot(to),
]

const isWithin = (names: readonly string[], directory: readonly string[]): boolean =>
  directory.every((name, i) => names[i] === name)

function checkModified(modified: number | undefined): number | null {
  if (modified === undefined) return null
  if (Number.isSafeInteger(modified)) return modified
  throw new BadInput(`"${modified}" is no time`, 'give milliseconds since 1970')
}

async function* joined(
  first: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  rest: Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first
  yield* rest
}

/** So many zero bytes; none where it is less than one. */
function* zeros(size: number): Generator<Uint8Array> {
  const page = new Uint8Array(64 * 1024)
  for (let left = size; left > 0; left -= page.length) yield page.subarray(0, left)
}

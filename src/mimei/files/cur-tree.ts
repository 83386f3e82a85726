/**
 * The files of a working copy (paper 5.2, `cur`; mimei.md, 4). Content streams into blocks first;
 * then one write to the overlay puts it in its place, so that nobody ever sees half a file.
 */
import { BadInput, type CID, codecs } from '#base'
import { addFile, type Blocks, emptyDirectory, readFile, statPath } from '#blocks'
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
import type { Turns } from '../turns.js'
import { joinPath, splitBelowRoot, splitPath } from './path.js'
import { entryOf, findPlace, getPlace, listPlaces, type Place, type View } from './places.js'
import { fileAt, listEntries, readBytes, statEntry, walkEntries } from './reading.js'
import { copyBelow, putRow, removeRow, type Row, voidBelow } from './rows.js'
import type { FileEntry, FileTree } from './tree.js'

export interface CurSources {
  readonly blocks: Pick<Blocks, 'get' | 'size' | 'hold' | 'putMany' | 'has'>
  readonly overlay: Overlay
  /** root of the version that cur stands on now */
  readonly root: () => CID
  /** what changes paths waits for its turn here */
  readonly turns: Turns
  /** root of base and changes together */
  readonly fold: () => Promise<CID>
  /** called with paths once their change is durable */
  readonly onChange: (paths: readonly string[]) => void
}

type Content = Uint8Array | AsyncIterable<Uint8Array>

export class CurTree implements FileTree {
  readonly #sources: CurSources
  readonly #view: View
  readonly #overlay: Overlay

  constructor(sources: CurSources) {
    this.#sources = sources
    this.#overlay = sources.overlay
    this.#view = sources
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
      return this.#sources.turns.run(() => this.#putFile(names, { cid, size, modified }))
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
      return this.#sources.turns.run(() =>
        place.type === 'file' ? this.#putFile(names, place) : this.#putDirectory(names, place),
      )
    }, cid)
  }

  async append(path: string, content: Uint8Array): Promise<FileEntry> {
    const names = splitBelowRoot(path)
    return this.#rewrite(names, async (old) => {
      if (old === undefined) return content
      return joined(readFile(this.#sources.blocks, old.cid), content)
    })
  }

  async truncate(path: string, size: number): Promise<FileEntry> {
    const names = splitBelowRoot(path)
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new BadInput(`"${size}" is no size of a file`, 'give bytes, 0 or more')
    }
    return this.#rewrite(names, async (old) => {
      if (old === undefined) throw new PathUnknown(joinPath(names))
      const kept = readFile(this.#sources.blocks, old.cid, { end: size })
      return size <= old.size ? kept : joined(kept, zeros(size - old.size))
    })
  }

  async mkdir(path: string): Promise<void> {
    const names = splitPath(path)
    await this.#sources.turns.run(async () => {
      const place = await findPlace(this.#view, names)
      if (place?.type === 'file') throw new NotADirectory(joinPath(names))
      if (place !== undefined) return
      await this.#store([...(await this.#parents([...names, '']))], [names])
    })
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = splitBoth(from, to)
    await this.#sources.turns.run(async () => {
      if (joinPath(source) === joinPath(target)) return void (await getPlace(this.#view, source))
      const changes = await this.#copying(source, target)
      await this.#store([...changes, ...(await this.#removing(source))], [source, target])
    })
  }

  async copy(from: string, to: string): Promise<void> {
    const [source, target] = splitBoth(from, to)
    await this.#sources.turns.run(async () => {
      if (joinPath(source) === joinPath(target)) return void (await getPlace(this.#view, source))
      await this.#store(await this.#copying(source, target), [target])
    })
  }

  async remove(path: string, recursive = false): Promise<void> {
    const names = splitBelowRoot(path)
    await this.#sources.turns.run(async () => {
      const place = await getPlace(this.#view, names)
      if (place.type === 'directory' && !recursive) {
        for await (const _ of listPlaces(this.#view, names)) throw new DirectoryNotEmpty(path)
      }
      await this.#store(await this.#removing(names), [names])
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

  async #store(changes: readonly Change[], paths: readonly (readonly string[])[]): Promise<void> {
    // Durable when resolved: the overlay waits for the fsync. Its blocks are durable already.
    await this.#overlay.write(changes)
    this.#sources.onChange(paths.map(joinPath))
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

  async #putFile(
    names: readonly string[],
    file: { cid: CID; size: number; modified: number | null },
  ): Promise<FileEntry> {
    await this.#roomForFile(names)
    const { cid, size, modified } = file
    const row: Row = { type: 'file', cid, size, modified }
    await this.#store([...(await this.#parents(names)), putRow(names, row)], [names])
    return entryOf(this.#view, names, row, this.#view.root())
  }

  async #putDirectory(names: readonly string[], place: Place): Promise<FileEntry> {
    if ((await findPlace(this.#view, names)) !== undefined) throw new PathTaken(joinPath(names))
    const row: Row = { type: 'directory', cid: place.cid, modified: place.modified }
    await this.#store([...(await this.#parents(names)), putRow(names, row)], [names])
    return entryOf(this.#view, names, place, this.#view.root())
  }

  /** Puts new content in place of a file's; nobody else changes paths meanwhile. */
  #rewrite(
    names: readonly string[],
    content: (old: { cid: CID; size: number } | undefined) => Promise<Content>,
  ): Promise<FileEntry> {
    return this.#sources.turns.run(async () => {
      const there = await findPlace(this.#view, names)
      const old = there === undefined ? undefined : await fileAt(this.#view, names)
      return this.#held(async () => {
        const added = await addFile(this.#sources.blocks, await content(old))
        return this.#putFile(names, { ...added, modified: null })
      }, old?.cid)
    })
  }

  /** The changes that make the target what the source is, by reference. */
  async #copying(source: readonly string[], target: readonly string[]): Promise<Change[]> {
    const place = await getPlace(this.#view, source)
    const there = await findPlace(this.#view, target)
    if (there !== undefined && (place.type === 'directory' || there.type === 'directory')) {
      throw new PathTaken(joinPath(target))
    }
    const parents = await this.#parents(target)
    if (place.type === 'file') return [...parents, putRow(target, rowOf(place))]
    if (isWithin(target, source)) {
      throw new PathInvalid(joinPath(target), `it lies within "${joinPath(source)}" itself`)
    }
    const old = await voidBelow(this.#overlay, target)
    const copied = await copyBelow(this.#overlay, source, target)
    return [...parents, putRow(target, rowOf(place)), ...old, ...copied]
  }

  async #removing(names: readonly string[]): Promise<Change[]> {
    return [...(await voidBelow(this.#overlay, names)), removeRow(names)]
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
  first: AsyncIterable<Uint8Array>,
  rest: Uint8Array | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first
  if (rest instanceof Uint8Array) yield rest
  else yield* rest
}

function* zeros(size: number): Generator<Uint8Array> {
  const page = new Uint8Array(64 * 1024)
  for (let left = size; left > 0; left -= page.length) yield page.subarray(0, left)
}

/**
 * The file half of the disk: whole files, each there at once or not at all, also after a power cut.
 *
 * The content goes to a temporary file and is synced there; the rename gives it its name, and the
 * folder is synced. Only then is the write acknowledged.
 */
import { opendir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { checkFileName, DiskClosed, type Files, type Log } from '#world'
import { isMissing } from './disk/failure.js'
import { sizeOfFolder } from './disk/space.js'
import { type Folders, folders } from './files/folders.js'
import { readFileWhole, streamFile } from './files/read.js'
import type { Room } from './files/room.js'
import { type Content, writeTemporary } from './files/write.js'

/** Files written at a time by `writeAll`. */
const atATime = 16

export interface FilesPlace {
  /** folder of the files; it is there */
  readonly root: string
  /** folder on the same volume for files on their way; it is there, and nobody else's */
  readonly temporary: string
  readonly room: Room
  readonly log: Log
}

/** A file on its way: written and synced, without its name as yet. */
interface Staged {
  readonly from: string
  readonly to: string
  readonly size: number
}

/** Opens the files of a home that this process has locked; what a crash left half-written goes. */
export async function openFiles(place: FilesPlace): Promise<HomeFiles> {
  const leftovers = await readdir(place.temporary)
  for (const name of leftovers) await rm(join(place.temporary, name), { recursive: true })
  if (leftovers.length > 0) place.log.info('removed unfinished files', { files: leftovers.length })
  return new HomeFiles(place)
}

export class HomeFiles implements Files {
  readonly #place: FilesPlace
  readonly #folders: Folders
  readonly #running = new Set<Promise<unknown>>()
  #closed = false
  #staged = 0
  #used: number | undefined

  constructor(place: FilesPlace) {
    this.#place = place
    this.#folders = folders(place.root)
  }

  async write(name: string, content: Content): Promise<number> {
    const to = this.#path(name)
    return this.#toEnd(async () => {
      const file = await this.#stage(to, content)
      await this.#name([file])
      return file.size
    })
  }

  async writeAll(files: readonly { name: string; content: Uint8Array }[]): Promise<void> {
    // The last of several under one name wins, as it would one after the other.
    const contents = new Map(files.map(({ name, content }) => [this.#path(name), content]))
    await this.#toEnd(async () => {
      const staged: Staged[] = []
      const rest = contents.entries()
      const work = async (): Promise<void> => {
        for (const [to, content] of rest) staged.push(await this.#stage(to, content))
      }
      const done = await Promise.allSettled(Array.from({ length: atATime }, work))
      const failed = done.find(({ status }) => status === 'rejected')
      if (failed?.status !== 'rejected') return this.#name(staged)
      await this.#discard(staged)
      throw failed.reason
    })
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#place.room.during('a read', readFileWhole(this.#path(name)))
  }

  async *stream(
    name: string,
    range: { start?: number; end?: number } = {},
  ): AsyncGenerator<Uint8Array> {
    yield* streamFile(this.#path(name), name, range, this.#place.room)
  }

  async size(name: string): Promise<number | undefined> {
    return this.#place.room.during('a read', sizeOfFile(this.#path(name)))
  }

  async remove(name: string): Promise<void> {
    const path = this.#path(name)
    // Not synced: after a power cut the file may be back, whole, for the next collection to find.
    await this.#toEnd(async () => {
      await this.#count(path, 0)
      await this.#place.room.during('a removal', rm(path, { force: true }))
    })
  }

  async *list(folder: string): AsyncGenerator<string> {
    const name = folder.endsWith('/') ? folder.slice(0, -1) : folder
    const top = name === '' ? this.#check(this.#place.root) : this.#path(name)
    for await (const path of filesBelow(top)) {
      yield relative(this.#place.root, path).split(sep).join('/')
    }
  }

  /** Bytes of all files: counted once, kept up to date from then on. */
  async usedBytes(): Promise<number> {
    this.#used ??= await this.#place.room.during('a read', sizeOfFolder(this.#place.root))
    return this.#used
  }

  /** Refuses what comes from now on, and resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#running)
  }

  #check<T>(value: T): T {
    if (this.#closed) throw new DiskClosed()
    return value
  }

  #path(name: string): string {
    this.#check(name)
    checkFileName(name)
    return join(this.#place.root, name)
  }

  /** Runs an action that `close` waits for. */
  async #toEnd<T>(action: () => Promise<T>): Promise<T> {
    const promise = action()
    this.#running.add(promise)
    try {
      return await promise
    } finally {
      this.#running.delete(promise)
    }
  }

  async #stage(to: string, content: Content): Promise<Staged> {
    const from = join(this.#place.temporary, String(++this.#staged))
    return { from, to, size: await writeTemporary(from, content, this.#place.room) }
  }

  /** Gives staged files their names; durable when resolved, one fsync per folder. */
  async #name(files: readonly Staged[]): Promise<void> {
    const targets = new Set(files.map(({ to }) => dirname(to)))
    const naming = async (): Promise<void> => {
      await Promise.all([...targets].map((folder) => this.#folders.make(folder)))
      for (const { to, size } of files) await this.#count(to, size)
      await Promise.all(files.map(({ from, to }) => rename(from, to)))
      // The fsync that makes the names last.
      await Promise.all([...targets].map((folder) => this.#folders.sync(folder)))
    }
    try {
      await this.#place.room.during('a file', naming())
    } catch (error) {
      await this.#discard(files)
      throw error
    }
  }

  async #discard(files: readonly Staged[]): Promise<void> {
    await Promise.all(files.map(({ from }) => rm(from, { force: true }).catch(() => undefined)))
  }

  async #count(path: string, sizeAfter: number): Promise<void> {
    if (this.#used === undefined) return
    const sizeBefore = (await sizeOfFile(path)) ?? 0
    this.#used += sizeAfter - sizeBefore
  }
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Paths of all files under a folder; none where there is no such folder. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  for await (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

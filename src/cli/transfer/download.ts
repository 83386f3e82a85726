/** Downloads files and whole folders of a unit. */
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BadInput } from '#base'
import { type Client, ConnectionLost, type Result } from '#client'
import { FileUnusable } from '../errors.js'
import { ask, forEachParallel, unitPath } from './http.js'

type Entry = Result<'files.stat'>

export interface Source {
  readonly mid: string
  readonly version: string
}

/** Entries of a directory. */
export async function* list(client: Client, from: Source, path: string): AsyncGenerator<Entry> {
  for (let after = '', more = true; more;) {
    const page = await client.files.list({ ...from, path, after })
    yield* page.entries
    after = page.entries.at(-1)?.name ?? ''
    more = page.more && page.entries.length > 0
  }
}

/** All files below a path, with their directories. */
export async function* walk(client: Client, from: Source, path: string): AsyncGenerator<Entry> {
  for await (const entry of list(client, from, path)) {
    yield entry
    if (entry.type === 'directory') yield* walk(client, from, entry.path)
  }
}

/** Writes a file of the unit to a stream. */
export async function downloadTo(
  client: Client,
  { mid, version }: Source,
  path: string,
  target: NodeJS.WritableStream,
  onBytes: (count: number) => void = () => undefined,
): Promise<void> {
  const response = await ask(client, { method: 'GET', path: unitPath(mid, version, path) })
  response.on('data', (part: Buffer) => onBytes(part.length))
  // Standard output stays open for whoever writes next.
  await pipeline(response, target, { end: target !== process.stdout }).catch(
    (error: NodeJS.ErrnoException) => {
      const { code } = error
      const cut = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
      if (cut && !response.complete) throw new ConnectionLost(`GET ${path}`)
      throw error.path === undefined ? error : new FileUnusable(error.path, error)
    },
  )
}

/** Writes a file of the unit under its name only when it is whole. */
async function downloadFile(
  client: Client,
  from: Source,
  entry: Entry,
  file: string,
  onBytes: (count: number) => void,
): Promise<void> {
  const unfinished = `${file}.unfinished`
  await mkdir(dirname(file), { recursive: true })
  try {
    await downloadTo(client, from, entry.path, createWriteStream(unfinished), onBytes)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
  if (entry.modified !== null) {
    await utimes(unfinished, entry.modified / 1000, entry.modified / 1000)
  }
  await rename(unfinished, file)
}

/** A place below the folder, never above it, whatever the unit calls its files. */
function placeOf(folder: string, path: string): string {
  const names = path.split('/')
  const wrong = names.some((name) => name === '..' || name === '.' || name.includes(sep))
  if (wrong) throw new BadInput(`"${path}" cannot be a file here`, 'take it alone, with -o FILE')
  return join(folder, ...names)
}

export interface Downloaded {
  readonly count: number
  readonly bytes: number
}

/** Downloads one file to a file, or a directory into a folder. */
export async function downloadAll(
  client: Client,
  from: Source,
  entry: Entry,
  target: string,
  onProgress: (done: number, total: number) => void,
): Promise<Downloaded> {
  const files: { entry: Entry; file: string }[] = []
  if (entry.type === 'file') files.push({ entry, file: target })
  else {
    await mkdir(target, { recursive: true })
    for await (const below of walk(client, from, entry.path)) {
      const path = entry.path === '' ? below.path : below.path.slice(entry.path.length + 1)
      const file = placeOf(target, path)
      if (below.type === 'directory') await mkdir(file, { recursive: true })
      else files.push({ entry: below, file })
    }
  }
  const total = files.reduce((sum, { entry: { size } }) => sum + size, 0)
  let done = 0
  await forEachParallel(files, ({ entry: one, file }) =>
    downloadFile(client, from, one, file, (count) => {
      done += count
      onProgress(done, total)
    }),
  )
  return { count: files.length, bytes: total }
}

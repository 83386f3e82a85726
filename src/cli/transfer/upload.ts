/** Uploads files: eight at a time over connections that stay open. */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '#client'
import type { Found } from './find.js'
import { answerOf, ask, forEachParallel, unitPath } from './http.js'

export interface Uploaded {
  readonly count: number
  readonly bytes: number
  /** where it was one file: its content id */
  readonly cid: string | undefined
}

interface Entry {
  readonly cid: { toString(): string } | string | null
  readonly size: number
}

/**
 * Sends one stream as a file of a unit.
 * @param open called once the node takes the content
 * @param size in bytes, undefined where it is not known
 */
export async function uploadOne(
  client: Pick<Client, 'address' | 'session'>,
  target: { readonly mid: string; readonly path: string },
  open: () => NodeJS.ReadableStream,
  { size, modified, onBytes }: { size?: number; modified?: number; onBytes?: (n: number) => void },
): Promise<Entry> {
  const headers = {
    ...(size === undefined ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': size }),
    ...(modified === undefined ? {} : { 'X-Modified': modified }),
    // A large file is not sent before the node has said that it takes it.
    ...(size === undefined || size > 1024 * 1024 ? { Expect: '100-continue' } : {}),
  }
  const path = unitPath(target.mid, 'cur', target.path)
  const response = await ask(client, { method: 'PUT', path, headers }, (body) => {
    const content = open()
    if (onBytes !== undefined) content.on('data', (part: Buffer) => onBytes(part.length))
    return pipeline(content, body)
  })
  return (await answerOf(response)) as Entry
}

/** Opens a file for just the bytes that are announced, though it may be growing. */
export const contentOf = (file: string, size: number) => (): NodeJS.ReadableStream =>
  size === 0
    ? Readable.from([])
    : createReadStream(file, { end: size - 1, highWaterMark: 256 * 1024 })

/** @param onProgress bytes sent and bytes in all */
export async function uploadAll(
  client: Pick<Client, 'address' | 'session'>,
  mid: string,
  files: readonly Found[],
  onProgress: (sent: number, total: number) => void,
): Promise<Uploaded> {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let sent = 0
  let cid: string | undefined
  await forEachParallel(files, async ({ file, path, size, modified }) => {
    const content = contentOf(file, size)
    const onBytes = (count: number): void => {
      sent += count
      onProgress(sent, total)
    }
    const entry = await uploadOne(client, { mid, path }, content, { size, modified, onBytes })
    cid = entry.cid?.toString()
  })
  return { count: files.length, bytes: total, cid: files.length === 1 ? cid : undefined }
}

/** Reading files: whole, or as a stream of large pieces with one read ahead. */
import { type FileHandle, open } from 'node:fs/promises'
import { FileMissing } from '#world'
import { isMissing } from '../disk/failure.js'
import type { Room } from './room.js'

/** Bytes per piece of a stream: fewer make the trips to the thread pool felt. */
const pieceSize = 1024 * 1024

/** The whole file, undefined where there is none. */
export async function readFileWhole(path: string): Promise<Uint8Array | undefined> {
  const opened = await openFile(path)
  if (opened === undefined) return undefined
  const { file, size } = opened
  try {
    return await readPiece(file, 0, size)
  } finally {
    await file.close()
  }
}

/**
 * Bytes `start` to `end` (exclusive), as far as the file has them.
 * @throws FileMissing at the first read
 */
export async function* streamFile(
  path: string,
  name: string,
  range: { start?: number; end?: number },
  room: Room,
): AsyncGenerator<Uint8Array> {
  const opened = await room.during('a read', openFile(path))
  if (opened === undefined) throw new FileMissing(name)
  const { file, size } = opened
  let ahead: Promise<Uint8Array> | undefined
  try {
    const end = Math.min(range.end ?? size, size)
    let at = Math.max(0, range.start ?? 0)
    const readAhead = (): Promise<Uint8Array> | undefined => {
      if (at >= end) return undefined
      const reading = readPiece(file, at, Math.min(at + pieceSize, end))
      const piece = room.during('a read', reading)
      // A failure is thrown when its turn comes; without this it would count as unhandled.
      piece.catch(() => undefined)
      return piece
    }
    ahead = readAhead()
    while (ahead !== undefined) {
      const piece: Uint8Array = await ahead
      if (piece.length === 0) return
      at += piece.length
      ahead = readAhead()
      yield piece
    }
  } finally {
    await ahead?.catch(() => undefined)
    await file.close()
  }
}

/** An open file with its size in bytes. */
interface Opened {
  readonly file: FileHandle
  readonly size: number
}

async function openFile(path: string): Promise<Opened | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  const about = await file.stat()
  if (about.isFile()) return { file, size: about.size }
  await file.close()
  return undefined
}

async function readPiece(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  // Not zeroed: what was not read is cut off.
  const buffer = Buffer.allocUnsafeSlow(end - start)
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return new Uint8Array(buffer.buffer, 0, filled)
}

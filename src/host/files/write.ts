/** Writing a file whole: into a temporary one, piece by piece, synced before it gets its name. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import type { Room } from './room.js'

/** Small parts are put together into writes of this size, in bytes. */
const pieceSize = 1024 * 1024

export type Content = Uint8Array | AsyncIterable<Uint8Array>

/**
 * Writes the content to a new file and syncs it.
 * @returns bytes written @throws DiskFull, DiskFailed, or what the content throws; then the file is
 *   gone again
 */
export async function writeTemporary(path: string, content: Content, room: Room): Promise<number> {
  let file: FileHandle | undefined
  try {
    file = await room.during('a file', open(path, 'wx', 0o600))
    const size = await writeContent(file, content, room)
    // The fsync of the content; that of the name follows its rename.
    await room.during('a file', file.datasync())
    await room.during('a file', file.close())
    return size
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  }
}

async function writeContent(file: FileHandle, content: Content, room: Room): Promise<number> {
  let size = 0
  const put = (piece: Uint8Array): Promise<void> => {
    const at = size
    size += piece.length
    room.demand(piece.length)
    return room.during('a file', writeWhole(file, piece, at))
  }
  if (content instanceof Uint8Array) {
    await put(content)
    return size
  }
  // One piece is on its way to the disk while the next is made.
  let onItsWay: Promise<void> = Promise.resolve()
  try {
    for await (const piece of inPieces(content)) {
      await onItsWay
      onItsWay = put(piece)
      // The failure is thrown by the next await; without this it would count as unhandled.
      onItsWay.catch(() => undefined)
    }
  } finally {
    await onItsWay
  }
  return size
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    // A nearly full disk may take a part only.
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

/** The same bytes in pieces of at least `pieceSize`, the last one excepted. */
async function* inPieces(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(0)
  let filled = 0
  for await (const part of parts) {
    if (filled === 0 && part.length >= pieceSize) {
      yield part
      continue
    }
    for (let at = 0; at < part.length;) {
      if (filled === piece.length) piece = new Uint8Array(pieceSize)
      const taken = part.subarray(at, at + piece.length - filled)
      piece.set(taken, filled)
      filled += taken.length
      at += taken.length
      if (filled < piece.length) continue
      yield piece
      filled = 0
      piece = new Uint8Array(0)
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}

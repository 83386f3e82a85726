/**
 * Streams bytes into a response, straight to the socket, with back-pressure; closes what stalls.
 */
import type { ServerResponse } from 'node:http'
import { stallMillis } from '../exchange.js'

/** Resolves once the response takes more, or is gone. */
const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })

/** A stream whose first piece is already read: its errors come before the headers go out. */
export interface Started {
  readonly first: Uint8Array | undefined
  readonly rest: AsyncIterator<Uint8Array>
}

/** Reads the first piece. */
export async function startReading(source: AsyncIterable<Uint8Array>): Promise<Started> {
  const rest = source[Symbol.asyncIterator]()
  const { value, done } = await rest.next()
  return { first: done === true ? undefined : value, rest }
}

/**
 * Writes a started stream and ends the response. A source that breaks cuts the connection, so that
 * no reader takes a part for the whole.
 * @throws what the source throws
 */
export async function writeAll({ first, rest }: Started, outgoing: ServerResponse): Promise<void> {
  const { socket } = outgoing
  const stalled = (): void => {
    outgoing.destroy()
  }
  // A reader that takes nothing for this long holds the file and the socket no more.
  socket?.setTimeout(stallMillis, stalled)
  try {
    for (let piece = first; piece !== undefined;) {
      const next = rest.next()
      // It is awaited below; until then its failure must not count as unheard.
      next.catch(() => undefined)
      if (!outgoing.write(piece) && !outgoing.destroyed) await drained(outgoing)
      const { value, done } = await next
      if (outgoing.destroyed) break
      piece = done === true ? undefined : value
    }
    outgoing.end()
  } catch (error) {
    outgoing.destroy()
    throw error
  } finally {
    socket?.setTimeout(0)
    socket?.off('timeout', stalled)
    await rest.return?.()
  }
}

/**
 * Messages over one long-lived libp2p stream: four bytes of length (big endian), then the message.
 * The stream's own flow control is the back-pressure: a reader that waits stops the window updates,
 * and the sender's `send` waits in turn.
 */
import type { Stream } from '@libp2p/interface'
import { LeitherError } from '#base'
import { type Channel, type Peer, WireClosed } from '#world'
import { noteTraffic } from './bulk.js'

/** bytes of one message */
export const messageBytes = 4 * 1024 * 1024
/** bytes waiting for a slow reader before the other side is held */
const readAhead = 8 * 1024 * 1024
/** bytes that the other side may send before we have taken any of them */
const windowBytes = 4 * 1024 * 1024
/** bytes handed to the stream before `send` waits */
const writeAhead = 1024 * 1024
/** below this a copy is cheaper than a frame of the stream */
const joinedBytes = 32 * 1024

export class MessageTooLong extends LeitherError {
  constructor(bytes: number, limit: number) {
    const message = `a message of ${bytes} bytes is over the limit of ${limit}; send it in parts`
    super('MESSAGE_TOO_LONG', 'limit', message, { bytes, limit })
  }
}

type Pieces = { readonly byteLength: number } & Iterable<Uint8Array>

/** Cuts a stream of bytes into messages; copies each message once. */
class Cutter {
  private readonly head = new Uint8Array(4)
  private headFilled = 0
  private body: Uint8Array | undefined
  private bodyFilled = 0

  /** @throws MessageTooLong before any memory is taken for it */
  cut(piece: Uint8Array, found: (message: Uint8Array) => void): void {
    let at = 0
    while (at < piece.length) {
      if (this.body === undefined) at = this.readHead(piece, at)
      if (this.body === undefined) return
      const take = Math.min(this.body.length - this.bodyFilled, piece.length - at)
      this.body.set(piece.subarray(at, at + take), this.bodyFilled)
      this.bodyFilled += take
      at += take
      if (this.bodyFilled < this.body.length) return
      found(this.body)
      this.body = undefined
    }
  }

  private readHead(piece: Uint8Array, from: number): number {
    let at = from
    while (this.headFilled < 4 && at < piece.length) this.head[this.headFilled++] = piece[at++]
    if (this.headFilled < 4) return at
    const length = new DataView(this.head.buffer).getUint32(0)
    if (length === 0 || length > messageBytes) throw new MessageTooLong(length, messageBytes)
    this.headFilled = 0
    // Not zeroed: every byte is overwritten before anybody sees it.
    this.body = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
    noteTraffic(length)
    this.bodyFilled = 0
    return at
  }
}

/** The messages that have come and were not yet read. */
class Inbox {
  private readonly waiting: Uint8Array[] = []
  private bytes = 0
  private wake: (() => void) | undefined
  private ended = false
  private failure: Error | undefined

  constructor(private readonly hold: (held: boolean) => void) {}

  add(message: Uint8Array): void {
    if (this.ended) return
    this.waiting.push(message)
    this.bytes += message.length
    if (this.bytes > readAhead) this.hold(true)
    this.wake?.()
  }

  end(failure?: Error): void {
    if (this.ended) return
    this.ended = true
    this.failure = failure
    this.wake?.()
  }

  async *read(): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const message = this.waiting.shift()
      if (message !== undefined) {
        this.bytes -= message.length
        if (this.bytes <= readAhead / 2) this.hold(false)
        yield message
      } else if (this.ended) {
        if (this.failure !== undefined) throw this.failure
        return
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
        this.wake = undefined
      }
    }
  }
}

/** Resolves when the stream takes more or has ended. */
const nextDrain = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'idle', 'close'] as const) {
        stream.removeEventListener(event, done)
      }
      resolve()
    }
    for (const event of ['drain', 'idle', 'close'] as const) stream.addEventListener(event, done)
  })

/** The same bytes with neighbours joined where both are small. */
function* joinSmall(parts: readonly Uint8Array[]): Iterable<Uint8Array> {
  let small: Uint8Array[] = []
  for (const part of parts) {
    if (part.length < joinedBytes) {
      small.push(part)
      continue
    }
    if (small.length > 0) yield Buffer.concat(small)
    small = []
    yield part
  }
  if (small.length > 0) yield Buffer.concat(small)
}

/**
 * Opens the window that we receive through. Yamux begins with 256 KiB and widens it only where a
 * round trip takes a while; between near nodes it never does, and each pause of the reader, however
 * short, becomes one of the sender.
 */
function widen(stream: Stream): void {
  const yamux = stream as Stream & { recvWindow?: number; sendWindowUpdate?: () => void }
  if (yamux.recvWindow === undefined || yamux.sendWindowUpdate === undefined) return
  yamux.recvWindow = Math.max(yamux.recvWindow, windowBytes)
  yamux.sendWindowUpdate()
}

/**
 * The channel of an open stream.
 * @param stream negotiated for our protocol; used by nobody else from now on
 */
export function channelOf(stream: Stream, peer: Peer): Channel {
  let closing = false
  const holdable = (): boolean => stream.readStatus === 'readable' || stream.readStatus === 'paused'
  const inbox = new Inbox((held) => {
    if (!holdable()) return
    if (held) stream.pause()
    else stream.resume()
  })
  const cutter = new Cutter()
  const close = async (): Promise<void> => {
    if (closing) return
    closing = true
    inbox.end()
    // A reader that is gone must not hold the stream's bytes back, or the end never arrives.
    if (holdable()) stream.resume()
    await stream.close({ signal: AbortSignal.timeout(1000) }).catch((error: Error) => {
      stream.abort(error)
    })
  }
  widen(stream)
  stream.addEventListener('message', ({ data }) => {
    if (closing) return
    try {
      const pieces: Pieces | Uint8Array[] = data instanceof Uint8Array ? [data] : data
      for (const piece of pieces) cutter.cut(piece, (message) => inbox.add(message))
    } catch (error) {
      inbox.end(new WireClosed('the other side sent no valid message', error))
      stream.abort(error as Error)
    }
  })
  stream.addEventListener('end', () => void close())
  stream.addEventListener('close', ({ error }) => {
    inbox.end(error === undefined ? undefined : new WireClosed(error.message, error))
    closing = true
  })

  return {
    peer,
    async send(message) {
      const parts = message instanceof Uint8Array ? [message] : message
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      if (bytes > messageBytes) throw new MessageTooLong(bytes, messageBytes)
      if (closing) throw new WireClosed('the channel is closed')
      noteTraffic(bytes)
      const head = Buffer.allocUnsafe(4)
      head.writeUInt32BE(bytes)
      try {
        for (const piece of joinSmall([head, ...parts])) stream.send(piece)
      } catch (error) {
        throw new WireClosed((error as Error).message, error)
      }
      // `onDrain` of the stream resolves at once after its first use: watch the buffer instead.
      while (stream.writeBufferLength > writeAhead || stream.writableNeedsDrain) {
        if (stream.status !== 'open') throw new WireClosed('the link broke while sending')
        await nextDrain(stream)
      }
    },
    messages: () => inbox.read(),
    close,
  }
}

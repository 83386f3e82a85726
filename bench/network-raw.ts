/** A plain libp2p stream, as fast as libp2p lets it go: what sync is held against. */
import '../src/host/polyfill.js'
import { randomFillSync } from 'node:crypto'
import { noise } from '@libp2p/noise'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

export const rawProtocol = '/bench/raw/1.0.0'
const piece = 1024 * 1024

export const rawNode = () =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  })

const drained = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    for (const event of ['drain', 'close'] as const) {
      stream.addEventListener(event, () => resolve(), { once: true })
    }
  })

/** Sends content that is not in the processor's caches each time, as content of a disk is not. */
export async function sendPieces(stream: Stream, bytes: number): Promise<void> {
  const content = Array.from({ length: 64 }, () => randomFillSync(new Uint8Array(piece)))
  for (let i = 0; i * piece < bytes; i++) {
    if (!stream.send(content[i % content.length])) await drained(stream)
  }
  await stream.close()
}

/** Receives all that the node at the address sends. @returns MB per second */
export async function receiveRate(address: string): Promise<number> {
  const node = await rawNode()
  try {
    const stream = await node.dialProtocol(multiaddr(address), rawProtocol)
    const start = performance.now()
    let bytes = 0
    await new Promise<void>((resolve) => {
      stream.addEventListener('message', ({ data }) => void (bytes += data.byteLength))
      stream.addEventListener('end', () => resolve())
      stream.addEventListener('close', () => resolve())
    })
    return bytes / 1e6 / ((performance.now() - start) / 1000)
  } finally {
    await node.stop()
  }
}

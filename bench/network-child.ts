/**
 * The other process of bench/network.ts: a node that provides a file over its real disk, or the
 * sending end of a plain libp2p stream. Speaks over the IPC channel of `fork`.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import { addFile, openBlocks } from '#blocks'
import { cidOf, codecs, encodeCbor } from '#base'
import { openDisk, openWire, silentLog, systemClock } from '#host'
import { headRules, openFlow } from '#network'
import { makeHead, midOfMark, readHead, TestHeads } from '../src/network/flow-party.contract.js'
import { rawNode, rawProtocol, sendPieces } from './network-raw.js'

export type ToChild =
  | { readonly type: 'provide'; readonly home: string; readonly bytes: number }
  | { readonly type: 'update' }
  | { readonly type: 'raw'; readonly bytes: number }
  | { readonly type: 'end' }

export type FromChild =
  | { readonly type: 'here'; readonly address: string }
  | { readonly type: 'updated'; readonly seq: number; readonly at: number }

const piece = 1024 * 1024
const tell = (message: FromChild): void => void process.send?.(message)
const nowMillis = (): number => performance.timeOrigin + performance.now()

async function* noise(bytes: number): AsyncIterableIterator<Uint8Array> {
  for (let at = 0; at < bytes; at += piece) yield randomFillSync(new Uint8Array(piece))
}

async function provide(home: string, bytes: number) {
  const disk = await openDisk({ home })
  const blocks = openBlocks({ disk })
  const heads = new TestHeads()
  const log = silentLog()
  const wire = await openWire({
    seed: randomBytes(32),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    records: { leither: headRules(readHead) },
    log,
  })
  const clock = systemClock()
  const flow = await openFlow({ wire, blocks, disk, clock, log, heads, allows: () => false })
  let seq = 0
  const publish = async (content: AsyncIterable<Uint8Array>): Promise<number> => {
    const { cid } = await addFile(blocks, content)
    const version = encodeCbor({ number: ++seq, parents: [], root: cid })
    const versionCid = cidOf(codecs.dagCbor, version)
    await blocks.put(versionCid, version)
    const versions = [versionCid]
    await heads.take(makeHead({ mark: 'bench', seq, versions, content: versions, open: true }))
    const at = nowMillis()
    await flow.publish(midOfMark('bench'))
    return at
  }
  await publish(noise(bytes))
  tell({ type: 'here', address: wire.self().addresses[0] })
  return {
    update: async () => {
      const at = await publish(noise(piece))
      tell({ type: 'updated', seq, at })
    },
    close: async () => {
      await flow.close()
      await wire.close()
      await disk.close()
    },
  }
}

let running: Awaited<ReturnType<typeof provide>> | undefined

process.on('disconnect', () => process.exit())
process.on('message', (message: ToChild) => {
  void (async () => {
    if (message.type === 'provide') running = await provide(message.home, message.bytes)
    if (message.type === 'update') await running?.update()
    if (message.type === 'raw') {
      const node = await rawNode()
      await node.handle(rawProtocol, (stream) => sendPieces(stream, message.bytes))
      tell({ type: 'here', address: node.getMultiaddrs()[0].toString() })
    }
    if (message.type === 'end') {
      await running?.close()
      process.exit(0)
    }
  })()
})

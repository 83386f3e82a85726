/** The trustless gateway: blocks as they are, for readers who check them (`?format=raw|car`). */
import { CID } from '#base'
import type { Content, Node } from '#node'
import { type Exchange, reply } from '../exchange.js'
import { always, corsRead } from '../headers.js'
import { cachingOf, tagOf } from './content.js'
import { startReading, writeAll } from './stream.js'

export type Format = 'raw' | 'car'

/** The format asked for, by `?format=` or `Accept`; undefined for the content itself. */
export function formatOf({ query, incoming }: Pick<Exchange, 'query' | 'incoming'>) {
  const named = query.get('format')
  if (named === 'raw' || named === 'car') return named
  const types = incoming.headers.accept ?? ''
  if (types.includes('application/vnd.ipld.raw')) return 'raw'
  if (types.includes('application/vnd.ipld.car')) return 'car'
  return undefined
}

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0
  for (let i = 0; i < 8 && at + i < bytes.length; i++) {
    value += (bytes[at + i] & 0x7f) * 2 ** (7 * i)
    if (bytes[at + i] < 0x80) return { value, next: at + i + 1 }
  }
  return undefined
}

/** The first section of a CAR after its header: a CID and its bytes. */
function firstSection(bytes: Uint8Array): Uint8Array | undefined {
  const header = readVarint(bytes, 0)
  if (header === undefined) return undefined
  const section = readVarint(bytes, header.next + header.value)
  if (section === undefined || bytes.length < section.next + section.value) return undefined
  return bytes.subarray(section.next, section.next + section.value)
}

/** The root block of a CAR: its first. */
async function rootBlock(car: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let bytes: Uint8Array = Buffer.alloc(0)
  for await (const piece of car) {
    bytes = Buffer.concat([bytes, piece])
    const section = firstSection(bytes)
    if (section !== undefined) return CID.decodeFirst(section)[1]
  }
  throw new Error('the archive holds no block')
}

/** Sends the block, or the whole DAG, that the content begins with. */
export async function sendBlocks(
  exchange: Exchange,
  node: Pick<Node, 'exportCar'>,
  content: Content,
  format: Format,
): Promise<void> {
  const { cid } = content
  const name = `${cid.toString()}.${format === 'raw' ? 'bin' : 'car'}`
  const headers = {
    ...always,
    ...corsRead,
    'Cache-Control': cachingOf(content),
    'Content-Disposition': `attachment; filename="${name}"`,
    ETag: tagOf(content).replace(/"$/, `.${format}"`),
    'Content-Type':
      format === 'raw' ? 'application/vnd.ipld.raw' : 'application/vnd.ipld.car; version=1',
  }
  if (exchange.incoming.method === 'HEAD') {
    exchange.outgoing.writeHead(200, headers).end()
    return
  }
  const car = await node.exportCar(exchange.caller, cid)
  if (format === 'raw') {
    reply(exchange, 200, headers, await rootBlock(car))
    return
  }
  const started = await startReading(car)
  exchange.outgoing.writeHead(200, headers)
  await writeAll(started, exchange.outgoing)
}

/** `PUT /mm/<mid>/path`: a whole file into the working copy, streamed. */
import { BadInput, limits, toJson } from '#base'
import type { Node } from '#node'
import { LengthNeeded, RequestTooLarge, UploadBroken } from '../errors.js'
import { bodyOf, type Exchange, reply } from '../exchange.js'
import { always, corsOwn } from '../headers.js'
import { encodePath, type UnitAddress } from './address.js'

/** The body, counted: too much, too little and a broken connection all stop the write. */
async function* counted(
  exchange: Exchange,
  expected: number | undefined,
): AsyncGenerator<Uint8Array> {
  let got = 0
  try {
    for await (const piece of bodyOf(exchange)) {
      got += piece.length
      if (got > limits.fileBytes) throw new RequestTooLarge(limits.fileBytes)
      yield piece
    }
  } catch (error) {
    if (exchange.incoming.complete || error instanceof RequestTooLarge) throw error
    throw new UploadBroken(got, expected)
  }
  if (!exchange.incoming.complete || (expected !== undefined && got !== expected)) {
    throw new UploadBroken(got, expected)
  }
}

function lengthOf({ incoming }: Exchange): number | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
  if (length === undefined && encoding === undefined) throw new LengthNeeded()
  if (length === undefined) return undefined
  if (Number(length) > limits.fileBytes) throw new RequestTooLarge(limits.fileBytes)
  return Number(length)
}

function modifiedOf({ incoming }: Exchange): number | undefined {
  const header = incoming.headers['x-modified']
  if (header === undefined) return undefined
  const millis = Number(header)
  if (Number.isSafeInteger(millis) && millis >= 0) return millis
  throw new BadInput('X-Modified is no time', 'it is milliseconds since 1970')
}

/** Stores the body; answered once it is durable. @throws what the node throws */
export async function takeUpload(
  exchange: Exchange,
  node: Pick<Node, 'writeUnitPath'>,
  { mid, version, path, slash }: UnitAddress,
): Promise<void> {
  if (version !== undefined && version !== 'cur') {
    throw new BadInput(`version ${version} is read-only`, 'upload to the working copy, cur')
  }
  if (path === '' || slash) throw new BadInput('the address names no file', 'put a file name last')
  const expected = lengthOf(exchange)
  const modified = modifiedOf(exchange)
  const gone = new AbortController()
  exchange.outgoing.once('close', () => gone.abort())
  const context = { caller: exchange.caller, signal: gone.signal }
  const content = counted(exchange, expected)
  const entry = await node.writeUnitPath(context, mid, path, content, modified)
  const { origin } = exchange.caller
  reply(
    exchange,
    201,
    {
      ...always,
      ...(origin === undefined ? {} : corsOwn(origin)),
      'Content-Type': 'application/json; charset=utf-8',
      Location: `/mm/${mid}:cur/${encodePath(path)}`,
    },
    toJson(entry),
  )
}

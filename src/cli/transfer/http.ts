/** HTTP for whole files: few connections that stay open, bytes piped from and to the disk. */
import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { fromJson, LeitherError, type ErrorData, type ErrorKind } from '#base'
import { type Client, NodeUnreachable } from '#client'
import { FileUnusable } from '../errors.js'

export const parallel = 8

const settings = { keepAlive: true, maxSockets: parallel }
const agents = { 'http:': new Agent(settings), 'https:': new SecureAgent(settings) }

export interface Ask {
  readonly method: 'GET' | 'PUT'
  /** path of the node's web address, encoded */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | number>>
}

/** The unit's file as the gateway names it. */
export function unitPath(mid: string, version: string, path: string): string {
  const names = path.split('/').filter((name) => name !== '')
  return `/mm/${mid}:${version}/${names.map(encodeURIComponent).join('/')}`
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

async function errorOf(response: IncomingMessage): Promise<LeitherError> {
  const text = await textOf(response)
  try {
    const { error } = fromJson(text) as unknown as { error: Record<string, unknown> }
    const { code, kind, message, data } = error
    return new LeitherError(
      String(code),
      String(kind) as ErrorKind,
      String(message),
      data as ErrorData,
    )
  } catch {
    const status = response.statusCode ?? 0
    return new LeitherError('HTTP_FAILED', 'internal', `the node answered with status ${status}`)
  }
}

/**
 * Asks the node and resolves with its good answer, or with its error.
 * @param send writes the body and ends it; without, there is none
 */
export function ask(
  client: Pick<Client, 'address' | 'session'>,
  { method, path, headers = {} }: Ask,
  send?: (body: NodeJS.WritableStream) => Promise<void>,
): Promise<IncomingMessage> {
  const url = new URL(path, client.address)
  const sid = client.session?.sid
  const authority = sid === undefined ? {} : { Authorization: `Bearer ${sid}` }
  const secure = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const asked = (secure ? secureRequest : request)(url, {
      method,
      agent: agents[secure ? 'https:' : 'http:'],
      headers: { ...headers, ...authority },
    })
    asked.on('response', (response) => {
      if ((response.statusCode ?? 0) < 300) resolve(response)
      else errorOf(response).then(reject, reject)
    })
    asked.on('error', (error) => reject(new NodeUnreachable(client.address, error)))
    if (send === undefined) {
      asked.end()
      return
    }
    const begin = (): void => {
      send(asked).catch((error: NodeJS.ErrnoException) => {
        // The file is at fault, or else the connection, which speaks for itself.
        if (error.path !== undefined) reject(new FileUnusable(error.path, error))
        asked.destroy(error)
      })
    }
    if (headers.Expect === undefined) begin()
    else asked.once('continue', begin).flushHeaders()
  })
}

/** The whole answer as a value. */
export const answerOf = async (response: IncomingMessage): Promise<unknown> =>
  fromJson(await textOf(response))

/** Does `work` for every item, `parallel` at a time; the first failure stops the rest. */
export async function forEachParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return
      await work(item).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker))
}

/** `POST /api/<method>`, the list of methods, and the OpenAPI document. */
import { fromJson, limits, toJson } from '#base'
import { type MethodName, methods, openApiDocument } from '#api'
import type { Node } from '#node'
import { WebSocketNeeded } from './errors.js'
import { type Exchange, readText, reply } from './exchange.js'
import { always, corsOwn } from './headers.js'

const json = { ...always, 'Content-Type': 'application/json; charset=utf-8' } as const

/** Calls one method with a JSON body and answers its result. */
export async function serveCall(exchange: Exchange, node: Pick<Node, 'call'>): Promise<void> {
  // The node answers names that it does not know.
  const name = exchange.path.slice('/api/'.length) as MethodName
  if (name.startsWith('events.')) throw new WebSocketNeeded(name)
  const text = await readText(exchange, limits.requestBytes)
  const params = text.trim() === '' ? {} : fromJson(text)
  const gone = new AbortController()
  exchange.outgoing.once('close', () => gone.abort())
  const result = await node.call(name, params, { caller: exchange.caller, signal: gone.signal })
  const { origin } = exchange.caller
  const headers = { ...json, 'Cache-Control': 'no-store' }
  const cors = origin === undefined ? {} : corsOwn(origin)
  reply(exchange, 200, { ...headers, ...cors }, toJson(result))
}

/** `GET /api`: every method with what it needs. */
export function serveMethods(exchange: Exchange): void {
  const list = Object.entries(methods).map(([name, { summary, needs, errors }]) => ({
    name,
    summary,
    needs,
    errors,
  }))
  reply(exchange, 200, { ...json, 'Cache-Control': 'no-cache' }, toJson({ methods: list }, 1))
}

let document: string | undefined

/** `GET /openapi.json`, made at first use. @param version of the node */
export function serveOpenApi(exchange: Exchange, version: string): void {
  document ??= JSON.stringify(openApiDocument(methods, version), undefined, 1)
  const headers = { ...json, 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-cache' }
  reply(exchange, 200, headers, document)
}

/** JSON-RPC 2.0 messages: read with suspicion, written as DAG-JSON. */
import { fromJson, LeitherError, toJson, type Value } from '#base'
import type { Failure } from '../failure.js'

export type RpcId = string | number | null

export interface RpcRequest {
  /** undefined: a notification, which gets no answer */
  readonly id: RpcId | undefined
  readonly method: string
  readonly params: Value
  /** session for this call alone; undefined: that of the connection */
  readonly sid: string | undefined
}

/** A message that cannot be called, ready to be answered. */
export interface RpcRefusal {
  readonly id: RpcId
  readonly error: { readonly code: number; readonly message: string }
}

export type RpcItem = RpcRequest | RpcRefusal

/** Most requests in one batch. */
export const batchLimit = 1000

const refusal = (code: number, message: string, id: RpcId = null): RpcRefusal => ({
  id,
  error: { code, message },
})

const isId = (id: unknown): id is RpcId | undefined =>
  id === undefined ||
  id === null ||
  typeof id === 'number' ||
  (typeof id === 'string' && id.length <= 128)

function readItem(value: unknown): RpcItem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refusal(-32600, 'a request is an object {jsonrpc, id, method, params}')
  }
  const { jsonrpc, id, method, params, sid } = value as Record<string, unknown>
  if (!isId(id)) return refusal(-32600, 'an id is a number or a text of at most 128 characters')
  if (jsonrpc !== '2.0') return refusal(-32600, 'jsonrpc must be "2.0"', id ?? null)
  if (typeof method !== 'string') return refusal(-32600, 'method must be a text', id ?? null)
  if (
    params !== undefined &&
    (typeof params !== 'object' || params === null || Array.isArray(params))
  ) {
    return refusal(-32602, 'params must be an object of named parameters', id ?? null)
  }
  if (sid !== undefined && typeof sid !== 'string') {
    return refusal(-32600, 'sid must be a text', id ?? null)
  }
  return { id, method, params: (params ?? {}) as Value, sid }
}

/** Reads one message: a request, or a batch of them. */
export function readMessage(text: string): RpcItem | readonly RpcItem[] {
  let value: unknown
  try {
    value = fromJson(text)
  } catch (error) {
    return refusal(-32700, error instanceof LeitherError ? error.message : 'this is no JSON')
  }
  if (!Array.isArray(value)) return readItem(value)
  if (value.length === 0) return refusal(-32600, 'a batch holds at least one request')
  if (value.length > batchLimit) {
    return refusal(-32600, `a batch holds at most ${batchLimit} requests`)
  }
  return value.map(readItem)
}

const rpcCodes: Readonly<Record<string, number>> = {
  UNKNOWN_METHOD: -32601,
  BAD_INPUT: -32602,
  INTERNAL: -32603,
}

/** The answer of a call that went well. */
export const resultMessage = (id: RpcId, result: unknown): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${toJson(result)}}`

/** The answer of a call that failed: our own code and kind are in `data`. */
export function failureMessage(id: RpcId, { code, kind, message, data }: Failure): string {
  const error = { code: rpcCodes[code] ?? -32000, message, data: { ...data, code, kind } }
  return JSON.stringify({ jsonrpc: '2.0', id, error })
}

export const refusalMessage = ({ id, error }: RpcRefusal): string => {
  const data = { code: 'BAD_INPUT', kind: 'bad-input' }
  return JSON.stringify({ jsonrpc: '2.0', id, error: { ...error, data } })
}

export const notification = (method: 'event' | 'progress', params: unknown): string =>
  `{"jsonrpc":"2.0","method":"${method}","params":${toJson(params)}}`

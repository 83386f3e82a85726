/**
 * DAG-JSON: how values cross the API as JSON. Bytes are `{"/":{"bytes":"base64"}}`, CIDs are
 * `{"/":"bafy…"}`, integers beyond 2^53 are plain digits read as bigint only where they arrive so.
 */
import { CID } from 'multiformats/cid'
import { fromBase64, toBase64 } from './bytes.js'
import type { Value } from './cbor.js'
import { BadInput } from './errors.js'

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function toTree(value: unknown): unknown {
  if (typeof value === 'bigint') {
    if (Number.isSafeInteger(Number(value))) return Number(value)
    return { '/': { int: value.toString() } }
  }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return { '/': { bytes: toBase64(value).replace(/=+$/, '') } }
  if (Array.isArray(value)) return value.map(toTree)
  const cid = CID.asCID(value)
  if (cid !== null) return { '/': cid.toString() }
  if (!isPlain(value))
    throw new BadInput('an object of a class cannot cross the API', 'send plain data')
  const tree: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) tree[key] = toTree(item)
  }
  return tree
}

function fromLink(link: unknown): unknown {
  if (typeof link === 'string') return CID.parse(link)
  if (typeof link === 'object' && link !== null) {
    const { bytes, int } = link as { bytes?: unknown; int?: unknown }
    if (typeof bytes === 'string') return fromBase64(bytes)
    if (typeof int === 'string' && /^-?\d{1,20}$/.test(int)) return BigInt(int)
  }
  return undefined
}

function fromTree(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.map(fromTree)
  const keys = Object.keys(tree)
  const record = tree as Record<string, unknown>
  if (keys.length === 1 && keys[0] === '/') {
    const value = fromLink(record['/'])
    if (value === undefined)
      throw new BadInput('the reserved key "/" holds no bytes and no CID', 'rename it')
    return value
  }
  const value: Record<string, unknown> = {}
  for (const key of keys) {
    // A key such as "__proto__" must stay data.
    Object.defineProperty(value, key, {
      value: fromTree(record[key]),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return value
}

/** JSON text of a value. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(toTree(value), undefined, indent)

/** The value of a JSON text; its shape is the caller's to check. @throws BadInput */
export function fromJson(text: string): Value {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch (error) {
    throw new BadInput(
      'this is no JSON',
      error instanceof Error ? error.message : 'check the quotes',
    )
  }
  // Nothing to turn back: the common case costs one search.
  if (!text.includes('"/"') && !text.includes('__proto__')) return tree as Value
  return fromTree(tree) as Value
}

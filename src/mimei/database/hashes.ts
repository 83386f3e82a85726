/** Hashes: values under fields under a name. The number of fields is kept beside the name. */
import type { Value } from '#base'
import type { ScanOptions } from './database.js'
import type { Draft, Getter } from './draft.js'
import { itemHead, itemKey, nameKey, space, textBehind } from './layout.js'
import type { Reader } from './reader.js'
import { entriesBehind, scanBehind } from './scanning.js'
import { added, decodeValue, encodeValue, integerOf, lengthOf } from './values.js'

export interface FieldValue {
  readonly field: string
  readonly value: Value
}

const fieldHead = (key: string): Uint8Array => itemHead(space.hashField, key)
const fieldKey = (key: string, field: string): Uint8Array => itemKey(fieldHead(key), field, 'field')

export function hget(from: Getter, key: string, field: string): Value | undefined {
  const value = from.get(fieldKey(key, field))
  return value === undefined ? undefined : decodeValue(value)
}

export function hmget(from: Getter, key: string, fields: readonly string[]): (Value | undefined)[] {
  const head = fieldHead(key)
  return fields.map((field) => {
    const value = from.get(itemKey(head, field, 'field'))
    return value === undefined ? undefined : decodeValue(value)
  })
}

export const hlen = (from: Getter, key: string): number =>
  lengthOf(from.get(nameKey(space.hash, key)))

export async function hgetall(reader: Reader, key: string): Promise<FieldValue[]> {
  const head = fieldHead(key)
  const found: FieldValue[] = []
  for await (const [stored, value] of entriesBehind(reader, head)) {
    found.push({ field: textBehind(stored, head.length), value: decodeValue(value) })
  }
  return found
}

export async function hkeys(reader: Reader, key: string): Promise<string[]> {
  const head = fieldHead(key)
  const found: string[] = []
  for await (const [stored] of entriesBehind(reader, head)) {
    found.push(textBehind(stored, head.length))
  }
  return found
}

export const hscan = (reader: Reader, key: string, options: ScanOptions): Promise<FieldValue[]> =>
  scanBehind(reader, fieldHead(key), 'field', options, (field, value) => ({
    field,
    value: decodeValue(value),
  }))

/** @returns how many fields are new */
export function hmset(draft: Draft, key: string, pairs: readonly FieldValue[]): number {
  if (pairs.length === 0) return 0
  const head = fieldHead(key)
  let more = 0
  for (const { field, value } of pairs) {
    const stored = itemKey(head, field, 'field')
    if (draft.get(stored) === undefined) more++
    draft.put(stored, encodeValue(value))
  }
  draft.touch('hash', key)
  resize(draft, key, more)
  return more
}

/** @returns how many there were */
export function hdel(draft: Draft, key: string, fields: readonly string[]): number {
  const head = fieldHead(key)
  let removed = 0
  for (const field of fields) {
    const stored = itemKey(head, field, 'field')
    if (draft.get(stored) === undefined) continue
    draft.put(stored, undefined)
    removed++
  }
  if (removed > 0) draft.touch('hash', key)
  resize(draft, key, -removed)
  return removed
}

/** @throws NotAnInteger */
export function hincrby(draft: Draft, key: string, field: string, delta: number): number {
  const what = `"${field.slice(0, 80)}" of "${key.slice(0, 80)}"`
  const value = added(integerOf(draft.get(fieldKey(key, field)), what), delta, what)
  hmset(draft, key, [{ field, value }])
  return value
}

function resize(draft: Draft, key: string, by: number): void {
  if (by === 0) return
  const name = nameKey(space.hash, key)
  const length = lengthOf(draft.get(name)) + by
  draft.put(name, length === 0 ? undefined : encodeValue(length))
}

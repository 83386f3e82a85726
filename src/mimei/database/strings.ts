/** Strings: one value under a name; counters are strings that hold an integer. */
import type { Value } from '#base'
import type { Draft, Getter } from './draft.js'
import { nameKey, space } from './layout.js'
import { added, decodeValue, encodeValue, integerOf } from './values.js'

const stringKey = (key: string): Uint8Array => nameKey(space.string, key)

export function get(from: Getter, key: string): Value | undefined {
  const value = from.get(stringKey(key))
  return value === undefined ? undefined : decodeValue(value)
}

export const exists = (from: Getter, key: string): boolean => from.get(stringKey(key)) !== undefined

/** Characters of a text, bytes of bytes, digits of an integer, else bytes of CBOR. */
export function strlen(from: Getter, key: string): number {
  const encoded = from.get(stringKey(key))
  if (encoded === undefined) return 0
  const value = decodeValue(encoded)
  if (typeof value === 'string') return Array.from(value).length
  if (value instanceof Uint8Array) return value.length
  return Number.isInteger(value) ? String(value).length : encoded.length
}

export function set(draft: Draft, key: string, value: Value): void {
  draft.touch('string', key)
  draft.put(stringKey(key), encodeValue(value))
}

/** @returns how many there were */
export function del(draft: Draft, keys: readonly string[]): number {
  let removed = 0
  for (const key of keys) {
    const stored = stringKey(key)
    if (draft.get(stored) === undefined) continue
    draft.touch('string', key)
    draft.put(stored, undefined)
    removed++
  }
  return removed
}

/** @throws NotAnInteger */
export function incrby(draft: Draft, key: string, delta: number): number {
  const what = `"${key.slice(0, 80)}"`
  const value = added(integerOf(draft.get(stringKey(key)), what), delta, what)
  set(draft, key, value)
  return value
}

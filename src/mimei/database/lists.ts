/**
 * Lists: values under consecutive integers; beside the name the first of them and the length. The
 * integers tell from which end values came and went, so two lists with the same values may have
 * different roots: counting anew at every backup would cost the whole list for every `lpush`.
 */
import { type Value, decodeCbor } from '#base'
import type { Draft, Getter } from './draft.js'
import { IndexOutOfRange, TreeCorrupt } from './errors.js'
import { integerKey, itemHead, nameKey, space } from './layout.js'
import type { Reader } from './reader.js'
import { partOf } from './scanning.js'
import { decodeValue, encodeValue } from './values.js'

interface Extent {
  /** integer of the first value */
  readonly first: number
  readonly length: number
}

const itemsHead = (key: string): Uint8Array => itemHead(space.listItem, key)

function extentOf(from: Getter, key: string): Extent {
  const stored = from.get(nameKey(space.list, key))
  if (stored === undefined) return { first: 0, length: 0 }
  const value = decodeCbor(stored)
  if (Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)) {
    const [first, length] = value as [number, number]
    if (length > 0) return { first, length }
  }
  throw new TreeCorrupt('a list without an extent')
}

function keepExtent(draft: Draft, key: string, { first, length }: Extent): void {
  draft.touch('list', key)
  draft.put(nameKey(space.list, key), length === 0 ? undefined : encodeValue([first, length]))
}

export const llen = (from: Getter, key: string): number => extentOf(from, key).length

/** Place from the first value for an index from either end; undefined where there is none. */
function placeOf(length: number, index: number): number | undefined {
  const place = index < 0 ? index + length : index
  return Number.isSafeInteger(place) && place >= 0 && place < length ? place : undefined
}

export function lindex(from: Getter, key: string, index: number): Value | undefined {
  const { first, length } = extentOf(from, key)
  const place = placeOf(length, index)
  if (place === undefined) return undefined
  const value = from.get(integerKey(itemsHead(key), first + place))
  return value === undefined ? undefined : decodeValue(value)
}

export async function lrange(
  reader: Reader,
  key: string,
  start: number,
  stop: number,
): Promise<Value[]> {
  const { first, length } = extentOf(reader, key)
  const part = partOf(length, start, stop)
  if (part === undefined) return []
  const head = itemsHead(key)
  const from = integerKey(head, first + part.first)
  const to = integerKey(head, first + part.last + 1)
  const values: Value[] = []
  for await (const [, value] of reader.entries({ from, to })) values.push(decodeValue(value))
  return values
}

/** One after another, as Redis does: the last one given is the first of the list. */
export function lpush(draft: Draft, key: string, values: readonly Value[]): number {
  const { first, length } = extentOf(draft, key)
  if (values.length === 0) return length
  const head = itemsHead(key)
  values.forEach((value, i) => draft.put(integerKey(head, first - 1 - i), encodeValue(value)))
  keepExtent(draft, key, { first: first - values.length, length: length + values.length })
  return length + values.length
}

export function rpush(draft: Draft, key: string, values: readonly Value[]): number {
  const { first, length } = extentOf(draft, key)
  if (values.length === 0) return length
  const head = itemsHead(key)
  values.forEach((value, i) => draft.put(integerKey(head, first + length + i), encodeValue(value)))
  keepExtent(draft, key, { first, length: length + values.length })
  return length + values.length
}

export function pop(draft: Draft, key: string, end: 'first' | 'last'): Value | undefined {
  const { first, length } = extentOf(draft, key)
  if (length === 0) return undefined
  const stored = integerKey(itemsHead(key), end === 'first' ? first : first + length - 1)
  const value = draft.get(stored)
  draft.put(stored, undefined)
  keepExtent(draft, key, { first: end === 'first' ? first + 1 : first, length: length - 1 })
  return value === undefined ? undefined : decodeValue(value)
}

/** @throws IndexOutOfRange */
export function lset(draft: Draft, key: string, index: number, value: Value): void {
  const { first, length } = extentOf(draft, key)
  const place = placeOf(length, index)
  if (place === undefined) throw new IndexOutOfRange(key, index, length)
  draft.touch('list', key)
  draft.put(integerKey(itemsHead(key), first + place), encodeValue(value))
}

/**
 * Where each type lies in the one ordered key space (docs/internals/database.md). Every type has
 * name spaces of its own, so `set a` and `lpush a` do not meet. The first byte is the space; names
 * of hashes, lists, sets and sorted sets stand alone in one space (for scans and lengths) and, with
 * two bytes of length before them, in front of their fields, values or members in another.
 * Spaces from 0x80 on belong to the unit around the database.
 */
import { compare, limits, toText } from '#base'
import type { KeyType } from './database.js'
import { KeyInvalid, KeyTooLong, ScoreInvalid } from './errors.js'

export const space = {
  /** name -> value */
  string: 0x01,
  /** name -> number of fields */
  hash: 0x02,
  /** name, field -> value */
  hashField: 0x03,
  /** name -> [index of the first value, number of values] */
  list: 0x04,
  /** name, index (int64) -> value */
  listItem: 0x05,
  /** name -> number of members */
  set: 0x06,
  /** name, member -> null */
  setMember: 0x07,
  /** name -> number of members */
  zset: 0x08,
  /** name, member -> score */
  zsetMember: 0x09,
  /** name, score (int64), member -> null */
  zsetScore: 0x0a,
} as const

/** End of all keys of a database, exclusive. */
export const endOfDatabase = Uint8Array.of(0x80)

const encoder = new TextEncoder()
const noHead = new Uint8Array(0)

/**
 * `head | UTF-8 of text`, in one array.
 * @throws KeyTooLong, KeyInvalid (a lone surrogate would be read back as another name)
 */
function joined(head: Uint8Array, text: string, what: string): Uint8Array {
  if (typeof text !== 'string') throw new KeyInvalid(what, 'is no text')
  const { length } = text
  if (length > limits.keyBytes) throw new KeyTooLong(what, length, limits.keyBytes)
  const key = new Uint8Array(head.length + length)
  key.set(head)
  for (let i = 0, at = head.length; i < length; i++, at++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return joinedWide(head, text, what)
    key[at] = code
  }
  return key
}

function joinedWide(head: Uint8Array, text: string, what: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) throw new KeyInvalid(what, 'has half of a surrogate pair')
  const bytes = encoder.encode(text)
  if (bytes.length > limits.keyBytes) throw new KeyTooLong(what, bytes.length, limits.keyBytes)
  const key = new Uint8Array(head.length + bytes.length)
  key.set(head)
  key.set(bytes, head.length)
  return key
}

const spaceHeads = Array.from({ length: 16 }, (_, byte) => Uint8Array.of(byte))

/** Key of a name by itself: `space | name`. @throws KeyTooLong, KeyInvalid */
export const nameKey = (of: number, name: string): Uint8Array => joined(spaceHeads[of], name, 'key')

/** What all items of one name begin with: `space | length of name (u16) | name`. */
export function itemHead(of: number, name: string): Uint8Array {
  const bytes = joined(noHead, name, 'key')
  const head = new Uint8Array(3 + bytes.length)
  head[0] = of
  head[1] = bytes.length >>> 8
  head[2] = bytes.length
  head.set(bytes, 3)
  return head
}

/** What errors call the text that is looked for. */
export type ItemName = 'key' | 'field' | 'member'

/** Key of a field or member below a head. @throws KeyTooLong, KeyInvalid */
export const itemKey = (head: Uint8Array, item: string, what: ItemName): Uint8Array =>
  joined(head, item, what)

/** The text behind a head. */
export const textBehind = (key: Uint8Array, headLength: number): string =>
  toText(key.subarray(headLength))

/** Writes an integer so that byte order is its order: int64, big-endian, sign bit turned. */
function writeInteger(into: Uint8Array, at: number, value: number): void {
  let high = Math.floor(value / 0x100000000)
  let low = value - high * 0x100000000
  high += 0x80000000
  for (let i = 3; i >= 0; i--) {
    into[at + i] = high % 256
    into[at + 4 + i] = low % 256
    high = Math.floor(high / 256)
    low = Math.floor(low / 256)
  }
}

/** The integer that `writeInteger` wrote. */
export function readInteger(bytes: Uint8Array, at: number): number {
  let high = 0
  let low = 0
  for (let i = 0; i < 4; i++) {
    high = high * 256 + bytes[at + i]
    low = low * 256 + bytes[at + 4 + i]
  }
  return (high - 0x80000000) * 0x100000000 + low
}

/** Key below a head for an integer, then perhaps more bytes. */
export function integerKey(head: Uint8Array, value: number, more: Uint8Array = noHead): Uint8Array {
  const key = new Uint8Array(head.length + 8 + more.length)
  key.set(head)
  writeInteger(key, head.length, value)
  key.set(more, head.length + 8)
  return key
}

/** @throws ScoreInvalid */
export function checkScore(score: number): number {
  if (!Number.isSafeInteger(score)) throw new ScoreInvalid(String(score))
  // -0 and 0 are one score.
  return score + 0
}

/** The smallest key above every key that begins with `head`. */
export function endOf(head: Uint8Array): Uint8Array {
  const end = head.slice()
  for (let at = end.length - 1; at >= 0; at--) {
    if (end[at] === 0xff) continue
    end[at]++
    return end.subarray(0, at + 1)
  }
  return endOfDatabase
}

/** The smallest key above `key`. */
export function after(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1)
  next.set(key)
  return next
}

export const laterOf = (a: Uint8Array, b: Uint8Array): Uint8Array => (compare(a, b) >= 0 ? a : b)
export const earlierOf = (a: Uint8Array, b: Uint8Array): Uint8Array => (compare(a, b) <= 0 ? a : b)

export const keyTypes: readonly KeyType[] = ['string', 'hash', 'list', 'set', 'zset']

/** What a key of the tree stands for, as people read it. */
export interface KeyMeaning {
  readonly type: KeyType
  readonly key: string
  /** field, index or member; undefined for the name itself */
  readonly field: string | undefined
  /** says the same as another key (the order by score) */
  readonly shadow: boolean
}

/** @returns undefined for a key that no type has */
export function meaningOf(key: Uint8Array): KeyMeaning | undefined {
  const nameSpace = keyTypes.find((type) => space[type] === key[0])
  if (nameSpace !== undefined) {
    return { type: nameSpace, key: textBehind(key, 1), field: undefined, shadow: false }
  }
  const length = (key[1] << 8) | key[2]
  const name = toText(key.subarray(3, 3 + length))
  const at = 3 + length
  const item = (type: KeyType, field: string, shadow = false): KeyMeaning => ({
    type,
    key: name,
    field,
    shadow,
  })
  switch (key[0]) {
    case space.hashField:
      return item('hash', textBehind(key, at))
    case space.listItem:
      return item('list', String(readInteger(key, at)))
    case space.setMember:
      return item('set', textBehind(key, at))
    case space.zsetMember:
      return item('zset', textBehind(key, at))
    case space.zsetScore:
      return item('zset', textBehind(key, at + 8), true)
    default:
      return undefined
  }
}

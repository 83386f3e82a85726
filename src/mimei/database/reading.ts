/** The reading half of a database over any view of its entries. */
import { BadInput } from '#base'
import type { KeyType, Reading } from './database.js'
import * as hashes from './hashes.js'
import { keyTypes, space } from './layout.js'
import * as lists from './lists.js'
import type { Reader } from './reader.js'
import { scanBehind } from './scanning.js'
import * as sets from './sets.js'
import * as strings from './strings.js'
import * as zsets from './zsets.js'

export const readingOf = (reader: Reader): Reading => ({
  get: (key) => strings.get(reader, key),
  exists: (key) => strings.exists(reader, key),
  strlen: (key) => strings.strlen(reader, key),
  hget: (key, field) => hashes.hget(reader, key, field),
  hmget: (key, fields) => hashes.hmget(reader, key, fields),
  hgetall: async (key) => hashes.hgetall(reader, key),
  hkeys: async (key) => hashes.hkeys(reader, key),
  hlen: (key) => hashes.hlen(reader, key),
  hscan: async (key, options = {}) => hashes.hscan(reader, key, options),
  llen: (key) => lists.llen(reader, key),
  lindex: (key, index) => lists.lindex(reader, key, index),
  lrange: async (key, start, stop) => lists.lrange(reader, key, start, stop),
  scard: (key) => sets.scard(reader, key),
  sismember: (key, member) => sets.sismember(reader, key, member),
  smembers: async (key) => sets.smembers(reader, key),
  sdiff: async (...keys) => sets.sdiff(reader, keys),
  sinter: async (...keys) => sets.sinter(reader, keys),
  sunion: async (...keys) => sets.sunion(reader, keys),
  zscore: (key, member) => zsets.zscore(reader, key, member),
  zcard: (key) => zsets.zcard(reader, key),
  zrank: async (key, member) => zsets.zrank(reader, key, member),
  zcount: async (key, min, max) => zsets.zcount(reader, key, min, max),
  zrange: async (key, start, stop, reverse = false) =>
    zsets.zrange(reader, key, start, stop, reverse),
  zrangebyscore: async (key, min, max, offset = 0, count = -1, reverse = false) =>
    zsets.zrangebyscore(reader, key, { min, max }, { offset, count, reverse }),
  scan: async (type, options = {}) =>
    scanBehind(reader, Uint8Array.of(spaceOf(type)), 'key', options, (name) => name),
  counts: () => counts(reader),
})

/** The space of a type's names. @throws BadInput */
export function spaceOf(type: KeyType): number {
  if (keyTypes.includes(type)) return space[type]
  throw new BadInput(`"${String(type)}" is no type`, `use one of ${keyTypes.join(', ')}`)
}

async function counts(reader: Reader): Promise<Record<KeyType, number>> {
  // All five are asked for before the first is awaited, so that they belong to one moment.
  const asked = keyTypes.map((type) =>
    reader.count(Uint8Array.of(space[type]), Uint8Array.of(space[type] + 1)),
  )
  const [string, hash, list, set, zset] = await Promise.all(asked)
  return { string, hash, list, set, zset }
}

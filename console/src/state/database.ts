/** Keys and values of database units, five types behind one shape: rows of two columns. */
import { fromJson, type Params, toJson } from 'leither/client'
import { act, call } from './node'
import type { VersionName } from './content'

export type KeyType = NonNullable<Params<'db.scan'>['type']>
export type Value = Params<'db.set'>['value']

export const keyTypes: readonly KeyType[] = ['string', 'hash', 'list', 'set', 'zset']

/** A key of a version of a unit. */
export interface KeyAt {
  readonly mid: string
  readonly version: VersionName
  readonly type: KeyType
  readonly key: string
}

/** One line of a key's content; `name` is the field, index, member, or "" for a string. */
export interface Row {
  readonly name: string
  readonly value: Value
}

/** Rows that are shown at once. */
export const rowLimit = 500

/** Text for editing: strings as they are, everything else as JSON. */
export const textOf = (value: Value): string =>
  typeof value === 'string' ? value : toJson(value, 2)

/** Text of one line for lists. */
export const lineOf = (value: Value): string => (typeof value === 'string' ? value : toJson(value))

/** @param asText take the text as it is @throws BAD_INPUT where it is no JSON */
export const valueOf = (text: string, asText: boolean): Value =>
  asText ? text : (fromJson(text) as Value)

/** Names that hold the text; the pattern's own signs are taken as they are. */
const pattern = (text: string): string =>
  text === '' ? '' : `*${text.replace(/[*?[\]\\]/g, (sign) => `[${sign}]`)}*`

/** A page of names of keys. @param after name to go on behind; "" from the start */
export async function keysOf(
  { mid, version, type }: Omit<KeyAt, 'key'>,
  filter: string,
  after: string,
  count: number,
): Promise<readonly string[]> {
  const { keys } = await call('db.scan', {
    mid,
    version,
    type,
    match: pattern(filter),
    begin: after,
    inclusive: after === '',
    count,
  })
  return keys
}

type Reader = (at: { mid: string; version: VersionName; key: string }) => Promise<Row[]>

const readers: Record<KeyType, Reader> = {
  string: async (at) => [{ name: '', value: (await call('db.get', at)).value }],
  hash: async (at) =>
    (await call('db.hscan', { ...at, count: rowLimit })).fields.map(({ field, value }) => ({
      name: field,
      value,
    })),
  list: async (at) =>
    (await call('db.lrange', { ...at, start: 0, stop: rowLimit - 1 })).values.map(
      (value, index) => ({ name: String(index), value }),
    ),
  set: async (at) =>
    (await call('db.smembers', at)).members
      .slice(0, rowLimit)
      .map((member) => ({ name: member, value: null })),
  zset: async (at) =>
    (await call('db.zrange', { ...at, start: 0, stop: rowLimit - 1 })).pairs.map(
      ({ score, member }) => ({ name: member, value: score }),
    ),
}

/** The first rows of a key. */
export const rowsOf = ({ mid, version, type, key }: KeyAt): Promise<readonly Row[]> =>
  readers[type]({ mid, version, key })

/** How many rows a key has. */
export async function lengthOf({ mid, version, type, key }: KeyAt): Promise<number> {
  const at = { mid, version, key }
  if (type === 'hash') return (await call('db.hlen', at)).count
  if (type === 'list') return (await call('db.llen', at)).count
  if (type === 'set') return (await call('db.scard', at)).count
  if (type === 'zset') return (await call('db.zcard', at)).count
  return 1
}

/** Writes a row: a new one, or over the one of that name. In a list a name is an index. */
export async function putRow({ mid, type, key }: KeyAt, { name, value }: Row): Promise<void> {
  if (type === 'string') await act('db.set', { mid, key, value })
  if (type === 'hash') await act('db.hset', { mid, key, field: name, value })
  if (type === 'set') await act('db.sadd', { mid, key, members: [name] })
  if (type === 'zset') {
    await act('db.zadd', { mid, key, pairs: [{ score: Number(value), member: name }] })
  }
  if (type === 'list') {
    if (name === '') await act('db.rpush', { mid, key, values: [value] })
    else await act('db.lset', { mid, key, index: Number(name), value })
  }
}

/** Takes a row out. Of a list only the ends can go: the first and the last. */
export async function dropRow({ mid, type, key }: KeyAt, name: string): Promise<void> {
  if (type === 'hash') await act('db.hdel', { mid, key, fields: [name] })
  if (type === 'set') await act('db.srem', { mid, key, members: [name] })
  if (type === 'zset') await act('db.zrem', { mid, key, members: [name] })
  if (type === 'list') await act(name === '0' ? 'db.lpop' : 'db.rpop', { mid, key })
}

/** Takes a whole key out. */
export async function dropKey({ mid, type, key }: KeyAt): Promise<void> {
  await act('db.clear', { mid, type, keys: [key] })
}

/**
 * What a node keeps of the hash table: records, providers and addresses of others, in memory and
 * bounded, so that nobody can fill the node. Its own records are published anew after a start.
 */
import type { Libp2pOptions } from 'libp2p'
import type { RecordRules } from '#world'

type Store = NonNullable<Libp2pOptions['datastore']>
type Key = Parameters<Store['get']>[0]
type Pair = { readonly key: Key; readonly value: Uint8Array }
type Query = Parameters<Store['query']>[0]
type KeyQuery = Parameters<Store['queryKeys']>[0]

/** most entries kept of each kind; the oldest goes first */
const most: Readonly<Record<string, number>> = { record: 4096, provider: 16_384, other: 8192 }

class NotHere extends Error {
  override readonly name = 'NotFoundError'
}

/** Key and value of a libp2p record (protobuf fields 1 and 2), undefined where it is none. */
export function readRecord(bytes: Uint8Array): { key: Uint8Array; value: Uint8Array } | undefined {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    return NaN
  }
  const fields = new Map<number, Uint8Array>()
  while (at < bytes.length) {
    const tag = varint()
    const length = varint()
    if (tag % 8 !== 2 || Number.isNaN(length) || at + length > bytes.length) return undefined
    fields.set(Math.floor(tag / 8), bytes.subarray(at, at + length))
    at += length
  }
  const key = fields.get(1)
  const value = fields.get(2)
  return key === undefined || value === undefined ? undefined : { key, value }
}

/** `/<keyspace>/<key>` in bytes, as the hash table names a record. */
export const recordKey = (keyspace: string, key: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`/${keyspace}/`), key])

/** Takes a record's name apart. */
export function splitRecordKey(name: Uint8Array): { keyspace: string; key: Uint8Array } {
  const end = name.indexOf(0x2f, 1)
  return { keyspace: Buffer.from(name.subarray(1, end)).toString(), key: name.subarray(end + 1) }
}

const kindOf = (name: string): string =>
  name.startsWith('/dht/record')
    ? 'record'
    : name.startsWith('/dht/provider')
      ? 'provider'
      : 'other'

/**
 * The store that libp2p writes to. A record never replaces a better one: an old head that somebody
 * sends again changes nothing.
 */
export function routingStore(records: Readonly<Record<string, RecordRules>>): Store {
  const kinds: Record<string, Map<string, Pair>> = {
    record: new Map(),
    provider: new Map(),
    other: new Map(),
  }
  const better = (old: Uint8Array, fresh: Uint8Array): boolean => {
    const before = readRecord(old)
    const after = readRecord(fresh)
    if (before === undefined || after === undefined) return true
    const { keyspace, key } = splitRecordKey(after.key)
    const rules = records[keyspace]
    if (rules === undefined) return true
    const same = Buffer.compare(before.value, after.value) === 0
    return same || rules.select(key, [before.value, after.value]) === 1
  }
  const store = {
    put(key: Key, value: Uint8Array): Key {
      const name = key.toString()
      const kind = kindOf(name)
      const entries = kinds[kind]
      const old = entries.get(name)
      if (kind === 'record' && old !== undefined && !better(old.value, value)) return key
      entries.delete(name)
      entries.set(name, { key, value })
      for (const oldest of entries.keys()) {
        if (entries.size <= most[kind]) break
        entries.delete(oldest)
      }
      return key
    },
    get(key: Key): Uint8Array {
      const name = key.toString()
      const pair = kinds[kindOf(name)].get(name)
      if (pair === undefined) throw new NotHere(`nothing under ${name}`)
      return pair.value
    },
    has: (key: Key): boolean => kinds[kindOf(key.toString())].has(key.toString()),
    delete(key: Key): void {
      kinds[kindOf(key.toString())].delete(key.toString())
    },
    async *putMany(source: Iterable<Pair> | AsyncIterable<Pair>): AsyncGenerator<Key> {
      for await (const { key, value } of source) yield store.put(key, value)
    },
    async *getMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Pair> {
      for await (const key of source) yield { key, value: store.get(key) }
    },
    async *deleteMany(source: Iterable<Key> | AsyncIterable<Key>): AsyncGenerator<Key> {
      for await (const key of source) {
        store.delete(key)
        yield key
      }
    },
    batch() {
      const steps: (() => void)[] = []
      return {
        put: (key: Key, value: Uint8Array) => void steps.push(() => store.put(key, value)),
        delete: (key: Key) => void steps.push(() => store.delete(key)),
        commit: () => steps.splice(0).forEach((step) => step()),
      }
    },
    async *query({ prefix, filters = [], orders = [], offset = 0, limit }: Query) {
      const found = pairsUnder(kinds, prefix).filter((pair) => filters.every((pass) => pass(pair)))
      for (const order of orders) found.sort(order)
      yield* found.slice(offset, limit === undefined ? undefined : offset + limit)
    },
    async *queryKeys({ prefix, filters = [], orders = [], offset = 0, limit }: KeyQuery) {
      const pairs = pairsUnder(kinds, prefix)
      const found = pairs.map(({ key }) => key).filter((key) => filters.every((pass) => pass(key)))
      for (const order of orders) found.sort(order)
      yield* found.slice(offset, limit === undefined ? undefined : offset + limit)
    },
  }
  return store
}

function pairsUnder(kinds: Record<string, Map<string, Pair>>, prefix = ''): Pair[] {
  const found: Pair[] = []
  for (const entries of Object.values(kinds)) {
    for (const [name, pair] of entries) if (name.startsWith(prefix)) found.push(pair)
  }
  return found
}

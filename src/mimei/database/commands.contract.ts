/** Random commands, and what a database and the model answer to them. */
import fc from 'fast-check'
import { LeitherError, type Value } from '#base'
import type { KeyType, Reading, ScanOptions, ScorePair, Writing } from './database.js'
import { keyTypes } from './layout.js'
import { Model, Refused } from './model.contract.js'

/** One command with its arguments. */
export interface Command {
  readonly name: keyof Reading | keyof Writing
  readonly args: readonly unknown[]
}

const key = fc.constantFrom('a', 'b', 'ab', 'ключ', '', 'k\u0000', '\uFEFFbom', '🦊')
const item = fc.oneof(
  fc.constantFrom('x', 'y', 'xy', 'z', '', '名', '\uFFFD', '\u{10FFFF}'),
  fc.integer({ min: 0, max: 30 }).map((n) => `item${n}`),
)
const integer = fc.integer({ min: -100, max: 100 })
const value: fc.Arbitrary<Value> = fc.oneof(
  { arbitrary: fc.integer({ min: -5, max: 5 }), weight: 3 },
  fc.constantFrom<Value>(
    'text',
    'текст🦊',
    '\uFEFFbom',
    'v'.repeat(20_000),
    new Uint8Array([1, 2, 3]),
  ),
  fc.constant<Value>('v'.repeat(3000)),
)
/** Counters hold integers only: what is no integer is tested apart. */
const counter = fc.constantFrom('n', 'm')
const place = fc.oneof(fc.integer({ min: -12, max: 12 }), fc.constantFrom(0, -1, 1000, -1000))
const score = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0x100000000, -0x100000000),
)
const bound = fc.oneof(score, fc.constantFrom(0.5, -1.5, Infinity, -Infinity))
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 5 })
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength: 40 })
const pair: fc.Arbitrary<ScorePair> = fc.record({ score, member: item })
const field = fc.record({ field: item, value })
const options: fc.Arbitrary<ScanOptions> = fc.record(
  {
    begin: fc.oneof(item, key),
    inclusive: fc.boolean(),
    match: fc.constantFrom('', '*', 'item*', '*1*', 'item?', 'item[0-4]*', 'x', '*y', '?'),
    count: fc.integer({ min: 0, max: 8 }),
    reverse: fc.boolean(),
  },
  { requiredKeys: [] },
)
const type = fc.constantFrom<KeyType>(...keyTypes)

type Arguments = readonly fc.Arbitrary<unknown>[]
/** `rest` adds arguments to those before it. */
const shapes: Record<string, { args: Arguments; rest?: fc.Arbitrary<unknown[]> }> = {
  get: { args: [key] },
  exists: { args: [key] },
  strlen: { args: [key] },
  set: { args: [key, value] },
  mset: { args: [few(fc.tuple(key, value))] },
  del: { args: [], rest: few(key) },
  incrby: { args: [counter, integer] },
  hget: { args: [key, item] },
  hmget: { args: [key, few(item)] },
  hgetall: { args: [key] },
  hkeys: { args: [key] },
  hlen: { args: [key] },
  hscan: { args: [key, options] },
  hset: { args: [key, item, value] },
  hmset: { args: [key, some(field)] },
  hdel: { args: [key], rest: few(item) },
  hincrby: { args: [counter, item, integer] },
  llen: { args: [key] },
  lindex: { args: [key, place] },
  lrange: { args: [key, place, place] },
  lpush: { args: [key], rest: few(value) },
  rpush: { args: [key], rest: some(value) },
  lpop: { args: [key] },
  rpop: { args: [key] },
  lset: { args: [key, place, value] },
  scard: { args: [key] },
  sismember: { args: [key, item] },
  smembers: { args: [key] },
  sdiff: { args: [key], rest: few(key) },
  sinter: { args: [key], rest: few(key) },
  sunion: { args: [], rest: few(key) },
  sadd: { args: [key], rest: some(item) },
  srem: { args: [key], rest: few(item) },
  zscore: { args: [key, item] },
  zcard: { args: [key] },
  zrank: { args: [key, item] },
  zcount: { args: [key, bound, bound] },
  zrange: { args: [key, place, place, fc.boolean()] },
  zrangebyscore: {
    args: [key, bound, bound, fc.nat(9), fc.integer({ min: -1, max: 9 }), fc.boolean()],
  },
  zadd: { args: [key], rest: some(pair) },
  zrem: { args: [key], rest: few(item) },
  zincrby: { args: [key, fc.integer({ min: -3, max: 3 }), fc.constantFrom('x', 'y', 'z')] },
  zremrangebyscore: { args: [key, bound, bound] },
  clear: { args: [type], rest: few(key) },
  scan: { args: [type, options] },
  counts: { args: [] },
}

/** Any command of the face, with arguments that meet each other often. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  ...Object.entries(shapes).map(([name, { args, rest }]) =>
    fc.tuple(fc.tuple(...args), rest ?? fc.constant([])).map(([fixed, more]): Command => ({
      name: name as Command['name'],
      args: [...fixed, ...more],
    })),
  ),
)

type Method = (...args: readonly unknown[]) => unknown

/** What a command answers: its result, or the code of its error. */
export async function answerOf(target: object, { name, args }: Command): Promise<unknown> {
  const called = target instanceof Model && name === 'set' ? 'put' : name
  try {
    return await (target as Record<string, Method>)[called](...args)
  } catch (error) {
    if (error instanceof LeitherError) return `failed: ${error.code}`
    if (error instanceof Refused) return `failed: ${error.message}`
    throw error
  }
}

/** All that a database says, so that two can be compared. */
export async function contentOf(from: Reading | Model): Promise<unknown> {
  const all = { count: 1000 }
  const each = async <T>(of: KeyType, read: (name: string) => T): Promise<unknown> => {
    const content: Record<string, unknown> = {}
    for (const name of await from.scan(of, all)) content[name] = await read(name)
    return content
  }
  return {
    string: await each('string', (name) => from.get(name)),
    hash: await each('hash', async (name) => [from.hlen(name), await from.hgetall(name)]),
    list: await each('list', async (name) => [from.llen(name), await from.lrange(name, 0, -1)]),
    set: await each('set', async (name) => [from.scard(name), await from.smembers(name)]),
    zset: await each('zset', async (name) => [from.zcard(name), await from.zrange(name, 0, -1)]),
    counts: await from.counts(),
  }
}

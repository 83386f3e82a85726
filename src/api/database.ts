import * as z from 'zod'
import { method, type Need } from './method.js'
import { maybeValue, mid, nothing, ofUnit, value } from './shapes.js'

const key = z.string()
const keys = z.array(key).min(1).max(10_000)
const int = z.number().int()
const tx = z.string().optional().describe('id of an open transaction')
const count = z.object({ count: int })
const pair = z.object({ score: int, member: z.string() })
const fieldValue = z.object({ field: z.string(), value })
const keyType = z.enum(['string', 'hash', 'list', 'set', 'zset'])
const scan = {
  begin: z.string().default(''),
  inclusive: z.boolean().default(true),
  match: z.string().max(256).default(''),
  count: int.min(1).max(10_000).default(100),
  reverse: z.boolean().default(false),
}
const values = z.object({ value: maybeValue })
const members = z.object({ members: z.array(z.string()) })
const pairs = z.object({ pairs: z.array(pair) })
const fields = z.object({ fields: z.array(fieldValue) })

const errors = [
  'MIMEI_UNKNOWN',
  'RIGHT_MISSING',
  'VERSION_UNKNOWN',
  'WRONG_KIND',
  'TRANSACTION_OVER',
]

const command = <P extends z.ZodRawShape, R extends z.ZodType>(
  needs: Need,
  summary: string,
  params: P,
  result: R,
) => method(needs, summary, z.object({ ...ofUnit, tx, ...params }), result, errors)

const read = <P extends z.ZodRawShape, R extends z.ZodType>(
  summary: string,
  params: P,
  result: R,
) => command('anyone', summary, params, result)
const write = <P extends z.ZodRawShape, R extends z.ZodType>(
  summary: string,
  params: P,
  result: R,
) => command('anyone', summary, params, result)

/**
 * Redis-like; see `Database` in #mimei for what each does. Numbers count, absent values are null.
 */
export const databaseMethods = {
  'db.get': read('Value of a string key.', { key }, values),
  'db.mget': read(
    'Values of many string keys, in order.',
    { keys },
    z.object({ values: z.array(maybeValue) }),
  ),
  'db.exists': read('Whether a string key is there.', { key }, z.object({ exists: z.boolean() })),
  'db.strlen': read('Length of a text or bytes value.', { key }, count),
  'db.set': write('Sets a string key.', { key, value }, nothing),
  'db.mset': write(
    'Sets many string keys at once.',
    { pairs: z.array(z.object({ key, value })).min(1).max(10_000) },
    nothing,
  ),
  'db.del': write('Removes string keys.', { keys }, count),
  'db.incrby': write(
    'Adds to a counter.',
    { key, delta: int.default(1) },
    z.object({ value: int }),
  ),

  'db.hget': read('Value of a field.', { key, field: z.string() }, values),
  'db.hmget': read(
    'Values of fields, in order.',
    { key, fields: z.array(z.string()).max(10_000) },
    z.object({ values: z.array(maybeValue) }),
  ),
  'db.hgetall': read('All fields and values.', { key }, fields),
  'db.hkeys': read('All fields.', { key }, z.object({ fields: z.array(z.string()) })),
  'db.hlen': read('How many fields.', { key }, count),
  'db.hscan': read('Fields in order, a page at a time.', { key, ...scan }, fields),
  'db.hset': write('Sets a field; 1 where it is new.', { key, field: z.string(), value }, count),
  'db.hmset': write(
    'Sets many fields at once.',
    { key, fields: z.array(fieldValue).min(1).max(10_000) },
    nothing,
  ),
  'db.hdel': write('Removes fields.', { key, fields: z.array(z.string()).min(1) }, count),
  'db.hincrby': write(
    'Adds to a counter in a field.',
    { key, field: z.string(), delta: int.default(1) },
    z.object({ value: int }),
  ),

  'db.llen': read('Length of a list.', { key }, count),
  'db.lindex': read('Item of a list; -1 is the last.', { key, index: int }, values),
  'db.lrange': read(
    'Items from start to stop, both included.',
    { key, start: int.default(0), stop: int.default(-1) },
    z.object({ values: z.array(value) }),
  ),
  'db.lpush': write('Adds items at the head.', { key, values: z.array(value).min(1) }, count),
  'db.rpush': write('Adds items at the tail.', { key, values: z.array(value).min(1) }, count),
  'db.lpop': write('Takes the first item.', { key }, values),
  'db.rpop': write('Takes the last item.', { key }, values),
  'db.lset': write('Replaces an item.', { key, index: int, value }, nothing),

  'db.scard': read('How many members a set has.', { key }, count),
  'db.sismember': read(
    'Whether a member is in a set.',
    { key, member: z.string() },
    z.object({ exists: z.boolean() }),
  ),
  'db.smembers': read('Members of a set.', { key }, members),
  'db.sdiff': read('Members of the first set that are in no other.', { keys }, members),
  'db.sinter': read('Members that are in all sets.', { keys }, members),
  'db.sunion': read('Members of all sets together.', { keys }, members),
  'db.sadd': write('Adds members to a set.', { key, members: z.array(z.string()).min(1) }, count),
  'db.srem': write(
    'Removes members of a set.',
    { key, members: z.array(z.string()).min(1) },
    count,
  ),

  'db.zscore': read(
    'Score of a member.',
    { key, member: z.string() },
    z.object({ score: int.nullable() }),
  ),
  'db.zcard': read('How many members a sorted set has.', { key }, count),
  'db.zrank': read(
    'Rank of a member, 0 the lowest, -1 absent.',
    { key, member: z.string() },
    z.object({ rank: int }),
  ),
  'db.zcount': read('How many members lie between two scores.', { key, min: int, max: int }, count),
  'db.zrange': read(
    'Members by rank.',
    { key, start: int.default(0), stop: int.default(-1), reverse: z.boolean().default(false) },
    pairs,
  ),
  'db.zrangebyscore': read(
    'Members by score.',
    {
      key,
      min: int,
      max: int,
      offset: int.min(0).default(0),
      count: int.default(-1),
      reverse: z.boolean().default(false),
    },
    pairs,
  ),
  'db.zadd': write(
    'Sets scores of members; counts the new ones.',
    { key, pairs: z.array(pair).min(1) },
    count,
  ),
  'db.zrem': write('Removes members.', { key, members: z.array(z.string()).min(1) }, count),
  'db.zincrby': write(
    'Adds to a score.',
    { key, delta: int, member: z.string() },
    z.object({ score: int }),
  ),
  'db.zremrangebyscore': write(
    'Removes members between two scores.',
    { key, min: int, max: int },
    count,
  ),

  'db.scan': read(
    'Names of keys of one type, in order.',
    { type: keyType.default('string'), ...scan },
    z.object({ keys: z.array(z.string()) }),
  ),
  'db.counts': read('How many keys of each type there are.', {}, z.record(keyType, int)),
  'db.clear': write('Removes whole keys of one type.', { type: keyType, keys }, count),

  'db.begin': method(
    'user',
    'Opens a transaction; it rolls back by itself after the time given.',
    z.object({ mid, seconds: z.number().min(0.05).max(60).default(10) }),
    z.object({ tx: z.string() }),
    errors,
  ),
  'db.commit': method(
    'user',
    'Makes a transaction’s writes real, all or none.',
    z.object({ mid, tx: z.string() }),
    nothing,
    [...errors, 'TRANSACTION_CONFLICT'],
  ),
  'db.rollback': method(
    'user',
    'Gives a transaction up.',
    z.object({ mid, tx: z.string() }),
    nothing,
    errors,
  ),
}

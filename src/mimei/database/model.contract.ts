/** A database as one would write it on a napkin: what every command must answer. */
import { compare, fromText, type Value } from '#base'
import type { KeyType, ScanOptions, ScorePair } from './database.js'

type Field = { field: string; value: Value }

const byBytes = (a: string, b: string): number => compare(fromText(a), fromText(b))

/** Places from either end, both inclusive, as Redis reads them. */
function part<T>(list: readonly T[], start: number, stop: number): T[] {
  const first = start < 0 ? Math.max(0, list.length + start) : start
  const last = stop < 0 ? list.length + stop : stop
  return list.slice(first, Math.max(first, last + 1))
}

function globbed(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => true
  const source = pattern
    .replace(/[\\^$.|+(){}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  const expression = new RegExp(`^${source}$`, 'su')
  return (text) => expression.test(text)
}

function scanned<T>(items: readonly T[], nameOf: (item: T) => string, options: ScanOptions): T[] {
  const { begin = '', inclusive = true, match = '', count = 100, reverse = false } = options
  const list = items.toSorted((a, b) => byBytes(nameOf(a), nameOf(b)))
  if (reverse) list.reverse()
  const matches = globbed(match)
  const kept = list.filter((item) => {
    const order = byBytes(nameOf(item), begin) * (reverse ? -1 : 1)
    const behind = begin === '' || order > 0 || (inclusive && order === 0)
    return behind && matches(nameOf(item))
  })
  return kept.slice(0, count)
}

/** What the model refuses, by the code that a database gives. */
export class Refused extends Error {}

export class Model {
  readonly string = new Map<string, Value>()
  readonly hash = new Map<string, Map<string, Value>>()
  readonly list = new Map<string, Value[]>()
  readonly set = new Map<string, Set<string>>()
  readonly zset = new Map<string, Map<string, number>>()
  /** names written since this was cleared */
  touched = new Set<string>()

  clone(): Model {
    const copy = structuredClone({
      string: this.string,
      hash: this.hash,
      list: this.list,
      set: this.set,
      zset: this.zset,
    })
    return Object.assign(new Model(), copy)
  }

  /** Takes over all that lies under one name, such as `hash:users`. */
  adopt(name: string, from: Model): void {
    const type = name.slice(0, name.indexOf(':')) as KeyType
    const key = name.slice(type.length + 1)
    const value = structuredClone((from[type] as Map<string, unknown>).get(key))
    const map = this[type] as Map<string, unknown>
    if (value === undefined) map.delete(key)
    else map.set(key, value)
    this.touched.add(name)
  }

  private touch(type: KeyType, key: string): void {
    this.touched.add(`${type}:${key}`)
    const held = this[type].get(key)
    const size = Array.isArray(held)
      ? held.length
      : held instanceof Map || held instanceof Set
        ? held.size
        : 1
    if (size === 0) this[type].delete(key)
  }

  get = (key: string) => this.string.get(key)
  exists = (key: string) => this.string.has(key)
  strlen(key: string): number {
    const value = this.string.get(key)
    if (value === undefined) return 0
    if (typeof value === 'string') return [...value].length
    return value instanceof Uint8Array ? value.length : String(value).length
  }
  put(key: string, value: Value): void {
    this.string.set(key, value)
    this.touch('string', key)
  }
  mset(pairs: readonly (readonly [string, Value])[]): void {
    for (const [key, value] of pairs) this.put(key, value)
  }
  del(...keys: string[]): number {
    const gone = keys.filter((key) => this.string.delete(key))
    for (const key of gone) this.touched.add(`string:${key}`)
    return gone.length
  }
  incrby(key: string, delta: number): number {
    const sum = Number(this.string.get(key) ?? 0) + delta
    this.put(key, sum)
    return sum
  }

  private fields = (key: string) => this.hash.get(key) ?? new Map<string, Value>()
  hget = (key: string, field: string) => this.fields(key).get(field)
  hmget = (key: string, fields: string[]) => fields.map((field) => this.hget(key, field))
  hgetall = (key: string): Field[] =>
    [...this.fields(key)]
      .map(([field, value]) => ({ field, value }))
      .sort((a, b) => byBytes(a.field, b.field))
  hkeys = (key: string) => this.hgetall(key).map(({ field }) => field)
  hlen = (key: string) => this.fields(key).size
  hscan = (key: string, options: ScanOptions = {}) =>
    scanned(this.hgetall(key), ({ field }) => field, options)
  hset(key: string, field: string, value: Value): number {
    const fields = this.fields(key)
    const fresh = fields.has(field) ? 0 : 1
    this.hash.set(key, fields.set(field, value))
    this.touch('hash', key)
    return fresh
  }
  hmset(key: string, pairs: readonly Field[]): void {
    for (const { field, value } of pairs) this.hset(key, field, value)
  }
  hdel(key: string, ...fields: string[]): number {
    const gone = fields.filter((field) => this.fields(key).delete(field)).length
    if (gone > 0) this.touch('hash', key)
    return gone
  }
  hincrby(key: string, field: string, delta: number): number {
    const sum = Number(this.hget(key, field) ?? 0) + delta
    this.hset(key, field, sum)
    return sum
  }

  private values = (key: string) => this.list.get(key) ?? []
  llen = (key: string) => this.values(key).length
  lindex = (key: string, index: number) => this.values(key).at(index)
  lrange = (key: string, start: number, stop: number) => part(this.values(key), start, stop)
  private keepList(key: string, values: Value[], changed: boolean): void {
    if (!changed) return
    this.list.set(key, values)
    this.touch('list', key)
  }
  lpush(key: string, ...values: Value[]): number {
    this.keepList(key, [...values.toReversed(), ...this.values(key)], values.length > 0)
    return this.llen(key)
  }
  rpush(key: string, ...values: Value[]): number {
    this.keepList(key, [...this.values(key), ...values], values.length > 0)
    return this.llen(key)
  }
  lpop(key: string): Value | undefined {
    const [first, ...rest] = this.values(key)
    this.keepList(key, rest, this.llen(key) > 0)
    return first
  }
  rpop(key: string): Value | undefined {
    const last = this.values(key).at(-1)
    this.keepList(key, this.values(key).slice(0, -1), this.llen(key) > 0)
    return last
  }
  lset(key: string, index: number, value: Value): void {
    const values = [...this.values(key)]
    const at = index < 0 ? index + values.length : index
    if (at < 0 || at >= values.length) throw new Refused('INDEX_OUT_OF_RANGE')
    values[at] = value
    this.keepList(key, values, true)
  }

  private members = (key: string) => this.set.get(key) ?? new Set<string>()
  scard = (key: string) => this.members(key).size
  sismember = (key: string, member: string) => this.members(key).has(member)
  smembers = (key: string) => [...this.members(key)].sort(byBytes)
  sdiff = (first: string, ...others: string[]) =>
    this.smembers(first).filter((member) => !others.some((key) => this.sismember(key, member)))
  sinter = (first: string, ...others: string[]) =>
    this.smembers(first).filter((member) => others.every((key) => this.sismember(key, member)))
  sunion = (...keys: string[]) => [...new Set(keys.flatMap((key) => this.smembers(key)))]
  sadd(key: string, ...members: string[]): number {
    const set = this.members(key)
    const fresh = new Set(members.filter((member) => !set.has(member)))
    for (const member of fresh) set.add(member)
    if (fresh.size > 0) {
      this.set.set(key, set)
      this.touch('set', key)
    }
    return fresh.size
  }
  srem(key: string, ...members: string[]): number {
    const gone = members.filter((member) => this.members(key).delete(member)).length
    if (gone > 0) this.touch('set', key)
    return gone
  }

  private scores = (key: string) => this.zset.get(key) ?? new Map<string, number>()
  private ranked = (key: string, reverse = false): ScorePair[] => {
    const pairs = [...this.scores(key)].map(([member, score]) => ({ score, member }))
    pairs.sort((a, b) => a.score - b.score || byBytes(a.member, b.member))
    return reverse ? pairs.reverse() : pairs
  }
  zscore = (key: string, member: string) => this.scores(key).get(member)
  zcard = (key: string) => this.scores(key).size
  zrank = (key: string, member: string) =>
    this.ranked(key).findIndex((pair) => pair.member === member)
  zcount = (key: string, min: number, max: number) => this.zrangebyscore(key, min, max).length
  zrange = (key: string, start: number, stop: number, reverse = false) =>
    part(this.ranked(key, reverse), start, stop)
  zrangebyscore(
    key: string,
    min: number,
    max: number,
    offset = 0,
    count = -1,
    reverse = false,
  ): ScorePair[] {
    const within = this.ranked(key, reverse).filter(({ score }) => score >= min && score <= max)
    return within.slice(offset, count === -1 ? undefined : offset + count)
  }
  zadd(key: string, ...pairs: ScorePair[]): number {
    const scores = this.scores(key)
    let fresh = 0
    for (const { score, member } of pairs) {
      if (!scores.has(member)) fresh++
      if (scores.get(member) === score) continue
      this.zset.set(key, scores.set(member, score))
      this.touch('zset', key)
    }
    return fresh
  }
  zrem(key: string, ...members: string[]): number {
    const gone = members.filter((member) => this.scores(key).delete(member)).length
    if (gone > 0) this.touch('zset', key)
    return gone
  }
  zincrby(key: string, delta: number, member: string): number {
    const score = (this.zscore(key, member) ?? 0) + delta
    if (!Number.isSafeInteger(score)) throw new Refused('SCORE_INVALID')
    this.zadd(key, { score, member })
    return score
  }
  zremrangebyscore = (key: string, min: number, max: number) =>
    this.zrem(key, ...this.zrangebyscore(key, min, max).map(({ member }) => member))

  clear(type: KeyType, ...keys: string[]): number {
    const gone = keys.filter((key) => this[type].delete(key))
    for (const key of gone) this.touched.add(`${type}:${key}`)
    return gone.length
  }
  scan = (type: KeyType, options: ScanOptions = {}) =>
    scanned([...this[type].keys()], (key) => key, options)
  counts = () => ({
    string: this.string.size,
    hash: this.hash.size,
    list: this.list.size,
    set: this.set.size,
    zset: this.zset.size,
  })
}

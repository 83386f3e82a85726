/**
 * A database unit as callers see it: Redis-like types over one ordered key space (mimei.md, 3).
 * Each type has its own names, as in LedisDB: `set a` and `lpush a` do not meet.
 * Reads of single values never wait; writes are visible at once and resolve when durable.
 * A database opened at a version other than cur refuses writes with `ReadOnlyVersion`.
 */
import type { Value } from '#base'

export interface ScorePair {
  /** integer, -(2^53-1) to 2^53-1 */
  readonly score: number
  readonly member: string
}

export interface ScanOptions {
  /** name to begin at; `""` for the first (or, in reverse, the last) */
  readonly begin?: string
  /** whether `begin` itself is included; default true */
  readonly inclusive?: boolean
  /** glob pattern (`*`, `?`, `[a-z]`); `""` for all */
  readonly match?: string
  /** most results; default 100 */
  readonly count?: number
  readonly reverse?: boolean
}

export type KeyType = 'string' | 'hash' | 'list' | 'set' | 'zset'

export interface Reading {
  get(key: string): Value | undefined
  exists(key: string): boolean
  strlen(key: string): number
  hget(key: string, field: string): Value | undefined
  hmget(key: string, fields: readonly string[]): (Value | undefined)[]
  hgetall(key: string): Promise<{ field: string; value: Value }[]>
  hkeys(key: string): Promise<string[]>
  hlen(key: string): number
  hscan(key: string, options?: ScanOptions): Promise<{ field: string; value: Value }[]>
  llen(key: string): number
  lindex(key: string, index: number): Value | undefined
  lrange(key: string, start: number, stop: number): Promise<Value[]>
  scard(key: string): number
  sismember(key: string, member: string): boolean
  smembers(key: string): Promise<string[]>
  sdiff(...keys: string[]): Promise<string[]>
  sinter(...keys: string[]): Promise<string[]>
  sunion(...keys: string[]): Promise<string[]>
  zscore(key: string, member: string): number | undefined
  zcard(key: string): number
  /** 0 for the lowest score; -1 for an absent member */
  zrank(key: string, member: string): Promise<number>
  zcount(key: string, min: number, max: number): Promise<number>
  zrange(key: string, start: number, stop: number, reverse?: boolean): Promise<ScorePair[]>
  /** @param count -1 for all */
  zrangebyscore(
    key: string,
    min: number,
    max: number,
    offset?: number,
    count?: number,
    reverse?: boolean,
  ): Promise<ScorePair[]>
  /** Names of the keys of one type. */
  scan(type: KeyType, options?: ScanOptions): Promise<string[]>
  /** How many keys of each type there are. */
  counts(): Promise<Record<KeyType, number>>
}

export interface Writing {
  set(key: string, value: Value): Promise<void>
  /** One batch, one wait for the disk. */
  mset(pairs: readonly (readonly [key: string, value: Value])[]): Promise<void>
  del(...keys: string[]): Promise<number>
  incrby(key: string, delta: number): Promise<number>
  /** 1 new, 0 existing */
  hset(key: string, field: string, value: Value): Promise<number>
  hmset(key: string, pairs: readonly { field: string; value: Value }[]): Promise<void>
  hdel(key: string, ...fields: string[]): Promise<number>
  hincrby(key: string, field: string, delta: number): Promise<number>
  lpush(key: string, ...values: Value[]): Promise<number>
  rpush(key: string, ...values: Value[]): Promise<number>
  lpop(key: string): Promise<Value | undefined>
  rpop(key: string): Promise<Value | undefined>
  lset(key: string, index: number, value: Value): Promise<void>
  sadd(key: string, ...members: string[]): Promise<number>
  srem(key: string, ...members: string[]): Promise<number>
  /** number of new members */
  zadd(key: string, ...pairs: ScorePair[]): Promise<number>
  zrem(key: string, ...members: string[]): Promise<number>
  zincrby(key: string, delta: number, member: string): Promise<number>
  zremrangebyscore(key: string, min: number, max: number): Promise<number>
  /** Removes whole keys of one type (hclear, lclear, sclear, zclear, del). */
  clear(type: KeyType, ...keys: string[]): Promise<number>
}

export interface Transaction extends Reading, Writing {
  readonly id: string
  /** All or nothing; durable when resolved. @throws TransactionConflict, TransactionOver */
  commit(): Promise<void>
  rollback(): void
}

export interface Database extends Reading, Writing {
  /**
   * Reads see the database as it is now plus the transaction's own writes; rolls back by itself
   * after `millis`. Of two transactions that wrote the same names, the second to commit fails.
   */
  begin(millis: number): Transaction
  /** An open transaction of this database. @throws TransactionOver */
  transaction(id: string): Transaction
}

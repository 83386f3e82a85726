/**
 * Sorted sets: a score for each member, and every member once more under its score, so that ranks
 * are counts of the tree. Equal scores are ordered by the bytes of the member, as in Redis.
 */
import { BadInput, encodeCbor } from '#base'
import type { ScorePair } from './database.js'
import type { Draft, Getter } from './draft.js'
import { NotAnInteger, ScoreInvalid } from './errors.js'
import {
  checkScore,
  endOf,
  integerKey,
  itemHead,
  itemKey,
  nameKey,
  readInteger,
  space,
  textBehind,
} from './layout.js'
import type { Reader } from './reader.js'
import { checkCount, partOf } from './scanning.js'
import { encodeValue, integerOf, lengthOf } from './values.js'

const nothing = encodeCbor(null)
const memberHead = (key: string): Uint8Array => itemHead(space.zsetMember, key)
export const scoreHead = (key: string): Uint8Array => itemHead(space.zsetScore, key)

const scoreOf = (from: Getter, memberKey: Uint8Array): number | undefined => {
  const stored = from.get(memberKey)
  return stored === undefined ? undefined : integerOf(stored, 'a score')
}

const pairBehind = (stored: Uint8Array, headLength: number): ScorePair => ({
  score: readInteger(stored, headLength),
  member: textBehind(stored, headLength + 8),
})

export const zscore = (from: Getter, key: string, member: string): number | undefined =>
  scoreOf(from, itemKey(memberHead(key), member, 'member'))

export const zcard = (from: Getter, key: string): number =>
  lengthOf(from.get(nameKey(space.zset, key)))

export async function zrank(reader: Reader, key: string, member: string): Promise<number> {
  const stored = itemKey(memberHead(key), member, 'member')
  const score = scoreOf(reader, stored)
  if (score === undefined) return -1
  const head = scoreHead(key)
  return reader.count(head, integerKey(head, score, stored.subarray(head.length)))
}

/** Keys between two scores, both inclusive; fractions and infinities are bounds too. */
export function scoreRange(
  key: string,
  min: number,
  max: number,
): { from: Uint8Array; to: Uint8Array } | undefined {
  for (const bound of [min, max]) {
    if (typeof bound !== 'number' || Number.isNaN(bound)) throw new ScoreInvalid(String(bound))
  }
  const least = Math.max(Math.ceil(min), Number.MIN_SAFE_INTEGER)
  const most = Math.min(Math.floor(max), Number.MAX_SAFE_INTEGER)
  if (least > most) return undefined
  const head = scoreHead(key)
  return { from: integerKey(head, least), to: endOf(integerKey(head, most)) }
}

export async function zcount(
  reader: Reader,
  key: string,
  min: number,
  max: number,
): Promise<number> {
  const range = scoreRange(key, min, max)
  return range === undefined ? 0 : reader.count(range.from, range.to)
}

export async function zrange(
  reader: Reader,
  key: string,
  start: number,
  stop: number,
  reverse: boolean,
): Promise<ScorePair[]> {
  const length = zcard(reader, key)
  const part = partOf(length, start, stop)
  if (part === undefined) return []
  const most = part.last - part.first + 1
  const head = scoreHead(key)
  const range = { from: head, to: endOf(head) }
  // Ranks are nearer from one of the two ends.
  const behind = length - 1 - part.last
  if (part.first <= behind)
    return pairs(reader, { ...range, reverse, skip: part.first }, most, head)
  return (await pairs(reader, { ...range, reverse: !reverse, skip: behind }, most, head)).reverse()
}

async function pairs(
  reader: Reader,
  range: Parameters<Reader['entries']>[0],
  most: number,
  head: Uint8Array,
): Promise<ScorePair[]> {
  const found: ScorePair[] = []
  if (most === 0) return found
  for await (const [stored] of reader.entries(range)) {
    found.push(pairBehind(stored, head.length))
    if (found.length >= most) break
  }
  return found
}

export async function zrangebyscore(
  reader: Reader,
  key: string,
  bounds: { min: number; max: number },
  window: { offset: number; count: number; reverse: boolean },
): Promise<ScorePair[]> {
  const { offset, count, reverse } = window
  const skip = checkCount(offset, 'offset')
  if (count < -1) throw new BadInput(`count is ${count}`, 'give -1 for all')
  const most = count === -1 ? Infinity : checkCount(count, 'count')
  const range = scoreRange(key, bounds.min, bounds.max)
  if (range === undefined) return []
  return pairs(reader, { ...range, reverse, skip }, most, scoreHead(key))
}

/** @returns how many members are new @throws ScoreInvalid */
export function zadd(draft: Draft, key: string, list: readonly ScorePair[]): number {
  const head = memberHead(key)
  let more = 0
  for (const { score, member } of list) {
    const memberKey = itemKey(head, member, 'member')
    const old = scoreOf(draft, memberKey)
    if (old === undefined) more++
    move(draft, key, memberKey, old, checkScore(score))
  }
  resize(draft, key, more)
  return more
}

/** @returns how many there were */
export function zrem(draft: Draft, key: string, list: readonly string[]): number {
  const head = memberHead(key)
  let removed = 0
  for (const member of list) {
    const memberKey = itemKey(head, member, 'member')
    const old = scoreOf(draft, memberKey)
    if (old === undefined) continue
    move(draft, key, memberKey, old, undefined)
    removed++
  }
  resize(draft, key, -removed)
  return removed
}

/** Removes the members whose keys in the order by score are given. */
export const zremByScoreKeys = (
  draft: Draft,
  key: string,
  scoreKeys: readonly Uint8Array[],
): number => {
  const { length } = scoreHead(key)
  return zrem(
    draft,
    key,
    scoreKeys.map((stored) => pairBehind(stored, length).member),
  )
}

/** @throws ScoreInvalid where the sum is beyond the safe integers */
export function zincrby(draft: Draft, key: string, delta: number, member: string): number {
  if (!Number.isSafeInteger(delta)) throw new NotAnInteger('the increment', String(delta))
  const score = (zscore(draft, key, member) ?? 0) + delta
  zadd(draft, key, [{ score, member }])
  return score
}

function move(
  draft: Draft,
  key: string,
  memberKey: Uint8Array,
  from: number | undefined,
  to: number | undefined,
): void {
  if (from === to) return
  const head = scoreHead(key)
  const member = memberKey.subarray(head.length)
  draft.touch('zset', key)
  if (from !== undefined) draft.put(integerKey(head, from, member), undefined)
  if (to !== undefined) draft.put(integerKey(head, to, member), nothing)
  draft.put(memberKey, to === undefined ? undefined : encodeValue(to))
}

function resize(draft: Draft, key: string, by: number): void {
  if (by === 0) return
  const name = nameKey(space.zset, key)
  const length = lengthOf(draft.get(name)) + by
  draft.put(name, length === 0 ? undefined : encodeValue(length))
}

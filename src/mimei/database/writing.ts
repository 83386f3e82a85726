/** The writing half of a database: every command is computed at once and written whole. */
import { compare } from '#base'
import { OverlayBusy } from '../overlay.js'
import type { KeyType, Writing } from './database.js'
import type { Draft, Getter } from './draft.js'
import * as hashes from './hashes.js'
import { endOf, itemHead, nameKey, space } from './layout.js'
import * as lists from './lists.js'
import type { Reader } from './reader.js'
import { spaceOf } from './reading.js'
import * as sets from './sets.js'
import * as strings from './strings.js'
import * as zsets from './zsets.js'

/** Keys that were written since a moment. */
export interface Watch {
  keys(): Iterable<Uint8Array>
  /** the content below was exchanged: what was seen before is no more */
  readonly lost: boolean
  stop(): void
}

/** Where commands run: on a working copy, or within a transaction. */
export interface Commands {
  readonly reader: Reader
  /**
   * Computes and writes in one turn, so that no two commands interleave; the promise resolves when
   * the changes are durable. Where `compute` throws, nothing is written.
   */
  run<T>(compute: (draft: Draft) => T): Promise<T>
  /** @throws ReadOnlyVersion, TransactionOver */
  watch(): Watch
}

interface Range {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

export const writingOf = (commands: Commands): Writing => {
  const { run } = commands
  return {
    set: (key, value) => run((draft) => strings.set(draft, key, value)),
    mset: (pairs) =>
      run((draft) => {
        for (const [key, value] of pairs) strings.set(draft, key, value)
      }),
    del: (...keys) => run((draft) => strings.del(draft, keys)),
    incrby: (key, delta) => run((draft) => strings.incrby(draft, key, delta)),
    hset: (key, field, value) => run((draft) => hashes.hmset(draft, key, [{ field, value }])),
    hmset: (key, pairs) => run((draft) => void hashes.hmset(draft, key, pairs)),
    hdel: (key, ...fields) => run((draft) => hashes.hdel(draft, key, fields)),
    hincrby: (key, field, delta) => run((draft) => hashes.hincrby(draft, key, field, delta)),
    lpush: (key, ...values) => run((draft) => lists.lpush(draft, key, values)),
    rpush: (key, ...values) => run((draft) => lists.rpush(draft, key, values)),
    lpop: (key) => run((draft) => lists.pop(draft, key, 'first')),
    rpop: (key) => run((draft) => lists.pop(draft, key, 'last')),
    lset: (key, index, value) => run((draft) => lists.lset(draft, key, index, value)),
    sadd: (key, ...members) => run((draft) => sets.sadd(draft, key, members)),
    srem: (key, ...members) => run((draft) => sets.srem(draft, key, members)),
    zadd: (key, ...pairs) => run((draft) => zsets.zadd(draft, key, pairs)),
    zrem: (key, ...members) => run((draft) => zsets.zrem(draft, key, members)),
    zincrby: (key, delta, member) => run((draft) => zsets.zincrby(draft, key, delta, member)),
    zremrangebyscore: async (key, min, max) => {
      const range = zsets.scoreRange(key, min, max)
      return withAllIn(commands, range === undefined ? [] : [range], (draft, keys) =>
        zsets.zremByScoreKeys(draft, key, keys),
      )
    },
    clear: async (type, ...keys) => {
      spaceOf(type)
      if (type === 'string') return run((draft) => strings.del(draft, keys))
      const ranges = keys.flatMap((key) => itemRanges(type, key))
      return withAllIn(commands, ranges, (draft, found) => {
        for (const stored of found) draft.put(stored, undefined)
        return removeNames(draft, type, keys)
      })
    },
  }
}

const itemSpaces = {
  hash: [space.hashField],
  list: [space.listItem],
  set: [space.setMember],
  zset: [space.zsetMember, space.zsetScore],
} as const

const itemRanges = (type: Exclude<KeyType, 'string'>, key: string): Range[] =>
  itemSpaces[type].map((of) => {
    const from = itemHead(of, key)
    return { from, to: endOf(from) }
  })

/** @returns how many of the names there were */
function removeNames(draft: Draft, type: KeyType, keys: readonly string[]): number {
  let removed = 0
  for (const key of keys) {
    const name = nameKey(space[type], key)
    if (draft.get(name) === undefined) continue
    draft.touch(type, key)
    draft.put(name, undefined)
    removed++
  }
  return removed
}

/**
 * Runs a command on all keys that there are in some ranges when it runs. Walking takes time; what
 * is written meanwhile is watched, and looked at again in the turn in which the command runs.
 */
async function withAllIn<T>(
  { reader, run, watch }: Commands,
  ranges: readonly Range[],
  compute: (draft: Draft, keys: readonly Uint8Array[]) => T,
): Promise<T> {
  const watched = watch()
  try {
    const found: Uint8Array[] = []
    // Begun before the first wait: all ranges are seen as they are now.
    const walks = ranges.map((range) => reader.entries(range))
    for (const walk of walks) for await (const [key] of walk) found.push(key)
    if (watched.lost) throw new OverlayBusy()
    return await run((draft) => compute(draft, present(draft, found, ranges, watched)))
  } finally {
    watched.stop()
  }
}

function present(
  draft: Getter,
  found: readonly Uint8Array[],
  ranges: readonly Range[],
  watched: Watch,
): Uint8Array[] {
  const fresh = [...watched.keys()].filter((key) =>
    ranges.some(({ from, to }) => compare(key, from) >= 0 && compare(key, to) < 0),
  )
  if (fresh.length === 0) return [...found]
  // A key both walked and written comes twice: removing it twice is removing it once.
  return [...found, ...fresh].filter((key) => draft.get(key) !== undefined)
}

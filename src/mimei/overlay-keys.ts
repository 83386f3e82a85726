/** How an overlay lies in the store: keys of generations, and one order over several of them. */
import { BadInput, compare, equal } from '#base'
import { type Entry, keyspace } from '#world'
import { OverlayCorrupt } from './overlay-errors.js'

/** A changed key with its value, null where it was removed. */
export type OverlayEntry = readonly [key: Uint8Array, value: Uint8Array | null]

const idBytes = 20
const headBytes = 1 + idBytes + 4
const removed = Uint8Array.of(0)

/** Keys of one unit's generations: `overlays | id | generation (u32 BE) | key`. */
export class GenerationKeys {
  /** where the number of the first living generation is kept: generation 0 has no other key */
  readonly record: Uint8Array
  /** just above every key of this unit */
  readonly end: Uint8Array
  private readonly head = new Uint8Array(headBytes)

  constructor(id: Uint8Array) {
    if (id.length !== idBytes)
      throw new BadInput(`an id has 20 bytes, not ${id.length}`, 'decode it')
    this.head[0] = keyspace.overlays
    this.head.set(id, 1)
    this.record = this.begin(0)
    this.end = new Uint8Array(headBytes + 1).fill(0xff)
    this.end.set(this.head.subarray(0, 1 + idBytes))
  }

  /** The smallest key of a generation. */
  begin(generation: number): Uint8Array {
    return this.key(generation, new Uint8Array(0))
  }

  key(generation: number, key: Uint8Array): Uint8Array {
    const stored = new Uint8Array(headBytes + key.length)
    stored.set(this.head)
    stored[21] = generation >>> 24
    stored[22] = generation >>> 16
    stored[23] = generation >>> 8
    stored[24] = generation
    stored.set(key, headBytes)
    return stored
  }

  /** The key behind the head of a stored key. */
  inner(stored: Uint8Array): Uint8Array {
    return stored.subarray(headBytes)
  }

  value(value: Uint8Array | undefined): Uint8Array {
    if (value === undefined) return removed
    const stored = new Uint8Array(1 + value.length)
    stored[0] = 1
    stored.set(value, 1)
    return stored
  }

  writeRecord(first: number): Uint8Array {
    return Uint8Array.of(first >>> 24, first >>> 16, first >>> 8, first)
  }

  /** @throws OverlayCorrupt */
  readRecord(record: Uint8Array): number {
    if (record.length !== 4) throw new OverlayCorrupt(record.length)
    return ((record[0] << 24) | (record[1] << 16) | (record[2] << 8) | record[3]) >>> 0
  }
}

/** What all keys of one generation of a unit begin with. */
export const headOf = (stored: Uint8Array): Uint8Array => stored.subarray(0, headBytes)

/** The 20 bytes of the unit's id. */
export const unitOf = (stored: Uint8Array): Uint8Array => stored.subarray(1, 1 + idBytes)

export const generationOf = (stored: Uint8Array): number =>
  ((stored[21] << 24) | (stored[22] << 16) | (stored[23] << 8) | stored[24]) >>> 0

export const isSameGeneration = (a: Uint8Array, b: Uint8Array): boolean =>
  equal(headOf(a), headOf(b))

/** One order over several generations, the newest first in `scans`; its word is taken. */
export async function* mergeNewest(
  scans: readonly AsyncIterableIterator<Entry>[],
  reverse: boolean,
  limit: number,
): AsyncGenerator<OverlayEntry, void, undefined> {
  const heads: (Entry | undefined)[] = []
  const pull = async (i: number): Promise<void> => {
    const next = await scans[i].next()
    heads[i] = next.done === true ? undefined : next.value
  }
  try {
    for (let i = 0; i < scans.length; i++) await pull(i)
    for (let left = limit; left > 0; left--) {
      const best = nearest(heads, reverse)
      if (best < 0) return
      const [stored, value] = heads[best] as Entry
      const key = stored.subarray(headBytes)
      for (let i = heads.length - 1; i >= best; i--) {
        const other = heads[i]
        if (other !== undefined && compare(other[0].subarray(headBytes), key) === 0) await pull(i)
      }
      yield [key, value[0] === 0 ? null : value.subarray(1)]
    }
  } finally {
    for (const scan of scans) await scan.return?.()
  }
}

/** Index of the head that comes next; of equal keys the newest generation's. -1 at the end. */
function nearest(heads: readonly (Entry | undefined)[], reverse: boolean): number {
  let best = -1
  for (let i = 0; i < heads.length; i++) {
    const head = heads[i]
    if (head === undefined) continue
    const than = heads[best]
    if (than !== undefined) {
      const order = compare(head[0].subarray(headBytes), than[0].subarray(headBytes))
      if (reverse ? order <= 0 : order >= 0) continue
    }
    best = i
  }
  return best
}

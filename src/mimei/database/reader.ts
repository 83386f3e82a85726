/**
 * One ordered view of all entries, whatever lies below: a version's tree, a working copy's overlay
 * over it, a transaction over both. Keys are laid out by `layout.ts`, values are CBOR.
 */
import { compare } from '#base'
import type { Overlay, OverlayEntry } from '../overlay.js'
import type { Layer } from './patch.js'
import type { Tree, TreeEntry } from './tree-read.js'

export interface ReadRange {
  /** first key, inclusive */
  readonly from: Uint8Array
  /** end, exclusive */
  readonly to: Uint8Array
  readonly reverse?: boolean
  /** entries to leave out before the first one */
  readonly skip?: number
}

export type Entries = Iterable<TreeEntry> | AsyncIterable<TreeEntry>

/** `entries` and `count` show the moment of the call, however long their result is awaited. */
export interface Reader {
  get(key: Uint8Array): Uint8Array | undefined
  entries(range: ReadRange): Entries
  count(from: Uint8Array, to: Uint8Array): Promise<number>
}

/** A version: the tree alone. */
export const readTree = (tree: Tree): Reader => ({
  get: (key) => tree.get(key),
  entries: (range) => tree.entries(range),
  count: async (from, to) => tree.countIn(from, to),
})

/** A working copy: its overlay over the tree that it is based on now. */
export const readWorking = (tree: () => Tree, overlay: Overlay): Reader => ({
  get(key) {
    const changed = overlay.get(key)
    return changed === undefined ? tree().get(key) : (changed ?? undefined)
  },
  entries(range) {
    const base = tree()
    if (overlay.isEmpty()) return base.entries(range)
    const { from, to, reverse = false, skip = 0 } = range
    // Both sides are taken now: a write or a backup in between shows in neither.
    const changes = overlay.scan({ from, to, reverse })
    if (skip === 0) return merged(base.entries(range), changes, reverse)
    return skipped(base, range, overlay.scan({ from, to, reverse }), changes)
  },
  count(from, to) {
    const base = tree()
    const total = base.countIn(from, to)
    if (overlay.isEmpty()) return Promise.resolve(total)
    return counted(total, base, overlay.scan({ from, to }))
  },
})

/** Changes in memory over another view, which may be moving below. */
export const readPatched = (below: Reader, patch: Layer): Reader => ({
  get(key) {
    const changed = patch.get(key)
    return changed === undefined ? below.get(key) : (changed ?? undefined)
  },
  entries(range) {
    if (patch.isEmpty()) return below.entries(range)
    const { from, to, reverse = false, skip = 0 } = range
    const changes = patch.list(from, to, reverse)
    return merged(below.entries({ from, to, reverse }), changes, reverse, skip)
  },
  async count(from, to) {
    let surplus = 0
    // Before the first wait: the patch and what lies below belong together only at this moment.
    for (const [key, value] of patch.list(from, to, false)) surplus += surplusOf(below, key, value)
    return (await below.count(from, to)) + surplus
  },
})

/** By how much a change makes the whole longer than what lies below. */
const surplusOf = (below: Pick<Reader, 'get'>, key: Uint8Array, value: Uint8Array | null): number =>
  (value === null ? 0 : 1) - (below.get(key) === undefined ? 0 : 1)

async function counted(
  total: number,
  base: Tree,
  changes: AsyncIterable<OverlayEntry>,
): Promise<number> {
  let count = total
  for await (const [key, value] of changes) count += surplusOf(base, key, value)
  return count
}

/**
 * Skips without walking the base: how many of its entries lie before a change is known by rank, so
 * only the changes themselves are looked at.
 */
async function* skipped(
  base: Tree,
  range: ReadRange,
  probe: AsyncIterable<OverlayEntry>,
  changes: AsyncIterable<OverlayEntry>,
): AsyncGenerator<TreeEntry, void, undefined> {
  const { from, to, reverse = false, skip = 0 } = range
  /** how much longer the changes that lie wholly in the skipped part make it than the base */
  let surplus = 0
  let changesLeft = 0
  for await (const [key, value] of probe) {
    const hides = base.get(key) === undefined ? 0 : 1
    const before = reverse ? base.countIn(key, to) - hides : base.countIn(from, key)
    if (before + surplus + (value === null ? 0 : 1) > skip) break
    surplus += (value === null ? 0 : 1) - hides
    changesLeft++
  }
  const rest = base.entries({ from, to, reverse, skip: skip - surplus })
  yield* merged(rest, without(changes, changesLeft), reverse)
}

async function* without(
  changes: AsyncIterable<OverlayEntry>,
  first: number,
): AsyncGenerator<OverlayEntry, void, undefined> {
  let left = first
  for await (const change of changes) if (left-- <= 0) yield change
}

const iteratorOf = (entries: Entries): AsyncIterator<TreeEntry> | Iterator<TreeEntry> =>
  Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]()

/** Two orders as one; a change has the last word on its key. */
async function* merged(
  below: Entries,
  changes: AsyncIterable<OverlayEntry> | Iterable<OverlayEntry>,
  reverse: boolean,
  skip = 0,
): AsyncGenerator<TreeEntry, void, undefined> {
  const entries = iteratorOf(below)
  let left = skip
  try {
    let next = await entries.next()
    for await (const [key, value] of changes) {
      while (next.done !== true) {
        const order = compare(next.value[0], key)
        if (reverse ? order < 0 : order > 0) break
        if (order !== 0 && left-- <= 0) yield next.value
        next = await entries.next()
        if (order === 0) break
      }
      if (value !== null && left-- <= 0) yield [key, value]
    }
    for (; next.done !== true; next = await entries.next()) if (left-- <= 0) yield next.value
  } finally {
    await entries.return?.()
  }
}

/** A scan: a snapshot of what waits laid over a snapshot of the store. */
import { type Entry, keyText } from '#world'
import type { Pending } from './pending.js'
import type { Cursor } from './store.js'

/** Entries of the first piece: most scans want few. */
const firstPiece = 64
const laterPieces = 1000

export interface ScanPlan {
  readonly cursor: Cursor
  /** changes that wait, within the range and in its order */
  readonly pending: readonly Pending[]
  readonly reverse: boolean
  /** most entries to yield */
  readonly limit: number
  /** Throws once the disk is closed. */
  readonly check: () => void
  /** The error to throw for one of the cursor's. */
  readonly failure: (error: unknown) => Error
}

/** Merges both in order; what waits hides what is stored under the same key. */
export function scanMerged(plan: ScanPlan): AsyncIterableIterator<Entry> {
  const { cursor, failure } = plan
  let left = plan.limit
  let piece: Entry[] = []
  let at = 0
  let pieceSize = Math.min(firstPiece, left + plan.pending.length)
  let ended = false
  const merge = merger(plan)

  const refill = async (): Promise<void> => {
    while (at === piece.length && !ended) {
      const stored = await cursor.next(Math.max(1, pieceSize))
      pieceSize = laterPieces
      piece = merge(stored)
      at = 0
      if (stored.length === 0) await finish()
    }
  }
  const finish = async (): Promise<void> => {
    if (ended) return
    ended = true
    await cursor.close()
  }
  const ready = (): boolean => last === undefined && at < piece.length && left > 0
  const take = async (): Promise<IteratorResult<Entry>> => {
    plan.check()
    if (at === piece.length || left <= 0) return { done: true, value: undefined }
    left--
    return { done: false, value: piece[at++] }
  }
  const step = async (): Promise<IteratorResult<Entry>> => {
    try {
      if (left > 0) await refill()
      else await finish()
    } catch (error) {
      await finish().catch(() => undefined)
      throw failure(error)
    }
    return take()
  }

  // Calls that overlap wait for each other, as they do on a generator.
  let last: Promise<unknown> | undefined
  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const turn = last === undefined ? action() : last.then(action, action)
    last = turn
    const done = (): void => {
      if (last === turn) last = undefined
    }
    turn.then(done, done)
    return turn
  }
  return {
    next: () => (ready() ? take() : inTurn(step)),
    return: () =>
      inTurn(async () => {
        left = 0
        await finish()
        return { done: true as const, value: undefined }
      }),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/**
 * @returns a function that lays the waiting changes over the next stored entries; none given means
 *   the end, and the rest of what waits comes out
 */
function merger({ pending, reverse }: ScanPlan): (stored: Entry[]) => Entry[] {
  if (pending.length === 0) return (stored) => stored
  let at = 0
  return (stored) => {
    const merged: Entry[] = []
    const emit = ({ change: { key, value } }: Pending): void => {
      if (value !== undefined) merged.push([key, value])
    }
    for (const entry of stored) {
      const text = keyText(entry[0])
      while (at < pending.length && comesBefore(pending[at].text, text, reverse))
        emit(pending[at++])
      if (at < pending.length && pending[at].text === text) emit(pending[at++])
      else merged.push(entry)
    }
    if (stored.length === 0) while (at < pending.length) emit(pending[at++])
    return merged
  }
}

const comesBefore = (a: string, b: string, reverse: boolean): boolean => (reverse ? a > b : a < b)

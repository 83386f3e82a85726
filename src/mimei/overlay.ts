/**
 * Overlay: the changes of a working copy over an immutable base (paper 4.1, 5.2: `cur`), ordered by
 * key, kept in the store under `overlays | 20 id bytes | generation (u32) | key`; value byte 0 says
 * removed, byte 1 is followed by the value.
 *
 * Writes go to the newest generation, reads see the newer one first. A backup freezes the
 * generations that there are, folds them into a new version and settles: one small record (the
 * first living generation), written in the caller's batch beside the new head, ends them all. So a
 * crash leaves either the old head with all changes or the new head with those that came later.
 */
import { afterPrefix, toHex } from '#base'
import { type Change, keyspace, type KeyValue, type ScanRange, type WriteOptions } from '#world'
import { OverlayBusy } from './overlay-errors.js'
import {
  generationOf,
  GenerationKeys,
  headOf,
  isSameGeneration,
  mergeNewest,
  type OverlayEntry,
  unitOf,
} from './overlay-keys.js'

export { OverlayBusy } from './overlay-errors.js'
export type { OverlayEntry } from './overlay-keys.js'

/** The changes that there were when `freeze` or `drop` was called; a folding backup reads them. */
export interface Frozen {
  /** Whether nothing was changed. */
  isEmpty(): boolean
  /** Exactly the frozen changes, in order of their keys. */
  scan(range?: ScanRange): AsyncIterableIterator<OverlayEntry>
  /** What ends the frozen changes: the caller writes it in one batch with its new head. */
  settle(): Change[]
  /** To be called when that batch is durable and the base is the new one. */
  settled(): void
  /** To be called instead when the backup failed: the changes are as if never frozen. */
  thaw(): void
}

export interface Overlay {
  /** The changed value, null where the key was removed, undefined where the base speaks. */
  get(key: Uint8Array): Uint8Array | null | undefined
  /** All or none; visible at once, durable (one fsync for all who wait) when resolved. */
  write(changes: readonly Change[], options?: WriteOptions): Promise<void>
  /** Changes as they are at the call, in order; a removed key comes with null. */
  scan(range?: ScanRange): AsyncIterableIterator<OverlayEntry>
  /** Whether there is no change at all; answered from memory. */
  isEmpty(): boolean
  /** Later writes are kept apart; reads see both. @throws OverlayBusy while frozen */
  freeze(): Frozen
  /**
   * As `freeze`, but reads see nothing of the changes any more: for a restore. @throws OverlayBusy
   */
  drop(): Frozen
  /** Resolves when no dead generation is left in the store. */
  swept(): Promise<void>
}

/** Entries moved or removed in one batch by the sweeper, so that traffic is never held up. */
const stepEntries = 256

interface Generation {
  readonly number: number
  /** whether anything was written into it */
  filled: boolean
}

/**
 * Opens the overlay of one unit and begins to sweep what a crash left.
 * @param id 20 bytes of the unit's id
 */
export async function openOverlay(disk: KeyValue, id: Uint8Array): Promise<Overlay> {
  const keys = new GenerationKeys(id)
  const generations: number[] = []
  for await (const key of generationsIn(disk, keys.begin(1), keys.end)) {
    generations.push(generationOf(key))
  }
  return overlayOf(disk, keys, generations)
}

/**
 * Opens the overlays of many units at once: to look for each of a thousand alone would take a node
 * longer than all else that it does at its start.
 * @returns what gives the overlay of a unit, by the 20 bytes of its id, once for each
 */
export async function openOverlays(disk: KeyValue): Promise<(id: Uint8Array) => Overlay> {
  const byUnit = new Map<string, number[]>()
  const from = Uint8Array.of(keyspace.overlays)
  const to = Uint8Array.of(keyspace.overlays + 1)
  for await (const key of generationsIn(disk, from, to)) {
    const unit = toHex(unitOf(key))
    const generations = byUnit.get(unit)
    if (generations === undefined) byUnit.set(unit, [generationOf(key)])
    else generations.push(generationOf(key))
  }
  return (id) => overlayOf(disk, new GenerationKeys(id), byUnit.get(toHex(id)) ?? [])
}

/** @param generations those that the store holds anything of, ascending */
function overlayOf(disk: KeyValue, keys: GenerationKeys, generations: readonly number[]): Overlay {
  const record = disk.get(keys.record)
  const first = record === undefined ? 1 : keys.readRecord(record)
  const living: Generation[] = generations
    .filter((number) => number >= first)
    .map((number) => ({ number, filled: true }))
  if (living.length === 0) living.push({ number: first, filled: false })
  const isDead = generations.some((number) => number < first)
  return new StoredOverlay(disk, keys, living, isDead ? first : undefined)
}

/** Keys of one generation that are passed by reading; the rest of a longer one is jumped over. */
const passedEntries = 32

/** The first key of each generation in a range, records left out. */
async function* generationsIn(
  disk: KeyValue,
  from: Uint8Array,
  to: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (let next: Uint8Array | undefined = from; next !== undefined;) {
    const scan = disk.scan({ from: next, to })
    let current: Uint8Array | undefined
    let passed = 0
    next = undefined
    for await (const [key] of scan) {
      if (generationOf(key) === 0) continue
      if (current !== undefined && isSameGeneration(current, key)) {
        if (++passed < passedEntries) continue
        next = afterPrefix(headOf(key))
        break
      }
      yield key
      current = key
      passed = 0
    }
  }
}

class StoredOverlay implements Overlay {
  private frozen: readonly Generation[] | undefined
  private hidden = false
  private empty: boolean
  private work: Promise<void> = Promise.resolve()

  constructor(
    private readonly disk: KeyValue,
    private readonly keys: GenerationKeys,
    /** ascending; the last one takes the writes */
    private living: Generation[],
    deadBelow: number | undefined,
  ) {
    this.empty = !living.some(({ filled }) => filled)
    if (deadBelow !== undefined) this.sweep(deadBelow)
    this.melt()
  }

  get(key: Uint8Array): Uint8Array | null | undefined {
    if (this.empty) return undefined
    const { living } = this
    const oldest = this.hidden ? living.length - 1 : 0
    for (let i = living.length - 1; i >= oldest; i--) {
      if (!living[i].filled) continue
      const value = this.disk.get(this.keys.key(living[i].number, key))
      if (value !== undefined) return value[0] === 0 ? null : value.subarray(1)
    }
    return undefined
  }

  write(changes: readonly Change[], options?: WriteOptions): Promise<void> {
    if (changes.length === 0) return Promise.resolve()
    const newest = this.living[this.living.length - 1]
    const stored = changes.map(({ key, value }) => ({
      key: this.keys.key(newest.number, key),
      value: this.keys.value(value),
    }))
    const written = this.disk.write(stored, options)
    newest.filled = true
    this.empty = false
    // The disk resolves this after the fsync of its group: only then may a caller acknowledge.
    return written
  }

  scan(range: ScanRange = {}): AsyncIterableIterator<OverlayEntry> {
    return this.scanOf(this.visible(), range)
  }

  isEmpty(): boolean {
    return this.empty
  }

  freeze(): Frozen {
    return this.hold(false)
  }

  drop(): Frozen {
    return this.hold(true)
  }

  async swept(): Promise<void> {
    // More work may have been queued while this waited.
    for (let seen: Promise<void> | undefined; seen !== this.work;) {
      seen = this.work
      await seen
    }
  }

  private visible(): readonly Generation[] {
    return this.hidden ? this.living.slice(-1) : this.living
  }

  private scanOf(
    generations: readonly Generation[],
    range: ScanRange,
  ): AsyncIterableIterator<OverlayEntry> {
    const newestFirst = generations.filter(({ filled }) => filled).reverse()
    // Every scan begins now, so that the result is the overlay at this moment.
    const scans = newestFirst.map(({ number }) => {
      const { from, to } = range
      return this.disk.scan({
        from: this.keys.key(number, from ?? new Uint8Array(0)),
        to: to === undefined ? this.keys.begin(number + 1) : this.keys.key(number, to),
        reverse: range.reverse,
        // Generations shadow each other: only a single one may stop early.
        limit: newestFirst.length === 1 ? range.limit : undefined,
      })
    })
    return mergeNewest(scans, range.reverse === true, range.limit ?? Infinity)
  }

  private hold(hide: boolean): Frozen {
    if (this.frozen !== undefined) throw new OverlayBusy()
    const frozen = this.living
    const next: Generation = { number: frozen[frozen.length - 1].number + 1, filled: false }
    this.frozen = frozen
    this.living = [...frozen, next]
    this.hidden = hide
    this.recount()
    const filled = frozen.some((generation) => generation.filled)
    const release = (keep: boolean): void => {
      if (this.frozen !== frozen) return
      this.frozen = undefined
      this.hidden = false
      if (!keep) this.living = this.living.filter((generation) => !frozen.includes(generation))
      this.recount()
      if (keep) this.melt()
      else this.sweep(next.number)
    }
    return {
      isEmpty: () => !filled,
      scan: (range = {}) => this.scanOf(frozen, range),
      settle: () => [{ key: this.keys.record, value: this.keys.writeRecord(next.number) }],
      settled: () => release(false),
      thaw: () => release(true),
    }
  }

  private recount(): void {
    this.empty = !this.visible().some(({ filled }) => filled)
  }

  /** Removes the generations below one that the durable record names as the first. */
  private sweep(below: number): void {
    this.queue(async () => {
      const range = { from: this.keys.begin(1), to: this.keys.begin(below) }
      let step: Change[] = []
      for await (const [key] of this.disk.scan(range)) {
        step.push({ key, value: undefined })
        if (step.length < stepEntries) continue
        await this.disk.write(step, { durable: false })
        step = []
      }
      if (step.length > 0) await this.disk.write(step, { durable: false })
    })
  }

  /** Moves older living generations into the newest, so that reads need not ask several. */
  private melt(): void {
    this.queue(async () => {
      while (this.frozen === undefined && this.living.length > 1) {
        const older = this.living[this.living.length - 2]
        if (older.filled && !(await this.meltInto(this.living[this.living.length - 1], older)))
          return
        this.living = this.living.filter((generation) => generation !== older)
      }
    })
  }

  private async meltInto(newest: Generation, older: Generation): Promise<boolean> {
    const range = { from: this.keys.begin(older.number), to: this.keys.begin(older.number + 1) }
    let step: (readonly [Uint8Array, Uint8Array])[] = []
    const move = async (): Promise<boolean> => {
      if (this.frozen !== undefined) return false
      const changes: Change[] = []
      // Looking and writing happen in one turn: no write can come between them.
      for (const [stored, value] of step) {
        const key = this.keys.key(newest.number, this.keys.inner(stored))
        if (this.disk.get(key) === undefined) changes.push({ key, value })
        changes.push({ key: stored, value: undefined })
      }
      step = []
      newest.filled = true
      await this.disk.write(changes, { durable: false })
      return true
    }
    for await (const entry of this.disk.scan(range)) {
      step.push(entry)
      if (step.length >= stepEntries && !(await move())) return false
    }
    return (step.length === 0 || (await move())) && this.frozen === undefined
  }

  private queue(task: () => Promise<void>): void {
    // What fails here (a closed or full disk) loses nothing: the next open begins it again.
    this.work = this.work.then(task).catch(() => undefined)
  }
}

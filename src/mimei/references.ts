/**
 * References of a unit (paper 5.3; mimei.md, 6): id -> count. A version holds them as a dag-cbor
 * block; cur holds the counts that differ from its base as rows of the store.
 */
import {
  BadInput,
  type CID,
  cidOf,
  codecs,
  decodeCbor,
  encodeCbor,
  isId,
  limits,
  type Mid,
  parseCid,
  type Value,
} from '#base'
import type { Block, Blocks } from '#blocks'
import type { Change, KeyValue } from '#world'
import { TooManyReferences } from './errors.js'
import { referenceRow, referrerRow } from './rows.js'

export type Counts = ReadonlyMap<string, number>

/** Ids in one block; more than these are spread over several, linked in order by one list. */
const pageIds = 4096

/** Reads the references of a version. @param cid null for none */
export async function readReferences(
  blocks: Pick<Blocks, 'get'>,
  cid: CID | null,
): Promise<Counts> {
  if (cid === null) return new Map()
  const value = decodeCbor<Record<string, number> | readonly CID[]>(await blocks.get(cid))
  if (!Array.isArray(value)) return new Map(Object.entries(value))
  const counts = new Map<string, number>()
  for (const page of value as readonly CID[]) {
    const part = decodeCbor<Record<string, number>>(await blocks.get(page))
    for (const [id, count] of Object.entries(part)) counts.set(id, count)
  }
  return counts
}

/** Stores references as blocks, durable when resolved. @returns null where there are none */
export async function writeReferences(
  blocks: Pick<Blocks, 'putMany'>,
  counts: Counts,
): Promise<CID | null> {
  if (counts.size === 0) return null
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  const made: Block[] = []
  for (let at = 0; at < sorted.length; at += pageIds) {
    made.push(blockOf(Object.fromEntries(sorted.slice(at, at + pageIds))))
  }
  if (made.length > 1) made.push(blockOf(made.map(({ cid }) => cid)))
  await blocks.putMany(made)
  return (made.at(-1) as Block).cid
}

function blockOf(value: Value): Block {
  const bytes = encodeCbor(value)
  return { cid: cidOf(codecs.dagCbor, bytes), bytes }
}

/** The id as it is stored. @throws BadInput where it is neither a mid nor a content id */
function checkId(id: string): string {
  return isId(id) ? id : parseCid(id).toString()
}

function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return
  throw new BadInput(`"${count}" is no count of references`, 'give an integer of at least 1', {
    count,
  })
}

/** References of cur. */
export class CurReferences {
  readonly #mid: Mid
  readonly #disk: Pick<KeyValue, 'write'>
  readonly #blocks: Pick<Blocks, 'get'>
  /** refs block of the version that cur stands on */
  readonly #base: () => CID | null
  #changed: Map<string, number>
  #frozen = false
  #read: { cid: CID | null; counts: Counts } | undefined

  constructor(
    mid: Mid,
    disk: Pick<KeyValue, 'write'>,
    blocks: Pick<Blocks, 'get'>,
    base: () => CID | null,
    changed: Map<string, number>,
  ) {
    this.#mid = mid
    this.#disk = disk
    this.#blocks = blocks
    this.#base = base
    this.#changed = changed
  }

  isEmpty(): boolean {
    return this.#changed.size === 0
  }

  /** Counts of the base as it is now, undefined while they are not read. */
  #baseNow(): Counts | undefined {
    const cid = this.#base()
    const read = this.#read
    return read !== undefined && `${read.cid}` === `${cid}` ? read.counts : undefined
  }

  async #load(): Promise<void> {
    const cid = this.#base()
    this.#read = { cid, counts: await readReferences(this.#blocks, cid) }
  }

  /** @param frozen changes to count instead of those that there are now */
  async counts(frozen?: Counts): Promise<Counts> {
    let base = this.#baseNow()
    for (; base === undefined; base = this.#baseNow()) await this.#load()
    const counts = new Map(base)
    for (const [id, count] of frozen ?? this.#changed) {
      if (count === 0) counts.delete(id)
      else counts.set(id, count)
    }
    return counts
  }

  /** @returns the new count @throws BadInput, TooManyReferences */
  async add(given: string, count: number): Promise<number> {
    checkCount(count)
    return this.#change(checkId(given), count)
  }

  /** @returns the count that is left, 0 also where there was none @throws BadInput */
  async remove(given: string, count: number): Promise<number> {
    checkCount(count)
    return this.#change(checkId(given), -count)
  }

  async #change(id: string, by: number): Promise<number> {
    let base = this.#baseNow()
    for (; base === undefined; base = this.#baseNow()) await this.#load()
    // From here to the write nothing waits, so that no other change comes between.
    const before = this.#changed.get(id)
    const old = before ?? base.get(id) ?? 0
    const count = Math.max(0, old + by)
    if (old === 0 && count > 0 && this.#isFull(base)) {
      throw new TooManyReferences(this.#mid, limits.refs)
    }
    if (count === old) return count
    // While a backup is under way it is not yet known what the next base says.
    const same = !this.#frozen && count === (base.get(id) ?? 0)
    const stored = same ? undefined : count
    this.#set(id, stored)
    const changes = [referenceRow(this.#mid, id, stored)]
    if (count > 0) changes.push(referrerRow(id, this.#mid))
    try {
      // The disk resolves this after the fsync of its group: only then is it acknowledged.
      await this.#disk.write(changes)
    } catch (error) {
      if (this.#changed.get(id) === stored) this.#set(id, before)
      throw error
    }
    return count
  }

  #set(id: string, count: number | undefined): void {
    if (count === undefined) this.#changed.delete(id)
    else this.#changed.set(id, count)
  }

  #isFull(base: Counts): boolean {
    if (base.size + this.#changed.size < limits.refs) return false
    let total = base.size
    for (const [id, count] of this.#changed) {
      if (count > 0 && !base.has(id)) total++
      if (count === 0 && base.has(id)) total--
    }
    return total >= limits.refs
  }

  /** The changes that there are now, for a backup or restore to settle. */
  freeze(): Counts {
    this.#frozen = true
    return new Map(this.#changed)
  }

  /** To be called when the backup failed: the changes are as if never frozen. */
  thaw(): void {
    this.#frozen = false
  }

  /** Rows that end frozen changes: written in one batch with the head of the backup. */
  settle(frozen: Counts): Change[] {
    const same = [...frozen].filter(([id, count]) => this.#changed.get(id) === count)
    return same.map(([id]) => referenceRow(this.#mid, id, undefined))
  }

  /** To be called when that batch is durable and the base is the new one. */
  settled(frozen: Counts): void {
    this.#frozen = false
    for (const [id, count] of frozen) {
      if (this.#changed.get(id) === count) this.#changed.delete(id)
    }
  }

  /**
   * Gives up all changes, at once, as the base moves in the same turn.
   * @returns rows for the batch that moves it, and what to do if that fails
   */
  drop(): { changes: Change[]; undo: () => void } {
    const before = this.#changed
    this.#changed = new Map()
    return {
      changes: [...before.keys()].map((id) => referenceRow(this.#mid, id, undefined)),
      undo: () => {
        this.#changed = new Map([...before, ...this.#changed])
      },
    }
  }
}

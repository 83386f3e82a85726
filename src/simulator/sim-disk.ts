/**
 * The disk of one post: a journal of bytes in sectors, and rows. What is not yet synced when the
 * node goes down is kept, lost, torn or garbage, each sector by itself; batches of rows are kept or
 * lost whole, in order (spec OL-1, D 4.2, point 4).
 */
import { concat } from '#base'
import { frameRecord, journalHead, journalOf, type PostDisk, readJournal } from '#bookkeeper'
import type { Row } from '#ledger'
import { type RowUndo, RowTable } from './row-table.js'
import type { Stream } from './streams.js'

export const sectorBytes = 4096

interface JournalWrite {
  readonly bytes: Uint8Array
  /** whether the bytes take the place of the whole journal */
  readonly isWhole: boolean
  readonly generation: bigint
  /** records of the generation up to and with this write */
  readonly count: bigint
}

/** A disk as it was once. */
export interface DiskImage {
  readonly journal: Uint8Array
  readonly rows: RowTable
}

export class SimDisk {
  /** what is durable of the journal, in the pieces in which it was written */
  #pieces: Uint8Array[] = []
  #journalBytes = 0
  /** of the newest write, durable or not */
  #generation = 0n
  #count = 0n
  /** of the newest durable write */
  #settled = { generation: 0n, count: 0n }
  #writes: JournalWrite[] = []
  #rows = new RowTable()
  #undos: RowUndo[] = []
  #isDamaged = false

  get rows(): RowTable {
    return this.#rows
  }

  /** Bytes of the journal that are durable. */
  get journalBytes(): number {
    return this.#journalBytes
  }

  /** What is durable of the journal, in one piece. */
  get #journal(): Uint8Array {
    if (this.#pieces.length !== 1) this.#pieces = [concat(...this.#pieces)]
    return this.#pieces[0]
  }

  set #journal(bytes: Uint8Array) {
    this.#pieces = [bytes]
    this.#journalBytes = bytes.length
  }

  /** Writes to the journal that no fsync has reached. */
  get unsyncedWrites(): number {
    return this.#writes.length
  }

  get unsyncedBatches(): number {
    return this.#undos.length
  }

  append(record: Uint8Array): void {
    const generation = this.#generation
    const settled = this.#settled.generation === generation ? this.#settled.count : 0n
    const bytes = frameRecord({ generation, sequence: this.#count, settled }, record)
    this.#count++
    this.#writes.push({ bytes, isWhole: false, generation, count: this.#count })
  }

  rewrite(records: readonly Uint8Array[]): void {
    this.#generation++
    this.#count = BigInt(records.length)
    const bytes = journalOf(this.#generation, records)
    const [generation, count] = [this.#generation, this.#count]
    this.#writes.push({ bytes, isWhole: true, generation, count })
  }

  /** Rows are seen at once, and durable once synced. */
  store(rows: readonly Row[]): void {
    this.#undos.push(this.#rows.write(rows))
  }

  /** The oldest `count` writes to the journal are on stable storage from now on. */
  syncJournal(count: number): void {
    for (const write of this.#writes.splice(0, count)) this.#put(write)
  }

  #put({ bytes, isWhole, generation, count }: JournalWrite): void {
    this.#settled = { generation, count }
    if (isWhole) {
      this.#journal = bytes
      this.#isDamaged = false
    } else {
      this.#pieces.push(bytes)
      this.#journalBytes += bytes.length
    }
  }

  syncRows(count: number): void {
    this.#undos.splice(0, count)
  }

  /** The power goes: what was not synced is at the mercy of the dice. */
  crash(dice: Stream): void {
    let tail: Uint8Array[] = []
    for (const write of this.#writes) {
      if (!write.isWhole) tail.push(write.bytes)
      // a file that was to take the other's place, and did not, takes later writes with it
      else if (dice.chance(0.5)) {
        this.#journal = write.bytes
        tail = []
      } else break
    }
    this.#journal = damagedTail(this.#journal, concat(...tail), dice)
    this.#writes = []
    const kept = dice.int(this.#undos.length + 1)
    for (const undo of this.#undos.splice(kept).reverse()) this.#rows.takeBack(undo)
    this.#undos = []
  }

  /**
   * What a post finds at its start: a torn end is cut off for good. That durable records are lost
   * is said at every start until the post has written its journal anew.
   */
  open(): PostDisk {
    const { damage, generation, end, records } = readJournal(this.#journal)
    this.#isDamaged ||= damage !== undefined
    this.#generation = generation ?? this.#generation + 1n
    this.#journal =
      generation === undefined ? journalHead(this.#generation) : this.#journal.slice(0, end)
    this.#count = BigInt(records.length)
    this.#settled = { generation: this.#generation, count: this.#count }
    return { records, rows: this.#rows, isDamaged: this.#isDamaged }
  }

  /** As it would be after the quietest of crashes: all that is durable, nothing else. */
  image(): DiskImage {
    const rows = this.#rows.copy()
    for (const undo of [...this.#undos].reverse()) rows.takeBack(undo)
    return { journal: this.#journal, rows }
  }

  /** Puts an image in place; only while the node is down. */
  restore({ journal, rows }: DiskImage): void {
    this.#journal = journal.slice()
    this.#rows = rows.copy()
  }

  wipe(): void {
    this.restore({ journal: new Uint8Array(0), rows: new RowTable() })
  }

  /** One bit of the journal changes. @returns whether there was one */
  rot(dice: Stream): boolean {
    if (this.#journalBytes === 0) return false
    const at = dice.int(this.#journalBytes)
    const journal = this.#journal.slice()
    journal[at] ^= 1 << dice.int(8)
    this.#journal = journal
    return true
  }

  /** A sector lands in the place of another, or a little beside its own. */
  misdirect(dice: Stream): boolean {
    const sectors = Math.ceil(this.#journalBytes / sectorBytes)
    if (sectors === 0) return false
    const from = dice.int(sectors) * sectorBytes
    const to = sectors > 1 ? dice.int(sectors) * sectorBytes : 512
    const journal = this.#journal.slice()
    const sector = journal.slice(from, from + sectorBytes)
    if (to < journal.length) journal.set(sector.subarray(0, journal.length - to), to)
    this.#journal = journal
    return true
  }

  /** A sector cannot be read any more: zeros stand in its place. */
  loseSector(dice: Stream): boolean {
    const sectors = Math.ceil(this.#journalBytes / sectorBytes)
    if (sectors === 0) return false
    const at = dice.int(sectors) * sectorBytes
    const journal = this.#journal.slice()
    journal.fill(0, at, at + sectorBytes)
    this.#journal = journal
    return true
  }
}

/** A durable beginning with an unsynced end, each of whose sectors fared by itself. */
function damagedTail(durable: Uint8Array, tail: Uint8Array, dice: Stream): Uint8Array {
  if (tail.length === 0) return durable
  const reached = dice.chance(0.5) ? tail.length : dice.int(tail.length + 1)
  const all = concat(durable, tail.subarray(0, reached))
  let at = durable.length
  while (at < all.length) {
    const end = Math.min(all.length, (Math.floor(at / sectorBytes) + 1) * sectorBytes)
    const fate = dice.int(4)
    if (fate === 1) all.fill(0, at, end)
    if (fate === 2) all.fill(0, at + dice.int(end - at), end)
    if (fate === 3) all.set(dice.bytes(end - at), at)
    at = end
  }
  return all
}

/**
 * The bytes of a journal (spec OL-1, D 4.4): records one after the other, each of which shows that
 * it is whole, in its place, and of this journal. What a crash tore off at the end was never
 * acknowledged and is dropped; a hole in what was acknowledged is told apart from that.
 */
import { ByteReader, ByteWriter, concat, equal, fromText, sha256 } from '#base'
import { JournalDamaged, RecordTooLong } from './errors.js'

/** Where a record stands. */
export interface Place {
  /** differs with every rewriting of the journal, so that old bytes are not taken for new ones */
  readonly generation: bigint
  /** from 0 */
  readonly sequence: bigint
  /** records of this generation that were durable when this one was written */
  readonly settled: bigint
}

export interface JournalContent {
  /** undefined where there is no journal yet */
  readonly generation: bigint | undefined
  readonly records: readonly Uint8Array[]
  /** bytes that are good: the rest has to be cut off before anything is appended */
  readonly end: number
  /** durable records are lost */
  readonly damage: JournalDamaged | undefined
}

/** Bytes of one record at most. */
export const recordLimit = 64 * 1024 * 1024

const magic = fromText('OL1jrnl\n')
const headSize = 24
const frameSize = 28
const sumSize = 8

function sumOf(generation: bigint, ...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(8)
  writer.u64(generation)
  return sha256(concat(writer.done(), ...parts)).slice(0, sumSize)
}

/** What a journal begins with. */
export function journalHead(generation: bigint): Uint8Array {
  const writer = new ByteWriter(headSize)
  writer.raw(magic)
  writer.u64(generation)
  writer.raw(sumOf(generation, magic))
  return writer.done()
}

/** The bytes of one record: length, sequence, settled, checksum, payload. @throws RecordTooLong */
export function frameRecord({ generation, sequence, settled }: Place, payload: Uint8Array) {
  if (payload.length > recordLimit) throw new RecordTooLong(payload.length, recordLimit)
  const place = new ByteWriter(20)
  place.u32(payload.length)
  place.u64(sequence)
  place.u64(settled)
  const front = place.done()
  return concat(front, sumOf(generation, front, payload), payload)
}

/** A whole journal, for a rewriting. */
export const journalOf = (generation: bigint, records: readonly Uint8Array[]): Uint8Array =>
  concat(
    journalHead(generation),
    ...records.map((record, i) =>
      frameRecord({ generation, sequence: BigInt(i), settled: 0n }, record),
    ),
  )

interface Frame {
  readonly sequence: bigint
  readonly settled: bigint
  readonly payload: Uint8Array
  readonly end: number
}

/** The record that stands whole at this place and has a sequence in this range. */
function frameAt(
  bytes: Uint8Array,
  at: number,
  generation: bigint,
  first: bigint,
  last: bigint,
): Frame | undefined {
  if (bytes.length - at < frameSize) return undefined
  const reader = new ByteReader(bytes.subarray(at, at + frameSize))
  const length = reader.u32()
  const sequence = reader.u64()
  if (sequence < first || sequence > last || length > recordLimit) return undefined
  const end = at + frameSize + length
  if (end > bytes.length) return undefined
  const settled = reader.u64()
  const payload = bytes.slice(at + frameSize, end)
  const sum = sumOf(generation, bytes.subarray(at, at + frameSize - sumSize), payload)
  return equal(sum, reader.raw(sumSize)) ? { sequence, settled, payload, end } : undefined
}

/** What a journal holds. Never a record that was not written just so, in its place. */
export function readJournal(bytes: Uint8Array): JournalContent {
  const generation = generationOf(bytes)
  if (generation === undefined) {
    // A head is durable before its journal is used: torn, it stood alone.
    const damage = bytes.length > headSize ? new JournalDamaged(0n) : undefined
    return { generation, records: [], end: 0, damage }
  }
  const records: Uint8Array[] = []
  let end = headSize
  for (;;) {
    const next = BigInt(records.length)
    const frame = frameAt(bytes, end, generation, next, next)
    if (frame === undefined) break
    records.push(frame.payload)
    end = frame.end
  }
  return { generation, records, end, damage: damageAfter(bytes, end, generation, records.length) }
}

function generationOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length < headSize) return undefined
  const generation = new ByteReader(bytes.subarray(magic.length, headSize)).u64()
  return equal(bytes.subarray(0, headSize), journalHead(generation)) ? generation : undefined
}

/**
 * Looks for a whole record behind the first bad one. Several records may be written before a
 * crash, and reach the disk in any order: only what a later record calls settled was acknowledged.
 */
function damageAfter(
  bytes: Uint8Array,
  end: number,
  generation: bigint,
  count: number,
): JournalDamaged | undefined {
  const lost = BigInt(count)
  const last = lost + BigInt(Math.ceil((bytes.length - end) / frameSize))
  for (let at = end + 1; at + frameSize <= bytes.length; at++) {
    const frame = frameAt(bytes, at, generation, lost + 1n, last)
    if (frame !== undefined && frame.settled > lost) return new JournalDamaged(lost)
  }
  return undefined
}

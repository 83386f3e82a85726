import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, equal } from '#base'
import { frameRecord, journalHead, journalOf, readJournal } from './journal.js'

const generation = 0x0102_0304_0506n
const payloads = [0, 1, 7, 40, 300, 64].map((length, i) => new Uint8Array(length).fill(i + 1))

/** A journal in which every record was durable before the next was written. */
function settledJournal(records: readonly Uint8Array[]) {
  const frames = records.map((record, i) =>
    frameRecord({ generation, sequence: BigInt(i), settled: BigInt(i) }, record),
  )
  const ends = [journalHead(generation).length]
  for (const frame of frames) ends.push(ends[ends.length - 1] + frame.length)
  return { bytes: concat(journalHead(generation), ...frames), ends }
}

/** What is read is what was written, up to some record. */
function expectPrefix(bytes: Uint8Array, written: readonly Uint8Array[]) {
  const content = readJournal(bytes)
  expect(content.records.length).toBeLessThanOrEqual(written.length)
  expect(content.records.every((record, i) => equal(record, written[i]))).toBe(true)
  return content
}

describe('a journal', () => {
  const { bytes, ends } = settledJournal(payloads)
  const lastThree = ends[ends.length - 4]

  it('reads what was written', () => {
    expect(readJournal(bytes)).toEqual({
      generation,
      records: payloads,
      end: bytes.length,
      damage: undefined,
    })
    expect(readJournal(journalOf(9n, payloads)).records).toEqual(payloads)
    expect(readJournal(new Uint8Array(0))).toMatchObject({ generation: undefined, end: 0 })
    expect(readJournal(journalHead(4n))).toMatchObject({ generation: 4n, records: [], end: 24 })
  })

  it('drops a torn end, wherever it is cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const content = expectPrefix(bytes.subarray(0, cut), payloads)
      const whole = ends.filter((end) => end <= cut).length - 1
      expect(content.records.length).toBe(Math.max(0, whole))
      expect(content.damage).toBeUndefined()
      expect(content.end).toBe(whole < 0 ? 0 : ends[whole])
    }
  })

  it('drops a torn end that is followed by zeros or by what was there before', () => {
    const older = journalOf(generation - 1n, payloads)
    for (let cut = lastThree; cut < bytes.length; cut++) {
      const zeros = new Uint8Array(bytes.length + 64)
      zeros.set(bytes.subarray(0, cut))
      expect(expectPrefix(zeros, payloads).damage).toBeUndefined()
      const stale = concat(bytes.subarray(0, cut), older.subarray(cut))
      expect(expectPrefix(stale, payloads).damage).toBeUndefined()
    }
  })

  it('survives every flipped bit: a prefix, and damage where durable records are lost', () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Uint8Array.from(bytes)
      flipped[bit >> 3] ^= 1 << (bit & 7)
      const { records, damage } = expectPrefix(flipped, payloads)
      const hit = ends.findIndex((end) => bit >> 3 < end) - 1
      expect(records.length).toBe(Math.max(0, hit))
      expect(damage !== undefined).toBe(hit < payloads.length - 1)
    }
  })

  it('survives every lost sector', () => {
    for (const size of [16, 64, 512]) {
      for (let at = 0; at < bytes.length; at++) {
        const hurt = Uint8Array.from(bytes)
        hurt.fill(at % 2 === 0 ? 0 : 0xa5, at, at + size)
        expectPrefix(hurt, payloads)
      }
    }
  })

  it('does not call damage what was written together and never acknowledged', () => {
    const together = payloads.map((record, i) =>
      frameRecord({ generation, sequence: BigInt(i), settled: 2n }, record),
    )
    const whole = concat(journalHead(generation), ...together)
    const hurt = Uint8Array.from(whole)
    hurt[journalHead(generation).length + together[0].length + together[1].length] ^= 1
    const content = expectPrefix(hurt, payloads)
    expect(content.records.length).toBe(2)
    expect(content.damage).toBeUndefined()
    hurt[journalHead(generation).length] ^= 1
    expect(readJournal(hurt).damage).toMatchObject({ code: 'JOURNAL_DAMAGED' })
  })

  it('takes no record of another place or generation', () => {
    const other = frameRecord({ generation: 1n, sequence: 0n, settled: 0n }, payloads[3])
    const wrong = frameRecord({ generation, sequence: 1n, settled: 0n }, payloads[3])
    for (const frame of [other, wrong]) {
      expect(readJournal(concat(journalHead(generation), frame)).records).toEqual([])
    }
  })

  it('never fails on garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (garbage) => {
        expect(readJournal(garbage).records).toEqual([])
        expectPrefix(concat(bytes, garbage), payloads)
      }),
    )
  })
})

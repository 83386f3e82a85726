import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  decodeMarks,
  encodeMarks,
  isKept,
  markOf,
  oldestKept,
  type Retention,
  standardRetention,
  withMark,
} from './retention.js'

const strides = fc.constantFrom(1, 2, 3, 4, 6, 8, 12)
const retentions: fc.Arbitrary<Retention> = fc.record({
  every: fc.integer({ min: 1, max: 12 }),
  thinned: fc.array(fc.record({ stride: strides, span: fc.nat(30) }), { maxLength: 3 }),
})

it('keeps every pulse, then multiples of all strides so far', () => {
  const mark = markOf(
    {
      every: 3,
      thinned: [
        { stride: 4, span: 12 },
        { stride: 8, span: 20 },
      ],
    },
    50n,
  )
  const kept = Array.from({ length: 60 }, (_, i) => i).filter((i) => isKept([mark], BigInt(i)))
  expect(kept).toEqual([16, 24, 32, 36, 40, 44, ...Array.from({ length: 12 }, (_, i) => 48 + i)])
})

it('keeps of the second stride what the first one kept', () => {
  const spans = [
    { stride: 4, span: 10 },
    { stride: 6, span: 50 },
  ]
  const mark = markOf({ every: 1, thinned: spans }, 50n)
  const kept = Array.from({ length: 52 }, (_, i) => i).filter((i) => isKept([mark], BigInt(i)))
  expect(kept).toEqual([0, 12, 24, 36, 40, 44, 48, 50, 51])
})

it('finds the oldest kept pulse as counting does, and never keeps again what it dropped', () => {
  const applied = fc.array(fc.tuple(retentions, fc.nat(20)), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(applied, (list) => {
      let marks = withMark([], markOf(list[0][0], 0n))
      let newest = 0n
      const dropped = new Set<bigint>()
      for (const [retention, more] of list) {
        newest += BigInt(more)
        marks = decodeMarks(encodeMarks(withMark(marks, markOf(retention, newest))))
        expect(isKept(marks, newest)).toBe(true)
        let oldest = newest + 1n
        for (let pulse = newest + 1n; pulse >= 0n; pulse--) {
          if (isKept([markOf(retention, newest)], pulse) && !dropped.has(pulse)) oldest = pulse
          else dropped.add(pulse)
          expect(oldestKept(marks, pulse)).toBe(oldest)
        }
      }
    }),
  )
})

it('holds one mark for the same rules, and those of others while they matter', () => {
  const short: Retention = { every: 2, thinned: [] }
  let marks = withMark([], markOf(short, 10n))
  marks = withMark(marks, markOf(short, 20n))
  expect(marks).toHaveLength(1)
  marks = withMark(marks, markOf({ every: 10, thinned: [] }, 21n))
  expect(marks).toHaveLength(2)
  expect(isKept(marks, 18n)).toBe(false)
  expect(withMark(marks, markOf({ every: 10, thinned: [] }, 30n))).toHaveLength(1)
})

it('has the specified retention as its standard', () => {
  const newest = 100n * 86_400n + 5n
  const mark = markOf(standardRetention, newest)
  expect(oldestKept([mark], newest - 172_799n)).toBe(newest - 172_799n)
  expect(oldestKept([mark], newest - 172_800n)).toBe(newest - 172_799n)
  expect(oldestKept([mark], newest - 173_000n) % 3600n).toBe(0n)
  expect(oldestKept([mark], 90n * 3600n)).toBe(4n * 86_400n)
})

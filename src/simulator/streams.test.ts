import { describe, expect, it } from 'vitest'
import { streamOf } from './streams.js'

describe('a stream', () => {
  it('gives the same numbers on every machine', () => {
    const stream = streamOf('leither')
    expect([stream.next(), stream.next(), stream.next()]).toEqual([
      1602895900, 3282750235, 2118156939,
    ])
  })

  it('is spread evenly', () => {
    const stream = streamOf(7)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 100_000; i++) counts[stream.int(10)]++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it('splits without moving', () => {
    const [one, other] = [streamOf(1), streamOf(1)]
    one.split('net').next()
    expect(one.next()).toBe(other.next())
    expect(one.split('net').next()).not.toBe(one.split('disk').next())
  })

  it('draws what it says', () => {
    const stream = streamOf('draws')
    for (let i = 0; i < 1000; i++) {
      expect([3, 4, 5]).toContain(stream.between(3, 5))
      expect(stream.lognormal(10, 0.3)).toBeGreaterThan(0)
      expect(stream.exponential(5)).toBeGreaterThanOrEqual(0)
    }
    expect(stream.some([1, 2, 3], 5).sort()).toEqual([1, 2, 3])
    expect(stream.chance(0)).toBe(false)
    expect(stream.bytes(33)).toHaveLength(33)
  })

  it('has the median of a lognormal where it was asked for', () => {
    const stream = streamOf('median')
    const draws = Array.from({ length: 9999 }, () => stream.lognormal(40, 0.5))
    draws.sort((a, b) => a - b)
    expect(draws[5000]).toBeGreaterThan(38)
    expect(draws[5000]).toBeLessThan(42)
  })
})

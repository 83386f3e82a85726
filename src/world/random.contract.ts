/** What every Random keeps. */
import { describe, expect, it } from 'vitest'
import { toHex } from '#base'
import type { Random } from './random.js'

export function randomContract(name: string, make: () => Random): void {
  describe(name, () => {
    it.each([0, 1, 3, 4, 20, 32, 65_536])('gives %i bytes', (count) => {
      const bytes = make().bytes(count)
      expect(bytes).toHaveLength(count)
      expect(bytes.constructor).toBe(Uint8Array)
    })

    it.each([-1, 65_537, 1.5, NaN])('refuses to give %d bytes', (count) => {
      expect(() => make().bytes(count)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    })

    it('gives fresh bytes each time, in arrays of their own', () => {
      const random = make()
      const seen = new Set(Array.from({ length: 1000 }, () => toHex(random.bytes(16))))
      expect(seen.size).toBe(1000)
      const first = random.bytes(16)
      const before = toHex(first)
      random.bytes(16).fill(0)
      expect(toHex(first)).toBe(before)
    })

    it('gives every value of a byte about as often', () => {
      const counts = new Uint32Array(256)
      for (const byte of make().bytes(65_536)) counts[byte]++
      // 256 expected of each; 128 is eight standard deviations away.
      for (const count of counts) expect(Math.abs(count - 256)).toBeLessThan(128)
    })
  })
}

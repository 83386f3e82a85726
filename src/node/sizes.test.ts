import { expect, it } from 'vitest'
import type { Mid } from '#base'
import type { UnitEvent } from '#mimei'
import { handClock } from '#world'
import { openSizes } from './sizes.js'

const mid = 'm'.repeat(27) as Mid

/** A unit whose size takes `cost` milliseconds to count, and grows with each count. */
function scene(cost: number) {
  const clock = handClock()
  let listener: (event: UnitEvent) => void = () => undefined
  const units = {
    onEvent: (given: typeof listener) => {
      listener = given
      return () => undefined
    },
  }
  let counts = 0
  const unit = {
    mid,
    size: async () => {
      counts += 1
      clock.advance(cost)
      return counts
    },
  }
  return { clock, unit, sizes: openSizes({ units, clock }), tell: (e: UnitEvent) => listener(e) }
}
const changed: UnitEvent = { type: 'changed', mid, keys: [] }

it('a size is counted once until the unit changes', async () => {
  const { unit, sizes, tell } = scene(1)
  expect([await sizes.ofCur(unit, true), await sizes.ofCur(unit, false)]).toEqual([1, 1])
  tell(changed)
  expect([await sizes.ofCur(unit, false), await sizes.ofCur(unit, true)]).toEqual([2, 2])
})

it('a costly size may be a moment old in a list, and only there', async () => {
  const { clock, unit, sizes, tell } = scene(100)
  await sizes.ofCur(unit, true)
  tell(changed)
  expect(await sizes.ofCur(unit, false)).toBe(1)
  clock.advance(2000)
  expect(await sizes.ofCur(unit, false)).toBe(2)
  tell(changed)
  expect(await sizes.ofCur(unit, true)).toBe(3)
})

it('a size that cannot be counted is counted again', async () => {
  const { sizes } = scene(1)
  const broken = { mid, size: () => Promise.reject(new Error('a block is missing')) }
  await expect(sizes.ofCur(broken, true)).rejects.toThrow('missing')
  expect(await sizes.ofCur({ mid, size: async () => 7 }, true)).toBe(7)
})

import { clockContract } from '../clock.contract.js'
import { logContract } from '../log.contract.js'
import { randomContract } from '../random.contract.js'
import { expect, it } from 'vitest'
import { toHex } from '#base'
import { handClock } from './clock.js'
import { memoryLog } from './log.js'
import { seededRandom } from './random.js'

clockContract('hand clock', () => {
  const clock = handClock()
  return {
    clock,
    pass: async (millis) => {
      clock.advance(millis)
    },
  }
})

randomContract('seeded random', () => seededRandom(7))

logContract('memory log', () => {
  const log = memoryLog()
  return {
    log,
    lines: () =>
      log.lines.map((line) => {
        const said = Object.entries(line.facts).filter(([, value]) => value !== undefined)
        return {
          ...line,
          facts: Object.fromEntries(said.map(([key, fact]) => [key, String(fact)])),
        }
      }),
    end: () => undefined,
  }
})

it('a seed gives the same bytes on every machine', () => {
  const random = seededRandom(1)
  expect(toHex(random.bytes(5))).toBe('d4197117e5')
  expect(seededRandom(2).bytes(8)).not.toEqual(seededRandom(1).bytes(8))
})

it('a hand clock stands at the time of the action that it runs', () => {
  const clock = handClock(1000)
  const times: number[] = []
  clock.after(10, () => times.push(clock.now()))
  clock.after(5, () => {
    times.push(clock.now())
    clock.after(5, () => times.push(clock.now()))
  })
  clock.advance(20)
  expect(times).toEqual([1005, 1010, 1010])
  expect(clock.now()).toBe(1020)
})

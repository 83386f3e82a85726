/** What every Clock keeps. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type Clock, sleep } from './clock.js'

export interface ClockUnderTest {
  readonly clock: Clock
  /** Lets so much of the clock's time pass, running what falls due. */
  pass(millis: number): Promise<void>
}

export function clockContract(name: string, make: () => ClockUnderTest): void {
  describe(name, () => {
    let clock: Clock
    let pass: ClockUnderTest['pass']
    beforeEach(() => {
      ;({ clock, pass } = make())
    })

    it('tells milliseconds since 1970 and never goes back', async () => {
      let latest = clock.now()
      expect(latest).toBeGreaterThan(Date.UTC(2020, 0))
      for (let i = 0; i < 1000; i++) {
        const now = clock.now()
        expect(now).toBeGreaterThanOrEqual(latest)
        latest = now
      }
      await pass(5)
      expect(clock.now()).toBeGreaterThanOrEqual(latest + 5)
    })

    it('runs an action once, not before its time and never within the call', async () => {
      const start = clock.now()
      const times: number[] = []
      clock.after(20, () => times.push(clock.now()))
      clock.after(0, () => times.push(clock.now()))
      clock.after(-5, () => times.push(clock.now()))
      expect(times).toEqual([])
      await pass(60)
      expect(times).toHaveLength(3)
      expect(times[2]).toBeGreaterThanOrEqual(start + 20)
    })

    it('runs actions in the order of their times', async () => {
      const order: string[] = []
      clock.after(60, () => order.push('late'))
      clock.after(5, () => order.push('early'))
      clock.after(30, () => order.push('between'))
      await pass(100)
      expect(order).toEqual(['early', 'between', 'late'])
    })

    it('does not run what was called off', async () => {
      const ran: string[] = []
      const callOff = clock.after(5, () => ran.push('called off'))
      clock.after(1, () => ran.push('first'))
      callOff()
      callOff()
      await pass(30)
      expect(ran).toEqual(['first'])
    })

    it('lets an action call off another and set a new one', async () => {
      const ran: string[] = []
      const callOff = clock.after(40, () => ran.push('called off'))
      clock.after(5, () => {
        callOff()
        clock.after(5, () => ran.push('second'))
      })
      await pass(80)
      expect(ran).toEqual(['second'])
    })

    it('takes times longer than the timers of an engine', async () => {
      let ran = false
      const callOff = clock.after(2 ** 40, () => {
        ran = true
      })
      await pass(10)
      expect(ran).toBe(false)
      callOff()
    })

    it('sleeps', async () => {
      const start = clock.now()
      const slept = sleep(clock, 10).then(() => clock.now())
      await pass(40)
      expect(await slept).toBeGreaterThanOrEqual(start + 10)
    })
  })
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rehearsal } from './rehearsal.contract.js'

/** Runs until all is final, or fails at the deadline. */
function untilDone(run: Rehearsal, deadline: number): void {
  while (!run.isDone() && run.now < deadline) run.runUntil(run.now + 50)
  run.checkAgreement()
  expect(run.isDone(), `${run.heights()} at ${run.now}`).toBe(true)
}

describe('Simplex', () => {
  it.each([1, 2, 3, 4, 7, 13])('makes blocks with a committee of %i', (size) => {
    const run = new Rehearsal(size, 1)
    run.startAll()
    run.runUntil(100)
    for (let i = 0n; i < 20n; i++) {
      run.order(i)
      run.runUntil(run.now + 30)
    }
    untilDone(run, 5000)
    const { engine } = run.seats[0]
    expect(engine!.height).toBeGreaterThan(1n)
    run.runUntil(run.now + 20_000)
    const { view } = engine!
    run.runUntil(run.now + 60_000)
    expect(engine!.view).toBe(view)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rehearsal } from './rehearsal.contract.js'

/** Runs until all is final, or fails at the deadline. */
function untilDone(run: Rehearsal, deadline: number): void {
  while (!run.isDone() && run.now < deadline) run.runUntil(run.now + 50)
  run.checkAgreement()
  expect(run.isDone(), `heights ${run.heights()} at ${run.now}`).toBe(true)
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

  it.each([4, 7])('goes on without f of %i', (size) => {
    const run = new Rehearsal(size, 2)
    const dead = Math.floor((size - 1) / 3)
    for (let seat = 0; seat < size - dead; seat++) run.start(seat)
    run.runUntil(100)
    for (let i = 0n; i < 10n; i++) {
      run.order(i)
      run.runUntil(run.now + 200)
    }
    run.runUntil(run.now + 8000)
    run.checkAgreement()
    expect(run.seats[0].application!.done.size).toBe(10)
    for (let seat = size - dead; seat < size; seat++) run.start(seat)
    untilDone(run, run.now + 10_000)
  })

  it('stands still without a quorum, and goes on when it is back', () => {
    const run = new Rehearsal(4, 3)
    run.start(0)
    run.start(1)
    run.order(1n)
    run.runUntil(30_000)
    expect(run.seats[0].engine!.height).toBe(0n)
    run.start(2)
    run.start(3)
    untilDone(run, 50_000)
  })

  const trouble = fc.record({
    loss: fc.double({ min: 0, max: 0.4, noNaN: true }),
    twice: fc.double({ min: 0, max: 0.3, noNaN: true }),
    mostDelay: fc.integer({ min: 1, max: 600 }),
  })

  it('agrees and heals under loss, repetition and reordering', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1, 2, 3, 4, 5, 7), trouble, (seed, size, bad) => {
        const run = new Rehearsal(size, seed)
        run.trouble = bad
        run.startAll()
        for (let i = 0n; i < 8n; i++) {
          run.order(i)
          run.runUntil(run.now + 400)
          run.checkAgreement()
        }
        run.trouble = { loss: 0, twice: 0, mostDelay: 10 }
        untilDone(run, run.now + 30_000)
      }),
      { numRuns: 60 },
    )
  })

  const crashes = fc.array(
    fc.record({
      seat: fc.nat(6),
      after: fc.integer({ min: 0, max: 900 }),
      down: fc.integer({ min: 0, max: 1500 }),
    }),
    { maxLength: 12 },
  )

  it('agrees and heals through crashes, of all at once too', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(1, 2, 3, 4, 7),
        trouble,
        crashes,
        fc.boolean(),
        (seed, size, bad, falls, isTogether) => {
          const run = new Rehearsal(size, seed)
          run.trouble = bad
          run.startAll()
          let item = 0n
          for (const { seat, after, down } of falls) {
            run.order(item++)
            run.runUntil(run.now + after)
            run.crash(seat % size)
            run.at(down, () => run.start(seat % size))
            run.checkAgreement()
          }
          run.runUntil(run.now + 2000)
          if (isTogether) for (const seat of run.honest) run.crash(seat)
          run.startAll()
          run.order(item)
          run.trouble = { loss: 0, twice: 0, mostDelay: 10 }
          untilDone(run, run.now + 30_000)
        },
      ),
      { numRuns: 80 },
    )
  })
})

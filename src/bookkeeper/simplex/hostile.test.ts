import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Liar } from './liar.contract.js'
import { Rehearsal } from './rehearsal.contract.js'

function untilDone(run: Rehearsal, deadline: number): void {
  while (!run.isDone() && run.now < deadline) run.runUntil(run.now + 50)
  run.checkAgreement()
  expect(run.isDone(), `heights ${run.heights()} at ${run.now}`).toBe(true)
}

const trouble = fc.record({
  loss: fc.double({ min: 0, max: 0.2, noNaN: true }),
  twice: fc.double({ min: 0, max: 0.3, noNaN: true }),
  mostDelay: fc.integer({ min: 1, max: 300 }),
})

describe('Simplex among hostile members', () => {
  it('agrees and goes on while one of them lies in every way', () => {
    let evidence = 0
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(4, 5, 7),
        fc.nat(3),
        trouble,
        fc.boolean(),
        (seed, size, seat, bad, isRestarting) => {
          const run = new Rehearsal(size, seed, new Set([seat]))
          run.trouble = bad
          new Liar(run, seat, seed).begin()
          run.startAll()
          for (let i = 0n; i < 6n; i++) {
            run.order(i)
            run.runUntil(run.now + 400)
            run.checkAgreement()
          }
          const [first] = run.honest
          if (isRestarting) run.crash(first)
          run.runUntil(run.now + 400)
          run.start(first)
          run.trouble = { loss: 0, twice: 0, mostDelay: 10 }
          untilDone(run, run.now + 60_000)
          evidence += run.notices.filter(({ kind }) => kind === 'evidence').length
          const accused = run.seats.flatMap(({ engine }) => engine?.evidence ?? [])
          expect(accused.every((pair) => pair.seat === seat)).toBe(true)
        },
      ),
      { numRuns: 25, endOnFailure: true },
    )
    expect(evidence).toBeGreaterThan(0)
  })

  it('never contradicts itself after a disk lost its newest records, or all', () => {
    let learners = 0
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(4, 7),
        trouble,
        fc.array(fc.record({ seat: fc.nat(6), lost: fc.nat(40), after: fc.nat(500) }), {
          minLength: 1,
          maxLength: 4,
        }),
        (seed, size, bad, falls) => {
          const run = new Rehearsal(size, seed)
          run.startAll()
          run.order(1000n)
          run.runUntil(1000)
          run.trouble = bad
          let item = 0n
          for (const { seat, lost, after } of falls) {
            run.order(item++)
            run.runUntil(run.now + after)
            run.order(item++)
            run.crash(seat % size)
            run.loseRecords(seat % size, lost)
            run.runUntil(run.now + after)
            run.start(seat % size)
            // One fault at a time: it is over once the member votes again.
            const deadline = run.now + 30_000
            run.trouble = { ...bad, loss: 0 }
            while (run.now < deadline && run.seats[seat % size].engine?.isVoting !== true) {
              run.order(item++)
              run.runUntil(run.now + 100)
            }
            run.trouble = bad
            run.checkAgreement()
          }
          run.trouble = { loss: 0, twice: 0, mostDelay: 10 }
          untilDone(run, run.now + 30_000)
          learners += run.notices.filter(({ what }) => what === 'simplex/learner').length
        },
      ),
      { numRuns: 30, endOnFailure: true },
    )
    expect(learners).toBeGreaterThan(0)
  })
})

import { describe, expect, it } from 'vitest'
import { modelCheck } from './model-check.js'

describe('the model check', () => {
  it.each([0, 1, 2, 3])('sees every state of one view while seat %i lies', (seat) => {
    const result = modelCheck({ views: 1, hostile: [seat], mostStates: 100_000 })
    expect(result).toMatchObject({ isExhausted: true, violation: undefined })
    expect(result.finalStates).toBeGreaterThan(0)
  })

  it.each([1, 2, 3])('finds no fork among states of two views while seat %i lies', (seat) => {
    const result = modelCheck({ views: 2, hostile: [seat], mostStates: 3_000 })
    expect(result.violation).toBeUndefined()
    expect(result.states).toBeGreaterThanOrEqual(3_000)
    expect(result.finalStates).toBeGreaterThan(0)
  })

  it('sees every state of two views while nobody lies and one is silent', () => {
    const result = modelCheck({ views: 2, hostile: [], silent: [3], mostStates: 100_000 })
    expect(result).toMatchObject({ isExhausted: true, violation: undefined })
  })

  it('finds the fork that two liars of four can make', () => {
    const result = modelCheck({ views: 2, hostile: [1, 2], mostStates: 100_000 })
    expect(result.violation).toBeDefined()
  })
})

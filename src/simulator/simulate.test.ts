import { afterAll, describe, expect, it } from 'vitest'
import { simulatedCast } from './cast.js'
import type { Wishes } from './expand.js'
import { picturePage } from './picture-page.js'
import { recorder } from './picture.js'
import { play } from './run.js'
import { scenarioOf } from './simulate.js'
import { layTripwire } from './tripwire.js'
import { summaryOf } from './command.js'

const tripwire = layTripwire()
afterAll(() => tripwire.remove())

const small: Wishes = { domains: 2, nodes: 4, pulses: 4, clients: 2 }
const played = (seed: string, wishes: Wishes, cast = simulatedCast) =>
  play(scenarioOf(seed, { ...small, ...wishes }, cast), { cast, tripwire })

describe('a simulated organization', () => {
  it('keeps every invariant in calm weather, and pulses', async () => {
    const { failure, pulse, messages } = await played('1', { faults: [] })
    expect(failure).toBeUndefined()
    expect(pulse).toBeGreaterThan(2n)
    expect(messages).toBeGreaterThan(500)
  })

  it('keeps them through faults, the same way each time', async () => {
    const [first, second] = [await played('3', {}), await played('3', {})]
    expect(first.failure).toBeUndefined()
    expect(second.trace).toBe(first.trace)
  })

  it('runs the same way whether receivers share messages or not', async () => {
    const [shared, own] = [await played('5', {}), await played('5', { copies: 'own' })]
    expect(own.trace).toBe(shared.trace)
  })

  it('runs with real signatures', async () => {
    const { failure } = await played('1', { faults: [], pulses: 2, signatures: 'real' })
    expect(failure).toBeUndefined()
  })

  it('is drawn on a page that loads nothing else', async () => {
    const { observer, page } = recorder()
    const cast = { ...simulatedCast, observers: [observer] }
    const outcome = await played('3', {}, cast)
    const html = page(summaryOf(outcome, 1))
    expect(html).toMatch(/^<!doctype html>/)
    expect(html).toContain('"proposal"')
    expect(html).not.toMatch(/(src|href)=/)
    expect(html).not.toContain('</script><script')
  })

  it('escapes what a page shows', () => {
    const scenario = scenarioOf('<b>', small, simulatedCast)
    const figures = { trace: '', steps: 0, messages: 0, bytes: 0, pulse: 0, millis: 1, marks: {} }
    const recording = { rows: [], kinds: [], messages: [], marks: [], faults: [], isCut: false }
    const failure = { id: 'I1', what: '<script>', time: 0, stack: '' }
    const html = picturePage({ scenario, failure, cpuMillis: 0, ...figures }, recording)
    expect(html).not.toContain('<b>')
    expect(html.match(/<script>/g)).toHaveLength(1)
  })
})

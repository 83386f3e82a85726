import { afterAll, describe, expect, it } from 'vitest'
import type { Observer } from './checker.js'
import { play } from './run.js'
import { playTwice, scenarioOf } from './simulate.js'
import { toyCast, type ToyOptions } from './toy.contract.js'
import { layTripwire } from './tripwire.js'

const tripwire = layTripwire()
afterAll(() => tripwire.remove())

const size = { domains: 2, nodes: 4, pulses: 10, clients: 2 }
const optionsOf = (toy: ToyOptions = {}, observers: (() => Observer)[] = []) => ({
  cast: toyCast(toy, observers),
  tripwire,
})
const calm = (seed: string) => ({
  ...scenarioOf(seed, { ...size, faults: [] }, toyCast()),
  patience: 30,
})

/** Toys without a limit never rest: the end is where patience ends. */
const briefly = (seed: string, faults?: readonly string[]) => ({
  ...scenarioOf(seed, faults === undefined ? size : { ...size, faults }, toyCast()),
  patience: 3,
})

describe('a run', () => {
  it('runs the same way twice', async () => {
    for (const seed of ['1', '2', '3', '4']) {
      const first = await play(briefly(seed), optionsOf())
      const second = await play(briefly(seed), optionsOf())
      expect(second.trace).toBe(first.trace)
      expect(first.steps).toBeGreaterThan(100)
    }
  })

  it('runs another way with another seed', async () => {
    const traces = await Promise.all(
      ['1', '2'].map(async (seed) => (await play(briefly(seed), optionsOf())).trace),
    )
    expect(traces[0]).not.toBe(traces[1])
  })

  it('goes the same way whether receivers share messages or not', async () => {
    const own = { ...briefly('7'), copies: 'own' as const }
    expect((await play(own, optionsOf())).trace).toBe((await play(briefly('7'), optionsOf())).trace)
  })

  it('fails where it does not come to rest', async () => {
    const { failure } = await play(briefly('1', []), optionsOf())
    expect(failure?.id).toBe('LIVE')
    expect(failure?.what).toMatch(/still making blocks/)
  })

  it('fails where something stays owed', async () => {
    const owing = (): Observer => ({ name: 'owing', owed: () => ['a transfer'] })
    const { failure } = await play(briefly('1', []), optionsOf({}, [owing]))
    expect(failure).toMatchObject({ id: 'LIVE' })
    expect(failure?.what).toMatch(/a transfer/)
  })

  it('finds a role that speaks before its word is durable', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        play({ ...briefly(`h${i}`, ['crash-in-fsync']), fsync: 15 }, optionsOf({ isHasty: true })),
      ),
    )
    expect(outcomes.some(({ failure }) => failure?.what.includes('twice'))).toBe(true)
  })

  it('finds nothing where it is durable first', async () => {
    for (let i = 0; i < 12; i++) {
      const { failure } = await play(briefly(`h${i}`, ['crash-in-fsync', 'crash']), optionsOf())
      expect(failure?.id).toBe('LIVE')
    }
  })

  it('finds a role that looks at the clock', async () => {
    for (const naughty of [() => Date.now(), () => Math.random(), () => performance.now()]) {
      const { failure } = await play(calm('1'), optionsOf({ naughty: () => void naughty() }))
      expect(failure).toMatchObject({ id: 'CRASH' })
      expect(failure?.what).toMatch(/the clock|chance/)
    }
  })

  it('finds a role that runs differently the second time', async () => {
    let starts = 0
    const cast = toyCast({ limit: 5 })
    const fickle = {
      ...optionsOf(),
      cast: {
        ...cast,
        open: async (...args: Parameters<typeof cast.open>) => {
          const role = await cast.open(...args)
          return args[0].kind === 'root' && starts++ === 5 ? { ...role, start: () => [] } : role
        },
      },
    }
    const { failure } = await playTwice(calm('1'), fickle)
    expect(failure?.id).toBe('REPLAY')
  })

  it('is green where all is well', async () => {
    const { failure } = await playTwice(calm('1'), optionsOf({ limit: 5 }))
    expect(failure).toBeUndefined()
  })

  it('tells observers of honest signatures, stores, crashes and faults', async () => {
    const seen = new Set<string>()
    const watch = (): Observer => ({
      name: 'watch',
      sent: () => void seen.add('sent'),
      delivered: () => void seen.add('delivered'),
      signed: () => void seen.add('signed'),
      crashed: () => void seen.add('crashed'),
      restarted: () => void seen.add('restarted'),
      fault: () => void seen.add('fault'),
      healed: () => void seen.add('healed'),
      atPulse: () => void seen.add('atPulse'),
      afterEvent: () => void seen.add('afterEvent'),
    })
    const fault = { kind: 'crash', at: 1200, until: 2300, node: 1 } as const
    await play({ ...briefly('1', []), faults: [fault] }, optionsOf({}, [watch]))
    const all = 'afterEvent atPulse crashed delivered fault healed restarted sent signed'
    expect([...seen].sort().join(' ')).toBe(all)
  })
})

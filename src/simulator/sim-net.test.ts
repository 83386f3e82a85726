import { describe, expect, it } from 'vitest'
import type { NetworkFault } from './scenario.js'
import { cuts, SimNet } from './sim-net.js'
import { streamOf } from './streams.js'

const clean = { loss: 0, duplicate: 0, reorder: 0, spread: 0.2, regions: 3 }
const netWith = (options = {}, nodes = 6): SimNet =>
  new SimNet(nodes, { ...clean, ...options }, streamOf('net'))
const fault = (kind: NetworkFault['kind'], more = {}): NetworkFault => ({
  kind,
  at: 0,
  until: 1000,
  nodes: [0, 1],
  ...more,
})
const many = (net: SimNet, from: number, to: number, count = 2000) =>
  Array.from({ length: count }, () => net.delays(from, to, 100, 0))

/** Who hears whom, as rows of senders: '.' where nothing comes through. */
const matrix = (kind: NetworkFault['kind'], more = {}): string[] =>
  [0, 1, 2, 3].map((from) =>
    [0, 1, 2, 3].map((to) => (cuts(fault(kind, more), from, to) ? '.' : 'x')).join(''),
  )

describe('cuts', () => {
  it('separate both sides in a partition', () => {
    expect(matrix('partition')).toEqual(['xx..', 'xx..', '..xx', '..xx'])
  })
  it('keep the deaf from hearing others', () => {
    expect(matrix('deaf')).toEqual(['xxxx', 'xxxx', '..xx', '..xx'])
  })
  it('keep the mute from being heard', () => {
    expect(matrix('mute')).toEqual(['xx..', 'xx..', 'xxxx', 'xxxx'])
  })
  it('part only some pairs in a partial partition', () => {
    const more = { nodes: [0], others: [1, 2] }
    expect(matrix('partial', more)).toEqual(['x..x', '.xxx', '.xxx', 'xxxx'])
  })
  it('are none for other faults', () => {
    expect(matrix('loss')).toEqual(['xxxx', 'xxxx', 'xxxx', 'xxxx'])
  })
})

describe('the network', () => {
  it('delivers everything once where it is clean', () => {
    const all = many(netWith(), 0, 3)
    expect(all.every((delays) => delays.length === 1 && delays[0] > 0)).toBe(true)
  })

  it('loses and doubles at its rates', () => {
    const lost = many(netWith({ loss: 0.2 }), 0, 3).filter(({ length }) => length === 0)
    expect(lost.length / 2000).toBeCloseTo(0.2, 1)
    const twice = many(netWith({ duplicate: 0.3 }), 0, 3).filter(({ length }) => length === 2)
    expect(twice.length / 2000).toBeCloseTo(0.3, 1)
  })

  it('does so on links of a fault only, and not after it', () => {
    const net = netWith()
    const loss = fault('loss', { rate: 1 })
    net.begin(loss)
    expect(many(net, 0, 3, 10).flat()).toEqual([])
    expect(many(net, 4, 1, 10).flat()).toEqual([])
    expect(many(net, 3, 4, 10).flat()).toHaveLength(10)
    net.end(loss)
    expect(many(net, 0, 3, 10).flat()).toHaveLength(10)
  })

  it('lets later messages overtake', () => {
    const net = netWith()
    net.begin(fault('reorder', { rate: 0.5, millis: 3000 }))
    const delays = many(net, 0, 3).flat()
    expect(Math.max(...delays)).toBeGreaterThan(2000)
    expect(Math.min(...delays)).toBeLessThan(300)
  })

  it('slows links', () => {
    const [quick, slow] = [netWith({ spread: 0 }), netWith({ spread: 0 })]
    slow.begin(fault('slow-link', { rate: 10 }))
    expect(slow.delays(0, 3, 1, 0)[0]).toBeCloseTo(10 * quick.delays(0, 3, 1, 0)[0], 6)
  })

  it('lets 64 KB a second through a narrow uplink', () => {
    const net = netWith({ spread: 0 })
    const [before] = net.delays(0, 3, 64_000, 0)
    net.begin(fault('narrow'))
    const [first] = net.delays(0, 3, 64_000, 0)
    const [second] = net.delays(0, 3, 64_000, 0)
    expect(first - before).toBeCloseTo(1000)
    expect(second - before).toBeCloseTo(2000)
    expect(net.delays(3, 0, 64_000, 0)[0]).toBeCloseTo(before)
  })

  it('is clean after healing, also of what it always does', () => {
    const net = netWith({ loss: 0.5, duplicate: 0.5 })
    net.begin(fault('partition'))
    net.heal()
    expect(many(net, 0, 3).every(({ length }) => length === 1)).toBe(true)
  })

  it('delivers to oneself at once', () => {
    expect(netWith({ loss: 1 }).delays(2, 2, 1000, 0)[0]).toBeLessThan(1)
  })
})

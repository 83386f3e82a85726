import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Prefix, related, type Table, toPrefix } from '#ledger'
import { Firewall } from './firewall.js'
import { genesisWith } from './sketch.contract.js'

const [like] = genesisWith().table
const tableOf = (taken: Readonly<Record<string, bigint>>): Table =>
  Object.entries(taken).map(([prefix, cumIn]) => ({ ...like, prefix: toPrefix(prefix), cumIn }))
const sentTo = (sent: Readonly<Record<string, bigint>>): Map<Prefix, bigint> =>
  new Map(Object.entries(sent).map(([to, amount]) => [toPrefix(to), amount]))

describe('the firewall', () => {
  it('lets a branch take what was sent to it, and nothing more', () => {
    const wall = new Firewall(tableOf({ '0': 0n, '1': 0n }), sentTo({ '1': 10n }))
    expect(wall.take(toPrefix('1'), 11n)).toBe(false)
    expect(wall.take(toPrefix('1'), 10n)).toBe(true)
    expect(wall.take(toPrefix('0'), 1n)).toBe(false)
  })

  it('lets halves share what was sent to the whole, once', () => {
    const wall = new Firewall(tableOf({ '0': 0n, '00': 0n, '01': 0n }), sentTo({ '0': 10n }))
    expect(wall.take(toPrefix('00'), 7n)).toBe(true)
    expect(wall.take(toPrefix('01'), 4n)).toBe(false)
    expect(wall.take(toPrefix('01'), 3n)).toBe(true)
    expect(wall.take(toPrefix('0'), 1n)).toBe(false)
  })

  it('counts what a retired branch took of the share of its halves', () => {
    const wall = new Firewall(tableOf({ '0': 6n, '00': 0n }), sentTo({ '0': 10n, '00': 1n }))
    expect(wall.take(toPrefix('00'), 6n)).toBe(false)
    expect(wall.take(toPrefix('00'), 5n)).toBe(true)
  })

  it('lets a merged branch take what was sent to its halves, less what they took', () => {
    const wall = new Firewall(
      tableOf({ '0': 0n, '00': 2n, '01': 0n }),
      sentTo({ '00': 5n, '01': 5n }),
    )
    expect(wall.take(toPrefix('0'), 9n)).toBe(false)
    expect(wall.take(toPrefix('0'), 8n)).toBe(true)
  })

  it('lets nobody take what was sent to a neighbour', () => {
    const wall = new Firewall(tableOf({ '00': 0n, '01': 0n }), sentTo({ '01': 5n }))
    expect(wall.take(toPrefix('00'), 1n)).toBe(false)
  })

  it('never lets branches take together what was not sent, in whatever order they come', () => {
    const prefix = fc.constantFrom(...['', '0', '1', '00', '01', '10', '11'].map(toPrefix))
    const amount = fc.bigInt({ min: 0n, max: 20n })
    const list = fc.array(fc.tuple(prefix, amount), { maxLength: 12 })
    fc.assert(
      fc.property(list, list, (channels, takes) => {
        const sent = new Map(channels)
        const taken = new Map<Prefix, bigint>()
        const wall = new Firewall([], sent)
        for (const [branch, cumIn] of takes) if (wall.take(branch, cumIn)) taken.set(branch, cumIn)
        for (const node of ['', '0', '1', '00', '01', '10', '11'].map(toPrefix)) {
          let due = 0n
          for (const [to, value] of sent) if (related(to, node)) due += value
          let got = 0n
          for (const [branch, value] of taken) if (branch.startsWith(node)) got += value
          expect(got).toBeLessThanOrEqual(due)
        }
      }),
    )
  })
})

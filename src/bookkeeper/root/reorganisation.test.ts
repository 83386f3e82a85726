import { describe, expect, it } from 'vitest'
import { entryStates, forms, headerHash, toPrefix } from '#ledger'
import { Council } from './council.contract.js'
import { genesisWith, openingOf, reportOf, Sketch } from './sketch.contract.js'

const rules = { cycle: 2, splitAbove: 10, mergeBelow: 5 }

/** Branch "0" has too many accounts and is told to close at pulse 2. */
async function splitting(): Promise<{ council: Council; zero: Sketch; one: Sketch }> {
  const council = await Council.of(genesisWith(rules))
  const [zero, one] = [council.sketch('0'), council.sketch('1')]
  council.report(zero.step({ count: 12, out: { '1': 10n } }).report())
  council.run(1500)
  council.report(one.step({ taken: 4n, pulseSeen: 1n, count: 9 }).report())
  council.run(1500)
  expect(council.pulse).toBe(2n)
  expect(council.entry('0')?.state).toBe(entryStates.closing)
  expect(council.entry('1')?.state).toBe(entryStates.open)
  zero.included()
  one.included()
  return { council, zero, one }
}

const halvesOf = (zero: Sketch, wrong = {}) => {
  const closing = [zero.header]
  return [
    openingOf('00', closing, { total: 200n, count: 7 }),
    openingOf('01', closing, { total: 290n, count: 5 }, wrong),
  ]
}

async function split(): Promise<{ council: Council; zero: Sketch; one: Sketch; halves: Sketch[] }> {
  const { council, zero, one } = await splitting()
  council.report(zero.step({ form: forms.closing, pulseSeen: 2n }).report())
  council.run(1500)
  const openings = halvesOf(zero)
  for (const header of openings) council.report(reportOf([header], []))
  council.run(1500)
  return { council, zero, one, halves: openings.map((header) => new Sketch(header)) }
}

describe('a branch that is too large', () => {
  it('closes, and its halves take its place in one block', async () => {
    const { council, zero } = await splitting()
    council.report(zero.step({ form: forms.closing, pulseSeen: 2n }).report())
    council.run(1500)
    expect(council.entry('0')?.state).toBe(entryStates.closed)
    const [left, right] = halvesOf(zero)
    council.report(reportOf([left], []))
    council.run(3000)
    expect(council.entry('00')).toBeUndefined()
    council.report(reportOf([right], []))
    council.run(1500)
    expect(council.entry('0')?.state).toBe(entryStates.retired)
    expect(council.entry('00')).toMatchObject({ state: entryStates.open, height: 0n, total: 200n })
    expect(council.entry('01')?.headerHash).toEqual(headerHash(right))
    expect(council.pulses.at(-1)?.pulse.header).toMatchObject({ total: 994n, count: 21 })
    expect(council.evidence).toEqual([])
  })

  it('may still bring what it made before it heard of it, and nothing after', async () => {
    const { council, zero } = await splitting()
    council.report(zero.step({ pulseSeen: 1n }).report())
    council.run(1500)
    expect(council.entry('0')).toMatchObject({ height: 2n, state: entryStates.closing })
    const late = zero.included().copy().step({ pulseSeen: 2n })
    council.report(late.report(), undefined, 1)
    council.run(1500)
    expect(council.entry('0')?.height).toBe(2n)
    expect(council.evidence.join()).toContain('although the branch is to close')
  })

  it('cannot hide a late block before its closing one', async () => {
    const { council, zero } = await splitting()
    zero.step({ pulseSeen: 2n }).step({ form: forms.closing, pulseSeen: 2n })
    council.report(zero.report())
    council.run(1500)
    expect(council.entry('0')?.state).toBe(entryStates.closing)
    expect(council.evidence.join()).toContain('although the branch is to close')
  })

  it('brings nothing after its closing block', async () => {
    const { council, zero } = await splitting()
    council.report(zero.step({ form: forms.closing, pulseSeen: 2n }).report())
    council.run(1500)
    council.report(zero.included().step({ form: forms.block }).report())
    council.run(1500)
    expect(council.entry('0')).toMatchObject({ height: 2n, state: entryStates.closed })
  })

  const wrongs = [
    ['hold more', { total: 291n }, 'do not add up'],
    ['hold less', { total: 289n }, 'do not add up'],
    ['have other accounts', { count: 6 }, 'do not add up'],
    ['have other bonds', { bondSum: 1n }, 'do not add up'],
    ['begin with debits', { cumDebit: 1n }, 'another cumDebit'],
    ['begin with sendings', { cumOut: 1n, total: 289n }, 'another cumOut'],
    ['begin with credits', { cumIn: 1n, total: 291n }, 'another cumIn'],
    ['begin later', { height: 1n }, 'another height'],
    ['go on from something else', { prev: new Uint8Array(32) }, 'other closing headers'],
    ['begin with channels', { channelRoot: new Uint8Array(32).fill(1) }, 'other channels'],
    ['do not begin a new cycle', { cycle: 0 }, 'another cycle'],
  ] as const
  it.each(wrongs)('is not replaced by halves that %s, but by others', async (_, wrong, told) => {
    const { council, zero } = await splitting()
    council.report(zero.step({ form: forms.closing, pulseSeen: 2n }).report())
    council.run(1500)
    for (const header of halvesOf(zero, wrong)) council.report(reportOf([header], []))
    council.run(1500)
    expect(council.entry('00')).toBeUndefined()
    expect(council.evidence.join()).toContain(told)
    for (const header of halvesOf(zero)) council.report(reportOf([header], []), undefined, 1)
    council.run(2500)
    expect(council.entry('00')?.total).toBe(200n)
  })

  it('is not opened for by who was not asked', async () => {
    const { council, zero } = await splitting()
    const openings = halvesOf(zero)
    for (const header of openings) council.report(reportOf([header], []))
    council.run(3000)
    expect(council.entry('00')).toBeUndefined()
  })
})

describe('halves of a branch', () => {
  it('take what was sent to the whole, and no more', async () => {
    const { council, one, halves } = await split()
    const { pulse } = council
    council.report(one.step({ out: { '0': 9n }, pulseSeen: 1n }).report())
    council.run(1500)
    council.report(halves[0].step({ taken: 6n, pulseSeen: pulse + 1n }).report())
    council.run(1500)
    expect(council.entry('00')?.cumIn).toBe(6n)
    council.report(halves[1].step({ taken: 4n, pulseSeen: pulse + 1n }).report())
    council.run(1500)
    expect(council.entry('01')?.cumIn).toBe(0n)
    expect(council.evidence.join()).toContain('nobody sent')
  })

  it('become one again, which goes on with the channels and flows of before', async () => {
    const { council, zero, one, halves } = await split()
    halves.forEach((half, i) => {
      council.report(half.step({ count: 2, out: { '1': 1n + BigInt(i) } }).report())
    })
    council.run(1500)
    for (let i = 0; council.entry('00')?.state === entryStates.open && i < 3; i++) {
      council.report(one.step().report())
      council.run(1500)
      one.included()
    }
    expect(council.entry('00')?.state).toBe(entryStates.closing)
    expect(council.entry('01')?.state).toBe(entryStates.closing)
    for (const half of halves) {
      const { pulse } = council
      council.report(half.included().step({ form: forms.closing, pulseSeen: pulse }).report())
      council.run(1500)
    }
    const closing = halves.map(({ header }) => header)
    const { cumDebit, cumOut, cumIn, channelRoot } = zero.header
    const flows = { cumDebit, cumOut, cumIn, channelRoot }
    const opening = openingOf('0', closing, { total: 487n, count: 4 }, flows)
    council.report(reportOf([opening], []))
    council.run(1500)
    expect(council.entry('0')).toMatchObject({ state: entryStates.open, height: 0n, cumOut })
    expect(council.entry('00')?.state).toBe(entryStates.retired)
    const again = new Sketch(opening, zero.book)
    council.report(again.step({ out: { '1': 2n } }).report())
    council.run(1500)
    expect(council.entry('0')).toMatchObject({ height: 1n, cumOut: cumOut + 2n })
    council.report(one.step({ taken: 11n, pulseSeen: council.pulse }).report())
    council.run(1500)
    expect(council.entry('1')?.cumIn).toBe(15n)
    expect(council.evidence).toEqual([])
  })
})

describe('a reorganisation', () => {
  it('outlives a restart of all in its middle', async () => {
    const { council, zero } = await splitting()
    council.report(zero.step({ form: forms.closing, pulseSeen: 2n }).report())
    council.run(1500)
    for (let seat = 0; seat < 4; seat++) council.stop(seat)
    for (let seat = 0; seat < 4; seat++) await council.start(seat)
    council.run(1000)
    for (const header of halvesOf(zero)) council.report(reportOf([header], []))
    council.run(2500)
    expect(council.entry('0')?.state).toBe(entryStates.retired)
  })

  it('outlives a restart from the checkpoint that began it', async () => {
    const council = await Council.of(genesisWith({ ...rules, cycle: 16 }))
    const [zero, one] = [council.sketch('0'), council.sketch('1')]
    council.report(one.step({ count: 9 }).report())
    for (let i = 0; i < 16; i++) {
      council.report(zero.step({ count: 12 }).report())
      council.run(1200)
      zero.included()
    }
    expect(council.pulse).toBe(16n)
    for (let seat = 0; seat < 4; seat++) council.stop(seat)
    for (let seat = 0; seat < 4; seat++) await council.start(seat)
    council.run(1000)
    council.report(zero.step({ form: forms.closing, pulseSeen: 16n }).report())
    council.run(1500)
    const openings = [
      openingOf('00', [zero.header], { total: 200n, count: 7 }),
      openingOf('01', [zero.header], { total: 300n, count: 5 }),
    ]
    for (const header of openings) council.report(reportOf([header], []))
    council.run(2500)
    expect(council.entry('0')?.state).toBe(entryStates.retired)
  })

  it('is for no branches whose whole has no seats', async () => {
    const names = ['0', '00', '01', '1']
    for (const named of [names, names.slice(1)]) {
      const council = await Council.of(genesisWith(rules, ['00', '01', '1'], 4, named))
      const quarter = council.sketch('00')
      for (let i = 0; i < 2; i++) {
        council.report(quarter.step().report())
        council.run(1500)
        quarter.included()
      }
      const state = named === names ? entryStates.closing : entryStates.open
      expect(council.entry('00')?.state).toBe(state)
      expect(council.entry('01')?.state).toBe(state)
    }
  })

  it('is for no branch whose halves have no seats', async () => {
    const council = await Council.of(genesisWith(rules, ['00', '01', '1']))
    const quarter = council.sketch('00')
    for (let i = 0; i < 3; i++) {
      council.report(quarter.step({ count: 12 }).report())
      council.run(1500)
      quarter.included()
    }
    expect(council.entry('00')?.state).toBe(entryStates.open)
    expect(council.entry('01')?.state).toBe(entryStates.open)
    expect(council.entry(toPrefix('1'))?.state).toBe(entryStates.open)
  })
})

import { describe, expect, it } from 'vitest'
import { equal } from '#base'
import { type Channel, forms, type Header, headerHash, toPrefix, votes } from '#ledger'
import type { Report } from '../messages.js'
import { Council } from './council.contract.js'
import {
  type Change,
  committeeKeys,
  genesisWith,
  reportOf,
  rootKeys,
  type Sketch,
} from './sketch.contract.js'

/** Branch "1" has taken 5 at pulse 2: something that can go back. */
async function council(rules = {}): Promise<{ council: Council; zero: Sketch; one: Sketch }> {
  const at = await Council.of(genesisWith(rules))
  const [zero, one] = [at.sketch('0'), at.sketch('1')]
  at.report(zero.step({ out: { '1': 20n } }).report())
  at.run(1500)
  at.report(one.step({ taken: 5n, debit: 3n, pulseSeen: 1n, out: { '0': 4n } }).report())
  at.run(1500)
  expect(at.pulse).toBe(2n)
  zero.included()
  one.included()
  return { council: at, zero, one }
}

const notSigned = (report: Report, signers: Report['certificate']['signers']): Report => ({
  ...report,
  certificate: { ...report.certificate, signers },
})

describe('a report is refused', () => {
  type Twist = readonly [what: string, told: string, twist: (report: Report) => Report]
  const twists: readonly Twist[] = [
    [
      'that two of four have finalized',
      'too few signatures',
      (report) => notSigned(report, report.certificate.signers.slice(0, 2)),
    ],
    [
      'with one seat counted twice',
      'too few signatures',
      (report) => {
        const [a, b] = report.certificate.signers
        return notSigned(report, [a, b, b])
      },
    ],
    [
      'with a signature of another seat',
      'too few signatures',
      (report) => {
        const [a, b, c] = report.certificate.signers
        return notSigned(report, [a, b, { ...c, seat: 3 }])
      },
    ],
    [
      'that is notarized only',
      'a certificate of something else',
      (report) => ({
        ...report,
        certificate: {
          ...report.certificate,
          body: { ...report.certificate.body, kind: votes.notarize },
        },
      }),
    ],
    [
      'with the certificate of another header',
      'a certificate of something else',
      (report) => ({
        ...report,
        certificate: reportOf([{ ...report.headers[0], time: 1n }], []).certificate,
      }),
    ],
    [
      'that one keeper has marked',
      'marks',
      ({ marks, ...report }) => ({ ...report, marks: [marks[0]] }),
    ],
    [
      'that one keeper has marked twice',
      'marks',
      ({ marks, ...report }) => ({ ...report, marks: [marks[0], marks[0]] }),
    ],
    [
      'that a keeper has marked for another',
      'marks',
      ({ marks, ...report }) => ({ ...report, marks: [marks[0], { ...marks[1], keeper: 2 }] }),
    ],
    [
      'with marks of another header',
      'marks',
      (report) => ({ ...report, marks: reportOf([{ ...report.headers[0], time: 1n }], []).marks }),
    ],
  ]

  it.each(twists)('%s', async (_, told, twist) => {
    const { council: at, one } = await council()
    const report = one.step().report()
    at.report(twist(report))
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.some((what) => what.includes(told))).toBe(true)
    at.report(report, undefined, 1)
    at.run(3000)
    expect(at.entry('1')?.headerHash).toEqual(headerHash(one.header))
  })

  it('from who has no seat in the branch', async () => {
    const { council: at, one } = await council()
    const report = one.step().report()
    const stranger = committeeKeys('0')[0].id
    for (const seat of [0, 1, 2, 3]) {
      at.deliver(stranger, seat, { kind: 'report', level: 0, prefix: toPrefix(''), report })
    }
    at.run(3000)
    expect(at.pulse).toBe(2n)
  })

  it('without headers, or of a branch without seats', async () => {
    const { council: at, one } = await council()
    const report = one.step().report()
    const from = committeeKeys('1')[0].id
    const message = { kind: 'report', level: 0, prefix: toPrefix('') } as const
    at.deliver(from, 0, { ...message, report: { ...report, headers: [] } })
    const elsewhere = { ...report.headers[0], prefix: toPrefix('0101') }
    at.deliver(from, 0, { ...message, report: { ...report, headers: [elsewhere] } })
    at.run(3000)
    expect(at.pulse).toBe(2n)
  })
})

const other = new Uint8Array(32).fill(9)
const fresh: Channel = {
  source: toPrefix('1'),
  destination: toPrefix('00'),
  sequence: 1n,
  cumulative: 1n,
  head: other,
}

describe('what a whole committee signs is refused', () => {
  type Lie = readonly [what: string, told: string, change: Change]
  const lies: readonly Lie[] = [
    ['another organization', 'another organization', { wrong: { org: new Uint8Array(20) } }],
    ['another committee', 'another committee', { wrong: { committee: other } }],
    ['another cycle', 'another cycle', { wrong: { cycle: 1 } }],
    ['a gap in height', 'a gap in height', { wrong: { height: 3n } }],
    ['another header before it', 'beside the included', { wrong: { prev: other } }],
    ['an old view', 'no later height or view', { wrong: { view: 1n } }],
    ['the form of the root', 'another form', { wrong: { form: forms.root } }],
    ['a closing nobody asked for', 'closed without being told', { form: forms.closing }],
    ['an older pulse', 'pulseSeen went back', { wrong: { pulseSeen: 0n } }],
    ['debits undone', 'cumDebit went back', { wrong: { cumDebit: 6n } }],
    ['credits undone', 'cumIn went back', { wrong: { cumIn: 4n, total: 500n } }],
    ['sendings undone', 'cumOut went back', { wrong: { cumOut: 3n, total: 502n } }],
    ['more than there was', 'do not add up', { wrong: { total: 502n } }],
    ['less than there was', 'do not add up', { wrong: { total: 500n } }],
    ['more bond than there is', 'more bond', { wrong: { bondSum: 600n } }],
    ['a sending without its channel', 'channels that', { wrong: { cumOut: 5n, total: 500n } }],
    ['credits that nobody sent', 'nobody sent', { taken: 16n }],
    ['channels that it does not list', 'not commit to', { wrong: { channelRoot: other } }],
  ]
  it.each(lies)('%s', async (_, told, change) => {
    const { council: at, one } = await council()
    const honest = one.copy().step()
    at.report(one.step({ pulseSeen: 2n, ...change }).report())
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.join()).toContain(told)
    at.report(honest.report(), undefined, 1)
    at.run(3000)
    expect(at.entry('1')?.headerHash).toEqual(headerHash(honest.header))
  })

  it('a lie between two headers that are right by themselves', async () => {
    const { council: at, one } = await council()
    one.step({ wrong: { total: 600n } }).step({ wrong: { total: 501n } })
    at.report(one.report())
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.join()).toContain('do not add up')
  })

  const between: readonly [string, Partial<Header>][] = [
    ['another organization', { org: new Uint8Array(20) }],
    ['another branch', { prefix: toPrefix('0') }],
    ['another form', { form: forms.opening }],
    ['after the closing one', { form: forms.closing }],
    ['another committee', { committee: other }],
  ]
  it.each(between)('a header in between with %s', async (told, wrong) => {
    const { council: at, one } = await council()
    const { org, prefix, form, committee } = one.header
    one.step().step({ wrong }).step({ wrong: { org, prefix, form, committee } })
    at.report(one.report())
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.join()).toContain(told)
  })

  it('a chain with something else in between', async () => {
    const { council: at, one } = await council()
    const strange = one.copy().step({ debit: 1n }).header
    const report = one.step().step().report()
    at.report({ ...report, headers: [strange, report.headers[1]] })
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.join()).toContain('another header before it')
  })

  it('more than is covered, until enough is settled', async () => {
    const { council: at, one } = await council({ cover: 50n, publicity: 5 })
    at.report(one.step({ debit: 44n }).report())
    at.run(3000)
    expect(at.evidence.join()).toContain('covered')
    expect(at.entry('1')?.height).toBe(1n)
  })

  it('channels that are not its own, out of order, or lead to itself', async () => {
    const { council: at, one } = await council()
    const step = one.step({ out: { '00': 1n, '01': 1n } })
    const report = step.report()
    const [a, b] = report.channels
    const lies: Report['channels'][] = [
      [b, a],
      [a, b, b],
      [a],
      [a, { ...b, source: toPrefix('0') }],
      [a, { ...b, destination: toPrefix('10') }],
      [{ ...a, sequence: 0n }, b],
      [{ ...a, sequence: 9n }, b],
      [{ ...a, cumulative: 2n }, b],
    ]
    for (const [by, channels] of lies.entries()) {
      at.report({ ...report, channels }, undefined, by % 4)
      at.run(1500)
      expect(at.pulse).toBe(2n)
    }
    at.report(report)
    at.run(2000)
    expect(at.entry('1')?.cumOut).toBe(6n)
  })

  const committed: readonly [string, string, Partial<Channel>, bigint][] = [
    ['that begin elsewhere', 'a channel of another', { ...fresh, source: toPrefix('01') }, 1n],
    ['that lead to itself', 'a channel of another', { destination: toPrefix('10') }, 1n],
    ['that go back', 'a channel that went back', { sequence: 0n }, 1n],
    ['with more receipts than amounts', 'receipts without amounts', { sequence: 4n }, 1n],
    ['that carry more than what left', 'do not add up', { cumulative: 6n }, 1n],
  ]
  it.each(committed)('a header that commits to channels %s', async (_, told, wrong, out) => {
    const { council: at, one } = await council()
    const old = one.book.get(toPrefix('1'), toPrefix('0'))
    const base = { ...old, sequence: 2n, cumulative: 5n }
    const channel = { ...(wrong.destination === undefined ? base : fresh), ...wrong }
    const book = one.book.with([channel])
    const { total, cumOut } = one.header
    const fields = { cumOut: cumOut + out, total: total - out, channelRoot: book.root }
    const header = one.step({ wrong: fields }).header
    at.report(reportOf([header], [channel]))
    at.run(3000)
    expect(at.pulse).toBe(2n)
    expect(at.evidence.join()).toContain(told)
  })

  it('two headers of one height: the first stays, both are told', async () => {
    const { council: at, one } = await council()
    const rival = one.copy().step({ debit: 1n })
    at.report(one.step().report())
    at.run(1500)
    at.report(rival.report(), undefined, 1)
    at.run(3000)
    expect(at.entry('1')?.headerHash).toEqual(headerHash(one.header))
    expect(at.evidence.join()).toContain('two headers of height 2')
    at.report(rival.step().report(), undefined, 2)
    at.run(3000)
    expect(at.entry('1')?.height).toBe(2n)
  })
})

describe('what waits for its time', () => {
  it('a header that has seen a pulse which is not there yet', async () => {
    const { council: at, zero, one } = await council()
    at.report(one.step({ pulseSeen: 3n }).report())
    at.run(3000)
    expect(at.pulse).toBe(2n)
    at.report(zero.step().report())
    at.run(3000)
    expect(at.entry('1')?.height).toBe(2n)
    expect(at.evidence).toEqual([])
  })

  it('headers that go on from one which is not in the table', async () => {
    const { council: at, one } = await council()
    const first = one.step({ out: { '0': 1n } }).report()
    const next = one
      .included()
      .step({ out: { '0': 1n } })
      .report()
    at.report(next)
    at.run(3000)
    expect(at.pulse).toBe(2n)
    at.report(first, undefined, 1)
    at.run(4000)
    expect(at.entry('1')?.height).toBe(3n)
    expect(at.evidence).toEqual([])
  })

  it('debits beyond the cover, until they are settled: the root goes on until then', async () => {
    const { council: at, one } = await council({ cover: 50n, publicity: 5 })
    at.report(one.step({ debit: 40n }).report())
    at.run(9000)
    expect(at.entry('1')).toMatchObject({ cumDebit: 47n, settledDebit: 47n })
    const { pulse } = at
    at.run(5000)
    expect(at.pulse).toBe(pulse)
    at.report(one.included().step({ debit: 50n }).report())
    at.run(2000)
    expect(at.entry('1')?.cumDebit).toBe(97n)
  })

  it('debits beyond the cover, though a leader of the root is silent', async () => {
    const { council: at, one } = await council({ cover: 50n, publicity: 5 })
    at.stop(2)
    at.report(one.step({ debit: 40n }).report())
    at.run(25_000)
    expect(at.entry('1')).toMatchObject({ cumDebit: 47n, settledDebit: 47n })
  })
})

describe('a flood', () => {
  it('of false reports is checked once in a pulse for each sender', async () => {
    const { council: at, one } = await council()
    const report = one.step().report()
    const lie = notSigned(report, report.certificate.signers.slice(0, 2))
    for (let i = 0; i < 100; i++) at.report(lie, [0])
    at.run(10)
    expect(at.evidence).toHaveLength(1)
  })

  it('of headers that a captured branch finalizes does not grow', async () => {
    const { council: at, one } = await council()
    const rivals: Header[] = []
    for (let i = 0; i < 50; i++) {
      const rival = one.copy().step({ pulseSeen: 9n, wrong: { time: BigInt(i) } })
      rivals.push(rival.header)
      at.report(rival.report(), [1], i % 4)
    }
    at.run(100)
    const asker = rootKeys[0].id
    let kept = 0
    at.gate = (_, to, { kind }) => {
      if (kind === 'report' && to === asker) kept++
      return true
    }
    for (const rival of rivals) {
      const hash = headerHash(rival)
      at.deliver(asker, 1, { kind: 'fetchBlock', level: 0, prefix: toPrefix(''), hash })
    }
    expect(kept).toBe(8)
    expect(at.evidence.filter((what) => what.includes('two headers'))).toHaveLength(1)
    expect(rivals.every((rival) => !equal(headerHash(rival), headerHash(one.header)))).toBe(true)
  })
})

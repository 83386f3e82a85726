import { describe, expect, it } from 'vitest'
import { equal, keyId } from '#base'
import {
  forms,
  headerHash,
  isCertified,
  levels,
  listRoot,
  tableEntryHash,
  wholeTree,
} from '#ledger'
import { Council } from './council.contract.js'
import {
  branchNames,
  cheapSignatures,
  committeeKeys,
  genesisWith,
  keeperKeys,
  rootKeys,
} from './sketch.contract.js'

describe('pulses', () => {
  it('take what branches report, and reach every bookkeeper and keeper twice', async () => {
    const council = await Council.of(genesisWith())
    const zero = council.sketch('0').step({ out: { '1': 10n } })
    council.report(zero.report())
    council.run(500)
    expect(council.pulse).toBe(1n)
    const [{ pulse, table }] = council.pulses
    expect(council.entry('0')?.headerHash).toEqual(headerHash(zero.header))
    expect(pulse.header).toMatchObject({ form: forms.root, height: 1n, cumOut: 10n, total: 990n })
    expect(pulse.header.bodyRoot).toEqual(listRoot(table.map(tableEntryHash)))
    const { root } = council.genesis.seating
    const { verify } = cheapSignatures
    expect(isCertified(pulse.certificate, root, { verify })).toBe(true)
    for (const name of branchNames) {
      for (const { id } of [...committeeKeys(name), ...keeperKeys(name)]) {
        expect(council.outbox.filter(({ to }) => to === id)).toHaveLength(2)
      }
    }
  })

  it('stay put while nothing changes', async () => {
    const council = await Council.of(genesisWith())
    council.run(20_000)
    expect(council.pulse).toBe(0n)
    council.report(council.sketch('0').step().report())
    council.run(20_000)
    expect(council.pulse).toBe(1n)
  })

  it('come in their time with the newest of each branch, and wait for no late one', async () => {
    const council = await Council.of(genesisWith())
    const [zero, one] = [council.sketch('0'), council.sketch('1')]
    for (let step = 0; step < 40; step++) {
      council.report(zero.step().report())
      if (step === 20) council.report(one.step().report())
      council.run(100)
      const entry = council.entry('0')
      if (entry !== undefined && equal(entry.headerHash, headerHash(zero.header))) zero.included()
    }
    expect(council.pulse).toBeGreaterThanOrEqual(4n)
    expect(council.pulse).toBeLessThanOrEqual(5n)
    expect(council.entry('0')?.height).toBeGreaterThan(25n)
    expect(council.entry('1')?.height).toBe(1n)
  })

  it('come although the leader has not got the report', async () => {
    const council = await Council.of(genesisWith())
    council.report(council.sketch('0').step().report(), [0, 2, 3])
    council.run(10_000)
    expect(council.pulse).toBe(1n)
  })

  it('come although a follower lacks the report: it asks the leader', async () => {
    const council = await Council.of(genesisWith())
    council.gate = (from, _, { kind }) => kind !== 'vote' || from !== rootKeys[3].id
    council.report(council.sketch('0').step().report(), [0, 1])
    council.run(10_000)
    expect(council.pulse).toBe(1n)
    expect(council.reached('root/report fetched')).toBe(true)
  })

  it('come from three of four', async () => {
    const council = await Council.of(genesisWith())
    council.stop(1)
    const zero = council.sketch('0')
    for (let step = 0; step < 4; step++) {
      council.report(zero.step().report())
      council.run(5000)
    }
    expect(council.entry('0')?.height).toBe(4n)
  })

  it('are all told alike', async () => {
    const council = await Council.of(genesisWith())
    const zero = council.sketch('0')
    for (let step = 0; step < 10; step++) {
      council.report(zero.step().report())
      council.run(1000)
    }
    const told = council.members.map(({ notices }) =>
      notices.filter(({ kind }) => kind === 'pulse'),
    )
    expect(told[0]).toHaveLength(10)
    for (const other of told.slice(1)) expect(other).toEqual(told[0])
  })

  it('need only one member where the root has one', async () => {
    const council = await Council.of(genesisWith({}, ['0', '1'], 1))
    council.report(council.sketch('1').step().report())
    council.run(2000)
    expect(council.pulse).toBe(1n)
  })
})

describe('old pulses', () => {
  const toRoot = { level: levels.root, prefix: wholeTree } as const
  const asker = committeeKeys('0')[0].id

  it('are given to who asks, the newest to who is behind', async () => {
    const council = await Council.of(genesisWith())
    const zero = council.sketch('0')
    for (let step = 0; step < 20; step++) {
      council.report(zero.step().report())
      council.run(1000)
    }
    expect(council.pulse).toBe(20n)
    council.outbox.length = 0
    council.deliver(asker, 2, { kind: 'fetchPulse', ...toRoot, pulse: 3n })
    expect(council.pulses.map(({ pulse }) => pulse.header.height)).toEqual([3n])
    const status = { kind: 'status', ...toRoot, view: 0n, height: 0n, token: 0n } as const
    council.deliver(asker, 2, { ...status, pulse: 20n })
    expect(council.outbox).toHaveLength(1)
    council.deliver(asker, 2, { ...status, pulse: 19n })
    expect(council.pulses.at(-1)?.pulse.header.height).toBe(20n)
  })

  it('cost who asks too often nothing more', async () => {
    const council = await Council.of(genesisWith())
    council.report(council.sketch('0').step().report())
    council.run(1000)
    council.outbox.length = 0
    for (let i = 0; i < 1000; i++) {
      council.deliver(asker, 2, { kind: 'fetchPulse', ...toRoot, pulse: 1n })
    }
    expect(council.outbox.length).toBeLessThanOrEqual(64)
    expect(keyId(committeeKeys('0')[0].publicKey)).toBe(asker)
  })
})

describe('a restart', () => {
  it('goes on where the disk is, with channels and all', async () => {
    const council = await Council.of(genesisWith())
    const [zero, one] = [council.sketch('0'), council.sketch('1')]
    for (let step = 0; step < 20; step++) {
      council.report(zero.step({ out: { '1': 1n } }).report())
      council.run(1000)
      zero.included()
    }
    for (let seat = 0; seat < 4; seat++) council.stop(seat)
    council.run(100)
    for (let seat = 0; seat < 4; seat++) await council.start(seat)
    council.run(1000)
    council.report(zero.step({ out: { '1': 5n } }).report())
    council.run(2000)
    council.report(one.step({ taken: 25n, pulseSeen: 21n }).report())
    council.run(2000)
    expect(council.pulse).toBe(22n)
    expect(council.entry('1')?.cumIn).toBe(25n)
    council.report(one.included().step({ taken: 1n }).report())
    council.run(2000)
    expect(council.pulse).toBe(22n)
    expect(council.evidence.some((what) => what.includes('nobody sent'))).toBe(true)
  })

  it('finds what is damaged, and gets that from the others', async () => {
    const council = await Council.of(genesisWith())
    const zero = council.sketch('0')
    for (let step = 0; step < 19; step++) {
      council.report(zero.step({ out: { '1': 1n } }).report())
      council.run(1000)
      zero.included()
    }
    const { rows } = council.members[3]
    for (const [i, kind] of ['root|R|', 'root|S|0', 'root|S|1', 'root|K|'].entries()) {
      for (const place of [10, 120, 400, 640]) {
        const name = [...rows.keys()].findLast((key) => key.startsWith(kind)) ?? ''
        const row = rows.get(name)?.slice()
        if (row === undefined || place >= row.length) continue
        row[place] ^= 0x55
        rows.set(name, row)
        council.stop(3)
        await council.start(3)
        council.run(3000)
        council.report(zero.step({ out: { '1': 1n } }).report(), undefined, i)
        council.run(3000)
        zero.included()
        const told = council.members[3].notices.filter((notice) => notice.kind === 'pulse')
        expect(told.at(-1)).toMatchObject({ pulse: council.pulse })
      }
    }
    expect(council.entry('0')?.cumOut).toBe(council.pulse)
  })

  it('of one that slept catches up by blocks, without the reports of then', async () => {
    const council = await Council.of(genesisWith())
    const zero = council.sketch('0')
    council.stop(3)
    for (let step = 0; step < 5; step++) {
      council.report(zero.step({ out: { '1': 1n } }).report())
      council.run(2500)
      zero.included()
    }
    expect(council.entry('0')?.height).toBe(5n)
    await council.start(3)
    council.run(15_000)
    expect(council.members[3].notices.filter(({ kind }) => kind === 'pulse')).toHaveLength(5)
    council.report(zero.step().report())
    council.run(2500)
    council.stop(0)
    council.report(
      zero
        .included()
        .step({ out: { '1': 1n } })
        .report(),
    )
    council.run(10_000)
    expect(council.entry('0')?.height).toBe(7n)
  })
})

import { describe, expect, it } from 'vitest'
import { encode, keyId } from '#base'
import { entryStates, forms, type Header, type Table, toPrefix } from '#ledger'
import { rootFields } from '#organization'
import type { Effect } from '../actor.js'
import type { Block } from '../messages.js'
import {
  type Change,
  cheapSignatures,
  committeeKeys,
  genesisWith,
  openingOf,
  reportOf,
  rootKeys,
  Sketch,
} from './sketch.contract.js'
import { checkSupply, nextState } from './next-state.js'
import { PulseMaker } from './pulse-maker.js'
import { ReportPool } from './report-pool.js'
import { beginning, type Included, rootBodyLayout, type RootState } from './state.js'

const genesis = genesisWith()
const { seating } = genesis
const names = rootKeys.map(({ publicKey }) => keyId(publicKey))
const frame = { seating, view: 1n, time: 5000n, tableAt: () => undefined }
const branch = (prefix: string): Sketch => {
  const header = genesis.headers.get(toPrefix(prefix))
  if (header === undefined) throw new RangeError(prefix)
  return new Sketch(header)
}

/** A member that follows, with reports of these branches. */
function follower(...sketches: Sketch[]): { maker: PulseMaker; pool: ReportPool } {
  const pool = new ReportPool(seating, cheapSignatures)
  const state = beginning(genesis)
  for (const sketch of sketches) {
    pool.take(committeeKeys(sketch.prefix)[0].id, sketch.report(), state, 0)
  }
  const post = {
    genesis,
    key: rootKeys[0],
    signatures: cheapSignatures,
    disk: { records: [], rows: { get: () => undefined, scan: async function* () {} } },
    nonce: 1n,
    branchSecret: () => undefined,
    members: () => [],
  }
  const restored = { state, changed: new Set<never>() }
  return { maker: new PulseMaker(post, pool, restored, names), pool }
}

const includedOf = (sketch: Sketch): Included => ({
  header: sketch.header,
  channels: sketch.report().channels,
})

const blockOf = ({ header, table }: RootState, included: readonly Included[]): Block => ({
  header,
  body: encode(rootBodyLayout, { table, included }),
})

const honest = (): { zero: Sketch; included: Included[]; block: Block; state: RootState } => {
  const zero = branch('0').step({ out: { '1': 5n } })
  const included = [includedOf(zero)]
  const state = nextState(beginning(genesis), included, frame)
  return { zero, included, block: blockOf(state, included), state }
}

describe('a follower', () => {
  it('votes for what it knows itself', () => {
    const { zero, block } = honest()
    expect(follower(zero).maker.check(block, [], 10)).toBe('valid')
  })

  it('asks the leader for a report that it lacks, once, and waits', () => {
    const { zero, block } = honest()
    const { maker, pool } = follower()
    expect(maker.check(block, [], 10)).toBe('later')
    expect(maker.check(block, [], 11)).toBe('later')
    const asked = maker.flush().effects.filter(({ kind }: Effect) => kind === 'send')
    expect(asked).toMatchObject([{ to: names[1], message: { kind: 'fetchBlock' } }])
    pool.take(names[1], zero.report(), beginning(genesis), 12)
    expect(maker.check(block, [], 12)).toBe('valid')
  })

  it('needs no reports for what a quorum has certified', () => {
    const { block } = honest()
    expect(follower().maker.matches(block, [], 10)).toBe('valid')
  })

  it('takes no pulse soon after another, and no idle one', () => {
    const { zero, block, state } = honest()
    const { maker, pool } = follower(zero)
    expect(maker.check(block, [], 1000)).toBe('valid')
    const one = branch('1').step()
    pool.take(committeeKeys('1')[0].id, one.report(), beginning(genesis), 0)
    const included = [includedOf(one)]
    const next = nextState(state, included, { ...frame, view: 2n, time: 6000n })
    expect(maker.check(blockOf(next, included), [block], 1499)).toBe('later')
    expect(maker.flush().askAt).toBe(1500)
    expect(maker.check(blockOf(next, included), [block], 1500)).toBe('valid')
    const idle = nextState(beginning(genesis), [], frame)
    expect(maker.check(blockOf(idle, []), [], 9000)).toBe('later')
    const onTop = nextState(state, [], { ...frame, view: 3n, time: 7000n })
    expect(maker.check(blockOf(onTop, []), [block], 9000)).toBe('valid')
  })

  const twist = (change: (table: Table) => Table) => {
    const { zero, included, state } = honest()
    const table = change(state.table)
    return { zero, block: blockOf({ ...state, table }, included) }
  }
  const lies: readonly [string, (table: Table) => Table][] = [
    ['leaves a branch out', (table) => table.slice(1)],
    ['settles what is not', (table) => [{ ...table[0], settledDebit: 5n }, table[1]]],
    ['closes a branch', (table) => [table[0], { ...table[1], state: entryStates.closing }]],
    ['changes a sum', (table) => [table[0], { ...table[1], total: 501n }]],
  ]
  it.each(lies)('refuses a body that %s, with the honest header or its own', (_, change) => {
    const { zero, block } = twist(change)
    expect(follower(zero).maker.check(block, [], 10)).toBe('invalid')
    expect(follower().maker.matches(block, [], 10)).toBe('invalid')
    const { included, state } = honest()
    const table = change(state.table)
    let fields: Partial<Header> = {}
    try {
      fields = rootFields(table)
    } catch {
      return
    }
    const own = blockOf({ ...state, table, header: { ...state.header, ...fields } }, included)
    expect(follower(zero).maker.check(own, [], 10)).toBe('invalid')
  })

  const headers: readonly [string, Partial<Header>][] = [
    ['another time than the pulse before', { time: 0n }],
    ['another pulse', { pulseSeen: 2n }],
    ['another height', { height: 2n }],
    ['other channels', { channelRoot: new Uint8Array(32).fill(1) }],
    ['another committee', { committee: new Uint8Array(32) }],
    ['a supply of its own', { total: 1000n }],
    ['the form of a branch', { form: forms.block }],
  ]
  it.each(headers)('refuses a header with %s', (_, wrong) => {
    const { zero, block, state } = honest()
    const base = { ...genesis.root, time: 100n }
    const maker = follower(zero).maker
    if (wrong.time === undefined) {
      const lie = { ...block, header: { ...block.header, ...wrong } }
      expect(maker.check(lie, [], 10)).toBe('invalid')
      return
    }
    const one = branch('1').step()
    const included = [includedOf(one)]
    const next = nextState(state, included, { ...frame, view: 2n, time: 4999n })
    const both = follower(zero, one).maker
    expect(base.time).toBeLessThan(5000n)
    expect(both.check(block, [], 10)).toBe('valid')
    expect(both.check(blockOf(next, included), [block], 2000)).toBe('invalid')
  })

  it('refuses a body that is no body', () => {
    const { zero, block } = honest()
    const { maker } = follower(zero)
    expect(maker.check({ ...block, body: block.body.slice(1) }, [], 10)).toBe('invalid')
    expect(maker.check({ ...block, body: new Uint8Array() }, [], 10)).toBe('invalid')
  })

  it('refuses a header that skips what the branch finalized otherwise', () => {
    const zero = branch('0').step()
    const rival = branch('0').step({ debit: 1n }).included().step()
    const included = [{ header: rival.header, channels: [] }]
    const state = nextState(beginning(genesis), included, frame)
    const { maker } = follower(zero)
    expect(maker.check(blockOf(state, included), [], 10)).toBe('later')
    const { maker: other, pool } = follower()
    pool.take(names[1], reportOf([rival.header], []), beginning(genesis), 0)
    expect(other.check(blockOf(state, included), [], 10)).toBe('invalid')
  })
})

describe('the next table', () => {
  const start = beginning(genesis)
  const lies: readonly [string, string, Change][] = [
    ['what nobody sent', 'took more', { taken: 1n }],
    ['what does not add up', 'do not add up', { wrong: { total: 501n } }],
    ['a pulse that is not there', 'a pulse ahead', { pulseSeen: 1n }],
    ['a closing that nobody asked for', 'without being told', { form: forms.closing }],
  ]
  it.each(lies)('has nothing of %s', (_, told, change) => {
    const zero = branch('0').step(change)
    expect(() => nextState(start, [includedOf(zero)], frame)).toThrow(told)
  })

  it('has branches in order, each once, and only those that are there', () => {
    const [zero, one] = [branch('0').step(), branch('1').step()]
    expect(() => nextState(start, [includedOf(one), includedOf(zero)], frame)).toThrow('order')
    expect(() => nextState(start, [includedOf(zero), includedOf(zero)], frame)).toThrow('order')
    const strange = { ...zero.header, prefix: toPrefix('00') }
    const included = [{ header: strange, channels: [] }]
    expect(() => nextState(start, included, frame)).toThrow('not there')
    const opening = openingOf('00', [zero.header], { total: 1n, count: 1 })
    expect(() => nextState(start, [{ header: opening, channels: [] }], frame)).toThrow('asked for')
  })

  it('never holds more or less than the supply', () => {
    const [zero, one] = genesis.table
    expect(() => checkSupply(genesis.table, 1000n)).not.toThrow()
    expect(() => checkSupply([{ ...zero, total: 501n }, one], 1000n)).toThrow('the supply is')
    expect(() => checkSupply([{ ...zero, cumOut: 1n }, one], 1000n)).toThrow('the supply is')
    expect(() => checkSupply([{ ...zero, cumIn: 1n, total: 501n }, one], 1000n)).not.toThrow()
    const supply = { ...seating, charter: { ...seating.charter, supply: 999n } }
    expect(() => nextState(start, [], { ...frame, seating: supply })).toThrow('the supply is')
  })
})

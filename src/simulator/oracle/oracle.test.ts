import { describe, expect, it } from 'vitest'
import { toHex } from '#base'
import {
  accountTree,
  type Batch,
  covers,
  emptyBatch,
  type Header,
  type Import,
  type Receipt,
  type Transfer,
} from '#ledger'
import { sceneOf } from '../invariants/scene.contract.js'
import { streamOf } from '../streams.js'
import { agreed, faults, wrong } from '../workload/transfers.js'
import { type Finding, MapLedger } from './map-ledger.js'
import { naiveRoot, naiveSums } from './naive-root.js'

function ledgerScene() {
  const { arena, stage } = sceneOf()
  const findings: Finding[] = []
  const { charter } = arena.genesis.seating
  const { accounts, headers } = arena.genesis
  const find = (invariant: string, message: string): void => {
    findings.push({ invariant, message })
  }
  const ledger = new MapLedger(charter, accounts, arena.signatures, find)
  const route = (id: Uint8Array) => charter.branches.find((prefix) => covers(prefix, id))!
  const [left, right] = charter.branches
  const execute = (prefix: Header['prefix'], batch: Partial<Batch>): string[] => {
    const header = { ...headers.get(prefix)!, height: 1n, pulseSeen: 1n }
    ledger.execute(header, { ...emptyBatch, ...batch }, route)
    return findings.splice(0).map(({ invariant }) => invariant)
  }
  const of = (prefix: Header['prefix']) =>
    stage.people.filter(({ account }) => covers(prefix, account.id))
  const wish = (payer: number, payee: (typeof stage.people)[number], nonce = 1n) => ({
    org: charter.org,
    payer: of(left)[payer].key,
    payee: payee.key,
    amount: 7n,
    fee: 1n,
    nonce,
    validUntil: 9n,
    memo: new Uint8Array(32),
  })
  const pay = (...args: Parameters<typeof wish>): Transfer =>
    agreed(wish(...args), arena.signatures)
  return { ledger, execute, left, right, of, pay, wish, arena, charter }
}

const importOf = (receipts: readonly Receipt[]): Import => ({ receipts }) as Import

describe('the root by its definition', () => {
  it('is what the tree says, however many accounts there are', () => {
    const dice = streamOf('roots')
    const { arena } = sceneOf()
    const [sample] = arena.genesis.accounts
    for (const count of [1, 2, 3, 100, 256, 257, 700]) {
      const accounts = Array.from({ length: count }, () => ({ ...sample, id: dice.bytes(20) }))
      const tree = accountTree('' as never, accounts)
      expect(toHex(naiveRoot(accounts))).toBe(toHex(tree.root()))
      expect(naiveSums(accounts).total).toBe(tree.sums.total)
    }
    expect(toHex(naiveRoot([]))).toBe(toHex(accountTree('' as never).root()))
  })
})

describe('the map', () => {
  it('moves amounts within a branch, and fees to the treasury', () => {
    const { ledger, execute, left, of, pay, charter } = ledgerScene()
    const [payer, payee] = of(left)
    expect(execute(left, { transfers: [pay(0, payee)] })).toEqual([])
    const amount = (id: Uint8Array): bigint => ledger.accounts.get(toHex(id))?.amount ?? -1n
    expect(amount(payer.account.id)).toBe(payer.account.amount - 8n)
    expect(amount(payee.account.id)).toBe(payee.account.amount + 7n)
    expect(ledger.total() + ledger.inFlight()).toBe(charter.supply)
  })

  it('sends receipts to other branches and credits each once, in order', () => {
    const { ledger, execute, left, right, of, pay, charter } = ledgerScene()
    const [payee] = of(right)
    expect(execute(left, { transfers: [pay(0, payee, 1n), pay(0, payee, 2n)] })).toEqual([])
    const sent = ledger.channels.get(`${left}>${right}`)?.map(({ receipt }) => receipt) ?? []
    const toPayee = sent.filter(({ payee: to }) => toHex(to) === toHex(payee.account.id))
    expect(toPayee).toHaveLength(2)
    expect(execute(right, { imports: [importOf(sent.slice(1))] })).toContain('I7')
    expect(execute(right, { imports: [importOf(sent.slice(0, 1))] })).toContain('I7')
    expect(execute(right, { imports: [importOf(sent.slice(1))] })).toContain('I7')
    expect(ledger.total() + ledger.inFlight()).toBe(charter.supply)
  })

  it('knows receipts that nobody sent, and others than were sent', () => {
    const { ledger, execute, left, right, of, pay } = ledgerScene()
    const [payee] = of(right)
    execute(left, { transfers: [pay(0, payee)] })
    const [{ receipt }] = ledger.channels.get(`${left}>${right}`) ?? []
    const raised = { ...receipt, amount: receipt.amount + 1n }
    expect(execute(right, { imports: [importOf([raised])] })).toEqual(['I8'])
    const more = { ...receipt, sequence: 99n }
    expect(execute(right, { imports: [importOf([more])] })).toEqual(['I8'])
  })

  it('finds every transfer that should have been refused', () => {
    const { execute, left, of, pay, wish, arena, charter } = ledgerScene()
    const [, payee] = of(left)
    expect(execute(left, { transfers: [pay(0, payee), pay(0, payee)] })).toEqual(['I6'])
    for (const fault of faults) {
      const transfer = wrong(
        fault,
        wish(2, payee),
        arena.signatures,
        charter.supply,
        streamOf(fault),
      )
      expect(execute(left, { transfers: [transfer] }).length, fault).toBeGreaterThan(0)
    }
  })
})

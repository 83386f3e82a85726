/** Branches that split and merge: sums, cursors, and receipts under way, each credited once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sha256, toHex } from '#base'
import { type Key } from '#identity'
import { accountOf, accountTree, covers, headerHash, noRoot, type Order, toPrefix } from '#ledger'
import { type Transfer, transferId } from '#ledger'
import type { BranchLedger } from './branch-ledger.js'
import { branchLedger } from './branch-state.js'
import {
  ownersIn,
  plainSignatures,
  printOf,
  secretOf,
  Town,
  treasury,
} from './branches.contract.js'
import { openClosedData } from './closed-data.js'
import { openingLedger } from './opening.js'

const pay = (at: Town, from: Key, to: Key, amount = 10n): void => {
  at.step(at.ledgerOf(from).prefix, { transfers: [at.transfer(from, to, { amount })] })
}

describe('an opening', () => {
  it('of a half has its accounts, and nothing of its flows', () => {
    const at = new Town({ branches: ['0', '1'], owners: 16 })
    const before = at.ledger('0')
    at.reorganize(['0'], ['00', '01'])
    const halves = [at.ledger('00'), at.ledger('01')]
    const closing = before.header
    for (const ledger of halves) {
      expect(ledger.header).toMatchObject({
        form: 3,
        height: 0n,
        view: 0n,
        cycle: 1,
        cumDebit: 0n,
        cumIn: 0n,
        cumOut: 0n,
        outboxSize: 0n,
        prev: sha256(headerHash(closing)),
        channelRoot: noRoot,
      })
      for (const { accounts } of ledger.tree.groups()) {
        for (const { id } of accounts) expect(covers(ledger.prefix, id)).toBe(true)
      }
    }
    expect(halves.reduce((sum, { header }) => sum + header.total, 0n)).toBe(closing.total)
    expect(halves.reduce((sum, { header }) => sum + header.count, 0)).toBe(closing.count)
    expect(at.supply).toBe(17_000n)
  })

  it('of both names both closing headers, in order', () => {
    const at = new Town({ branches: ['0', '1'], owners: 8 })
    at.reorganize(['1', '0'], [''])
    const closing = ['0', '1'].map((prefix) => headerHash(at.ledger(prefix).header))
    expect(at.ledger('').header.prev).toEqual(sha256(concat(...closing)))
    expect(at.ledger('').header.total).toBe(9000n)
  })

  it('closes all its accounts for its keepers', () => {
    const at = new Town({ branches: [''], owners: 16 })
    at.reorganize([''], ['0', '1'])
    const { header, tree, data = new Uint8Array(0) } = at.ledger('0')
    const open = openClosedData(secretOf(header.prefix), header, data)
    expect(accountTree(header.prefix, open.changed).root()).toEqual(tree.root())
    expect(sha256(data)).toEqual(header.dataRoot)
  })

  it('is refused before the predecessors have closed, and from others', () => {
    const at = new Town({ branches: ['0', '1'], owners: 8 })
    const options = { seating: at.seating, signatures: plainSignatures }
    const open = (prefix: string, from: readonly BranchLedger[]) => () =>
      openingLedger({ ...options, prefix: toPrefix(prefix), predecessors: from })
    const stuck = expect.objectContaining({ code: 'LEDGER_STUCK' })
    expect(open('00', [at.ledger('0')])).toThrow(stuck)
    at.reorganize(['0'], ['00', '01'])
    expect(open('10', [at.ledger('0')])).toThrow(stuck)
    expect(open('', [at.ledger('0')])).toThrow(stuck)
    expect(open('000', [at.ledger('0')])).toThrow(stuck)
    expect(open('00', [at.ledger('0')])).not.toThrow()
  })
})

describe('receipts under way', () => {
  it('to a branch that splits are credited once, by the half that has the payee', () => {
    const at = new Town({ branches: ['0', '1'], owners: 24 })
    const [payer] = ownersIn(at.owners, '1')
    for (const payee of ownersIn(at.owners, '0')) pay(at, payer, payee)
    at.reorganize(['0'], ['00', '01'])
    const late = at.importsFor('00')
    at.settleAll()
    expect(at.build('00', { imports: late })).toBeUndefined()
    for (const payee of ownersIn(at.owners, '0')) expect(at.amount(payee)).toBe(1010n)
    expect(at.supply).toBe(25_000n)
  })

  it('from a branch that splits are delivered by its halves', () => {
    const at = new Town({ branches: ['0', '1'], owners: 24 })
    const [payer] = ownersIn(at.owners, '0')
    const [payee] = ownersIn(at.owners, '1')
    pay(at, payer, payee)
    at.reorganize(['0'], ['00', '01'])
    expect(at.ledger('00').inherited.map(({ header }) => header.prefix)).toEqual(['0'])
    at.ledgers.delete(toPrefix('0'))
    at.settleAll()
    expect(at.amount(payee)).toBe(1010n)
    expect(at.supply).toBe(25_000n)
  })

  it('between two branches that merge are credited by what they become', () => {
    const at = new Town({ branches: ['0', '1'], owners: 12 })
    const [left] = ownersIn(at.owners, '0')
    const [right] = ownersIn(at.owners, '1')
    pay(at, left, right, 10n)
    pay(at, right, left, 20n)
    at.reorganize(['0', '1'], [''])
    expect(at.ledger('').header.total).toBe(13_000n - 30n)
    at.ledgers.delete(toPrefix('0'))
    at.ledgers.delete(toPrefix('1'))
    at.settleAll()
    expect(at.amount(left)).toBe(1010n)
    expect(at.amount(right)).toBe(990n)
    expect(at.supply).toBe(13_000n)
  })

  it('that one half had taken and the other not are credited once after they merge', () => {
    const at = new Town({ branches: ['0', '1'], owners: 32 })
    const [payer] = ownersIn(at.owners, '1')
    for (const payee of ownersIn(at.owners, '0')) pay(at, payer, payee)
    at.reorganize(['0'], ['00', '01'])
    at.step('00', { imports: at.importsFor('00', 3) })
    at.step('00', { imports: at.importsFor('00') })
    at.reorganize(['00', '01'], ['0'])
    expect(at.ledger('0').cursors).toEqual([])
    at.step('0', { imports: at.importsFor('0', 2) })
    const { image, header, tree, prefix } = imageOf(at.ledger('0'))
    const options = { seating: at.seating, prefix, signatures: plainSignatures }
    expect(printOf(branchLedger({ ...options, tree, header, image }))).toBe(printOf(at.ledger('0')))
    at.settleAll()
    for (const payee of ownersIn(at.owners, '0')) expect(at.amount(payee)).toBe(1010n)
    expect(at.supply).toBe(33_000n)
  })

  it('go on in the channel of a branch that comes back', () => {
    const at = new Town({ branches: ['0', '1'], owners: 24 })
    const [payer] = ownersIn(at.owners, '0')
    const [payee] = ownersIn(at.owners, '1')
    pay(at, payer, payee)
    at.settleAll()
    pay(at, payer, payee)
    at.reorganize(['0'], ['00', '01'])
    at.reorganize(['00', '01'], ['0'])
    pay(at, payer, payee)
    expect(at.ledger('0').channels[0].sequence).toBe(3n)
    at.settleAll()
    expect(at.amount(payee)).toBe(1030n)
    expect(at.supply).toBe(25_000n)
  })
})

const imageOf = (ledger: BranchLedger) => ({
  image: ledger.image(),
  header: ledger.header,
  prefix: ledger.prefix,
  tree: accountTree(
    ledger.prefix,
    [...ledger.tree.groups()].flatMap(({ accounts }) => accounts),
  ),
})

/** The rules as anybody would write them down first: one map, no branches, no receipts. */
class Book {
  readonly amounts = new Map<string, bigint>()
  readonly nonces = new Map<string, bigint>()
  readonly frozen = new Set<string>()

  constructor(keys: readonly Key[]) {
    for (const key of keys) this.amounts.set(nameOf(key), 1000n)
  }

  transfer({ body }: Transfer): boolean {
    const [payer, payee] = [toHex(body.payer), toHex(body.payee)]
    const has = this.amounts.get(payer) ?? 0n
    if (payer === payee || body.amount === 0n || this.frozen.has(payer)) return false
    if (body.nonce !== (this.nonces.get(payer) ?? 0n) + 1n) return false
    if (body.amount + body.fee > has) return false
    this.nonces.set(payer, body.nonce)
    this.amounts.set(payer, has - body.amount - body.fee)
    this.give(payee, body.amount)
    this.give(nameOf(treasury), body.fee)
    return true
  }

  give(name: string, amount: bigint): void {
    this.amounts.set(name, (this.amounts.get(name) ?? 0n) + amount)
  }
}

const nameOf = ({ publicKey }: Key): string => toHex(accountOf(publicKey))

type Act =
  | { kind: 'pay'; from: number; to: number; amount: number; fee: number; skip: number }
  | { kind: 'take' | 'pulse' | 'split' | 'merge'; which: number }
  | { kind: 'freeze'; who: number }

const owners = 24
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      from: fc.nat(owners - 1),
      to: fc.nat(owners - 1),
      amount: fc.nat(700),
      fee: fc.nat(3),
      skip: fc.integer({ min: 0, max: 9 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('take' as const, 'pulse' as const),
      which: fc.nat(7),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('split' as const, 'merge' as const),
      which: fc.nat(7),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('freeze' as const), who: fc.nat(owners - 1) }),
  },
)

/** A town, and a book beside it; a second replica of every branch follows the first. */
class Race {
  readonly at = new Town({ branches: ['0', '1'], owners })
  readonly book = new Book([...this.at.owners, treasury])
  readonly twins = new Map(
    [...this.at.ledgers].map(([prefix]) => [prefix, this.at.fresh(prefix)] as const),
  )

  go(prefix: string, given: Parameters<Town['step']>[1]): boolean {
    const ledger = this.at.ledger(prefix)
    const before = printOf(ledger)
    const built = this.at.build(prefix, given)
    expect(printOf(ledger)).toBe(before)
    if (built === undefined) return false
    ledger.apply(built.block, this.at.pulses)
    const after = printOf(ledger)
    ledger.takeBack()
    expect(printOf(ledger)).toBe(before)
    ledger.apply(built.block, this.at.pulses)
    expect(printOf(ledger)).toBe(after)
    const twin = this.twins.get(toPrefix(prefix))
    twin?.apply(built.block, this.at.pulses)
    if (twin !== undefined) expect(headerHash(twin.header)).toEqual(headerHash(ledger.header))
    return true
  }

  act(act: Act): void {
    const { at, book } = this
    const live = at.live
    if (act.kind === 'pay') {
      const [from, to] = [at.owners[act.from], at.owners[act.to]]
      const before = book.nonces.get(nameOf(from)) ?? 0n
      const nonce = before + (act.skip === 0 ? 2n : act.skip === 1 ? 0n : 1n)
      const amounts = { amount: BigInt(act.amount), fee: BigInt(act.fee) }
      const transfer = at.transfer(from, to, { nonce, ...amounts })
      // What is under way to the payer he cannot spend yet; the book would let him.
      const has = at.amount(from) ?? 0n
      const isThere = amounts.amount + amounts.fee <= has
      const passed = this.go(at.ledgerOf(from).prefix, { transfers: [transfer] })
      if (isThere || passed) expect(book.transfer(transfer)).toBe(passed)
    } else if (act.kind === 'freeze') {
      const key = at.owners[act.who]
      const kind = book.frozen.has(nameOf(key)) ? 'thaw' : 'freeze'
      const orders: Order[] = [at.order(kind, key)]
      expect(this.go(at.ledgerOf(key).prefix, { orders })).toBe(true)
      if (kind === 'freeze') book.frozen.add(nameOf(key))
      else book.frozen.delete(nameOf(key))
    } else if (act.kind === 'take') {
      const { prefix } = live[act.which % live.length]
      this.go(prefix, { imports: at.importsFor(prefix, 1 + act.which) })
    } else if (act.kind === 'pulse') {
      at.pulse()
    } else {
      this.reorganize(act.kind, live[act.which % live.length].prefix)
    }
  }

  reorganize(kind: 'split' | 'merge', prefix: string): void {
    const { at } = this
    const names = new Set(at.live.map((ledger) => ledger.prefix as string))
    if (kind === 'split') {
      if (prefix.length < 3) this.open([prefix], [prefix + '0', prefix + '1'])
    } else if (prefix !== '') {
      const both = ['0', '1'].map((bit) => prefix.slice(0, -1) + bit)
      if (both.every((name) => names.has(name))) this.open(both, [prefix.slice(0, -1)])
    }
  }

  open(from: string[], to: string[]): void {
    this.at.reorganize(from, to)
    // Only what has come along goes on: the old ledgers are gone.
    for (const name of from) if (!to.includes(name)) this.at.ledgers.delete(toPrefix(name))
    for (const name of [...from, ...to]) this.twins.delete(toPrefix(name))
  }

  end(): void {
    const { at, book } = this
    at.settleAll()
    expect(at.supply).toBe(BigInt(owners + 1) * 1000n)
    for (const key of [...at.owners, treasury]) {
      const account = at.ledgerOf(key).account(accountOf(key.publicKey))
      const all = (account?.amount ?? 0n) + (account?.cold.held ?? 0n)
      expect(all, nameOf(key)).toBe(book.amounts.get(nameOf(key)))
    }
  }
}

describe('any course of things', () => {
  it('ends as if there were one book', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(acts, { minLength: 10, maxLength: 60 }), (course) => {
        const race = new Race()
        for (const act of course) race.act(act)
        race.end()
      }),
      { numRuns: 60 },
    )
  })
})

describe('any batch', () => {
  const wishes = fc.array(
    fc.record({
      from: fc.nat(5),
      to: fc.nat(6),
      amount: fc.nat(600),
      fee: fc.nat(2),
      skip: fc.integer({ min: 0, max: 8 }),
    }),
    { minLength: 1, maxLength: 30 },
  )

  it('is carried out as one book would, in order', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(wishes, { minLength: 1, maxLength: 4 }), (batches) => {
        const at = new Town({ branches: [''], owners: 6 })
        const book = new Book([...at.owners, treasury])
        const everybody = [...at.owners, treasury]
        for (const batch of batches) {
          const next = new Map(book.nonces)
          const transfers = batch.map(({ from, to, amount, fee, skip }) => {
            const [payer, payee] = [at.owners[from], everybody[to]]
            const nonce = (next.get(nameOf(payer)) ?? 0n) + 1n
            if (skip > 1) next.set(nameOf(payer), nonce)
            const offset = skip === 0 ? 1n : 0n
            const amounts = { amount: BigInt(amount), fee: BigInt(fee) }
            return at.transfer(payer, payee, { nonce: nonce + offset, ...amounts })
          })
          const before = printOf(at.ledger(''))
          const built = at.build('', { transfers })
          expect(printOf(at.ledger(''))).toBe(before)
          // The treasury's fees come at the end of a block, and it pays nothing here.
          const passed = transfers.filter((transfer) => book.transfer(transfer))
          if (built === undefined) {
            expect(passed).toEqual([])
            continue
          }
          const applied = at.ledger('').apply(built.block, at.pulses)
          if (applied === 'later') throw new Error('a pulse is missing')
          expect(applied.ids).toEqual(passed.map(({ body }) => transferId(body)))
          expect(built.refused).toHaveLength(transfers.length - passed.length)
        }
        for (const key of everybody) expect(at.amount(key)).toBe(book.amounts.get(nameOf(key)))
      }),
      { numRuns: 150 },
    )
  })
})

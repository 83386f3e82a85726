/** Receipts between branches: taken once, in order, and only where a pulse proves them. */
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#base'
import {
  type Account,
  accountOf,
  accountTree,
  batchLayout,
  forms,
  type Import,
  importLayout,
  receiptKinds,
  toPrefix,
} from '#ledger'
import { branchLedger } from './branch-state.js'
import {
  ownersIn,
  plainSignatures,
  printOf,
  secretOf,
  stranger,
  Town,
  treasury,
} from './branches.contract.js'
import { openClosedData } from './closed-data.js'
import { decodeImage } from './image.js'

const town = (): Town => new Town({ branches: ['0', '1'], owners: 12 })

/** A town in which `count` transfers went from "0" to "1" and are in a pulse. */
function underWay(count = 3, fee = 0n) {
  const at = town()
  const [payer] = ownersIn(at.owners, '0')
  const payees = ownersIn(at.owners, '1')
  const transfers = Array.from({ length: count }, (_, i) =>
    at.transfer(payer, payees[i % 2], { amount: 10n + BigInt(i), nonce: BigInt(i + 1), fee }),
  )
  at.step('0', { transfers })
  at.pulse()
  return { at, payer, payees, transfers }
}

describe('an import', () => {
  it('credits what was sent', () => {
    const { at, payer, payees } = underWay()
    expect(at.supply).toBe(13_000n - 33n)
    at.step('1', { imports: at.importsFor('1') })
    expect(at.amount(payer)).toBe(967n)
    expect(at.amount(payees[0])).toBe(1022n)
    expect(at.amount(payees[1])).toBe(1011n)
    expect(at.supply).toBe(13_000n)
    expect(at.ledger('1').header.cumIn).toBe(33n)
    expect(at.ledger('1').cursors[0]).toEqual(at.ledger('0').channels[0])
  })

  it('credits once', () => {
    const { at } = underWay()
    const imports = at.importsFor('1')
    at.step('1', { imports })
    expect(at.build('1', { imports })).toBeUndefined()
    expect(at.importsFor('1')).toEqual([])
  })

  it('goes on where an earlier one ended, whatever it overlaps', () => {
    const { at } = underWay(5)
    const whole = at.importsFor('1')
    at.step('1', { imports: at.importsFor('1', 2) })
    expect(at.ledger('1').cursors[0].sequence).toBe(2n)
    at.step('1', { imports: whole })
    expect(at.ledger('1').cursors[0].sequence).toBe(5n)
    expect(at.supply).toBe(13_000n)
  })

  it('is shortened to the room in a block', () => {
    const at = new Town({ branches: ['0', '1'], owners: 12, rules: { mostEntries: 2 } })
    const [payer] = ownersIn(at.owners, '0')
    const [payee] = ownersIn(at.owners, '1')
    for (let i = 0; i < 3; i++) at.step('0', { transfers: [at.transfer(payer, payee)] })
    at.pulse()
    at.step('1', { imports: at.importsFor('1') })
    expect(at.ledger('1').cursors[0].sequence).toBe(2n)
    at.step('1', { imports: at.importsFor('1') })
    expect(at.amount(payee)).toBe(1030n)
  })

  it('brings fees to the treasury', () => {
    const { at } = underWay(3, 2n)
    at.settleAll()
    expect(at.amount(treasury)).toBe(1006n)
    expect(at.supply).toBe(13_000n)
  })

  it('gives back what an unknown payee cannot take', () => {
    const at = town()
    const [payer] = ownersIn(at.owners, ownerIn(stranger) === '0' ? '1' : '0')
    at.step(at.ledgerOf(payer).prefix, { transfers: [at.transfer(payer, stranger)] })
    expect(at.amount(payer)).toBe(990n)
    at.pulse()
    const home = at.ledgerOf(stranger).prefix
    const { applied } = at.step(home, { imports: at.importsFor(home) })
    expect(applied.sent).toMatchObject([{ kind: receiptKinds.giveBack, amount: 10n }])
    expect(at.ledger(home).header).toMatchObject({ cumIn: 10n, cumOut: 10n, cumDebit: 0n })
    at.settleAll()
    expect(at.amount(payer)).toBe(1000n)
    expect(at.supply).toBe(13_000n)
  })

  it('is held for a frozen payee until he is thawed', () => {
    const { at, payees } = underWay(1)
    at.step('1', { orders: [at.order('freeze', payees[0])] })
    at.settleAll()
    const held = at.ledger('1').account(accountOf(payees[0].publicKey))
    expect(held).toMatchObject({ amount: 1000n, cold: { held: 10n } })
    at.step('1', { orders: [at.order('thaw', payees[0])] })
    expect(at.amount(payees[0])).toBe(1010n)
  })

  it('waits for the pulse that proves it', () => {
    const { at } = underWay()
    const { block } = at.step('1', { imports: at.importsFor('1') })
    const other = at.fresh(toPrefix('1'))
    const [first] = at.known
    const behind = { newest: first, at: (pulse: bigint) => (pulse === 0n ? first : undefined) }
    expect(other.apply(block, behind)).toBe('later')
    // The pulse that the block has seen is there, but not the one of its import.
    expect(other.apply(block, at.pulses)).not.toBe('later')
  })

  it('is refused in a block twice, out of order or shortened without proof', () => {
    const { at } = underWay()
    const built = at.build('1', { imports: at.importsFor('1') })
    if (built === undefined) throw new Error('nothing was built')
    const { imports } = decode(batchLayout, built.block.body)
    const [given] = imports
    const twice = [given, given]
    const short = [{ ...given, receipts: given.receipts.slice(0, 2) }]
    const swapped = [{ ...given, receipts: given.receipts.toReversed() }]
    const none = [{ ...given, receipts: [], rest: given.rest }]
    const other = at.fresh(toPrefix('1'))
    const before = printOf(other)
    for (const wrong of [twice, short, swapped, none]) {
      const body = encode(batchLayout, { imports: wrong, orders: [], transfers: [] })
      expect(() => other.apply({ ...built.block, body }, at.pulses)).toThrow(
        expect.objectContaining({ code: 'BLOCK_INVALID' }),
      )
    }
    expect(printOf(other)).toBe(before)
  })

  it('does not stop the leader where it cannot even be written down', () => {
    const { at } = underWay()
    const [given] = at.importsFor('1')
    const { receipts, sourceHeader } = given
    const oddReceipt = { ...receipts[0], amount: -1n, cumulative: -1n }
    const odd: Import[] = [
      { ...given, receipts: [oddReceipt, ...receipts.slice(1)] },
      { ...given, sourceHeader: { ...sourceHeader, total: 2n ** 70n } },
      { ...given, rest: [new Uint8Array(3)] },
    ]
    for (const imports of odd) expect(at.build('1', { imports: [imports] })).toBeUndefined()
    expect(at.build('1', { imports: [...odd, given] })).toBeDefined()
  })

  it('is never taken with a byte changed', { timeout: 60_000 }, () => {
    const { at } = underWay()
    const [given] = at.importsFor('1', 2)
    const bytes = encode(importLayout, given)
    const ledger = at.ledger('1')
    const before = printOf(ledger)
    const goal = encode(importLayout, given)
    let tried = 0
    for (let round = 0; tried < 10_000; round++) {
      for (let i = 0; i < bytes.length && tried < 10_000; i++, tried++) {
        const mutated = bytes.slice()
        mutated[i] ^= 1 + ((round * 37 + i) % 255)
        const read = readImport(mutated)
        if (read === undefined) continue
        expect(encode(importLayout, read)).not.toEqual(goal)
        expect(at.build('1', { imports: [read] }), `byte ${i}`).toBeUndefined()
      }
    }
    expect(printOf(ledger)).toBe(before)
    expect(at.build('1', { imports: [given] })).toBeDefined()
  })
})

const ownerIn = ({ publicKey }: { publicKey: Uint8Array }): string =>
  accountOf(publicKey)[0] < 128 ? '0' : '1'

function readImport(bytes: Uint8Array): Import | undefined {
  try {
    return decode(importLayout, bytes)
  } catch {
    return undefined
  }
}

describe('receipts', () => {
  it('are kept until they are delivered, and taken back with their block', () => {
    const { at } = underWay(3)
    const ledger = at.ledger('0')
    const one = toPrefix('1')
    expect(ledger.receiptsAfter(one, 1n, 10).map(({ sequence }) => sequence)).toEqual([2n, 3n])
    ledger.delivered(one, 2n)
    expect(ledger.receiptsAfter(one, 1n, 10)).toEqual([])
    expect(ledger.receiptsAfter(one, 2n, 10)).toHaveLength(1)
    ledger.takeBack()
    expect(ledger.receiptsAfter(one, 2n, 10)).toEqual([])
    expect(ledger.channels).toEqual([])
  })

  it('are proven by a header that is in a pulse, not by a newer one', () => {
    const { at, payer, payees } = underWay(1)
    at.step('0', { transfers: [at.transfer(payer, payees[0])] })
    const [given] = at.importsFor('1')
    expect(given.receipts).toHaveLength(1)
    expect(given.sourceHeader.height).toBe(1n)
    at.pulse()
    const [later] = at.importsFor('1')
    expect(later.receipts).toHaveLength(2)
  })
})

describe('an image', () => {
  const tree = (accounts: readonly Account[], prefix: string) =>
    accountTree(toPrefix(prefix), accounts)
  const accountsOf = (at: Town, prefix: string): Account[] =>
    [...at.ledger(prefix).tree.groups()].flatMap(({ accounts }) => accounts)

  it('with the accounts gives the same ledger', () => {
    const { at, payer, payees } = underWay(4, 1n)
    at.step('1', { imports: at.importsFor('1', 2) })
    for (const prefix of ['0', '1']) {
      const ledger = at.ledger(prefix)
      const again = branchLedger({
        seating: at.seating,
        prefix: toPrefix(prefix),
        signatures: plainSignatures,
        tree: tree(accountsOf(at, prefix), prefix),
        header: ledger.header,
        image: ledger.image(),
        secret: secretOf(toPrefix(prefix)),
      })
      expect(printOf(again)).toBe(printOf(ledger))
      const [from, to] = prefix === '0' ? [payer, payees[0]] : [payees[0], payer]
      const { block } = at.step(prefix, { transfers: [at.transfer(from, to)] })
      again.apply(block, at.pulses)
      expect(printOf(again)).toBe(printOf(ledger))
    }
  })

  it('is refused where it is not that of the header', () => {
    const { at } = underWay(2)
    const { header, prefix } = at.ledger('0')
    const options = { seating: at.seating, prefix, signatures: plainSignatures, header }
    const accounts = accountsOf(at, '0')
    const image = at.ledger('0').image()
    const refused = expect.objectContaining({ code: 'IMAGE_INVALID' })
    expect(() => branchLedger({ ...options, tree: tree(accounts, '0') })).toThrow(refused)
    const less = tree(accounts.slice(1), '0')
    expect(() => branchLedger({ ...options, tree: less, image })).toThrow(refused)
    const cut = image.slice(0, -1)
    expect(() => branchLedger({ ...options, tree: tree(accounts, '0'), image: cut })).toThrow(
      refused,
    )
  })
})

describe('closed data', () => {
  it('hold what the block changed, a page, and what it sent', () => {
    const { at, payer } = underWay(3)
    const ledger = at.ledger('0')
    const { prefix, height, view } = ledger.header
    const data = ledger.data ?? new Uint8Array(0)
    const open = openClosedData(secretOf(prefix), { prefix, height, view }, data)
    expect(open.changed.map(({ id }) => id)).toEqual([accountOf(payer.publicKey)])
    expect(open.page).toHaveLength(ledger.tree.sums.count)
    expect(decodeImage(open.image).kept).toEqual(ledger.receiptsAfter(toPrefix('1'), 0n, 9))
  })

  it('open for nobody else, and nowhere else', () => {
    const { at } = underWay(1)
    const { header, data = new Uint8Array(0) } = at.ledger('0')
    const { prefix, height, view } = header
    const refused = expect.objectContaining({ code: 'CLOSED_DATA_INVALID' })
    const place = { prefix, height, view }
    const secret = secretOf(prefix)
    expect(() => openClosedData(secretOf(toPrefix('1')), place, data)).toThrow(refused)
    expect(() => openClosedData(secret, { ...place, height: 9n }, data)).toThrow(refused)
    expect(() => openClosedData(secret, place, data.slice(1))).toThrow(refused)
    expect(() => openClosedData(secret, place, data.slice(0, 9))).toThrow(refused)
  })

  it('have every page within as many blocks as there are groups', () => {
    const at = new Town({ branches: [''], owners: 700 })
    const [payer, payee] = at.owners
    const groups = [...at.ledger('').tree.groups()]
    const seen = new Set<string>()
    for (let i = 0; i < groups.length; i++) {
      at.step('', { transfers: [at.transfer(payer, payee)] }, forms.block)
      const { header, data = new Uint8Array(0) } = at.ledger('')
      const open = openClosedData(secretOf(header.prefix), header, data)
      for (const { id } of open.page) seen.add(String(id))
    }
    expect(groups.length).toBeGreaterThan(2)
    expect(seen.size).toBe(701)
  })
})

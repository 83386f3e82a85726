/** Transfers and orders: what passes, what is refused, and that nothing else changes. */
import { describe, expect, it } from 'vitest'
import { sha256 } from '#base'
import { accountFlags, accountOf, entryStates, forms, headerHash, noRoot, toPrefix } from '#ledger'
import type { RefusalCode } from './branch-ledger.js'
import { keyOf, org, ownersIn, printOf, stranger, Town, treasury } from './branches.contract.js'

const town = (rules = {}): Town => new Town({ branches: [''], owners: 6, rules })

/** Refused in a build, and no block that carries it is applied; nothing changes. */
function refuses(
  at: Town,
  given: Parameters<Town['build']>[1],
  code: RefusalCode,
  prefix = '',
): void {
  const ledger = at.ledger(prefix)
  const before = printOf(ledger)
  expect(at.build(prefix, given)).toBeUndefined()
  expect(ledger.refused.map((refusal) => refusal.code)).toEqual([code])
  expect(printOf(ledger)).toBe(before)
}

describe('a transfer', () => {
  it('moves an amount within a branch', () => {
    const at = town()
    const [payer, payee] = at.owners
    const { applied } = at.step('', { transfers: [at.transfer(payer, payee, { amount: 30n })] })
    expect(at.amount(payer)).toBe(970n)
    expect(at.amount(payee)).toBe(1030n)
    expect(applied.changed).toHaveLength(2)
    expect(applied.sent).toHaveLength(0)
    expect(at.ledger('').header.cumDebit).toBe(30n)
    expect(at.supply).toBe(7000n)
  })

  it('gives its fee to the treasury', () => {
    const at = town()
    const [payer, payee] = at.owners
    at.step('', { transfers: [at.transfer(payer, payee, { amount: 30n, fee: 5n })] })
    expect(at.amount(payer)).toBe(965n)
    expect(at.amount(treasury)).toBe(1005n)
  })

  it('makes an account for the treasury where it has none', () => {
    const at = new Town({ branches: [''], owners: 2, hasTreasury: false })
    const [payer, payee] = at.owners
    at.step('', { transfers: [at.transfer(payer, payee, { fee: 5n })] })
    expect(at.amount(treasury)).toBe(5n)
    expect(at.supply).toBe(3000n)
  })

  it('follows others of the same payer in one block', () => {
    const at = town()
    const [payer, payee] = at.owners
    const transfers = [1n, 2n, 3n].map((nonce) => at.transfer(payer, payee, { nonce }))
    at.step('', { transfers })
    expect(at.amount(payer)).toBe(970n)
  })

  it('passes by a standing accept', () => {
    const at = town()
    const [payer, payee] = at.owners
    const standing = { mostAmount: 10n, validUntil: 5n }
    at.step('', { transfers: [at.transfer(payer, payee, { standing })] })
    expect(at.amount(payee)).toBe(1010n)
  })

  it('may spend the whole balance', () => {
    const at = town()
    const [payer, payee] = at.owners
    at.step('', { transfers: [at.transfer(payer, payee, { amount: 999n, fee: 1n })] })
    expect(at.amount(payer)).toBe(0n)
  })

  const refused: [RefusalCode, Parameters<Town['transfer']>[2]][] = [
    ['ORG_OTHER', { org: sha256(org).slice(0, 20) }],
    ['NONCE_USED', { nonce: 0n }],
    ['NONCE_AHEAD', { nonce: 2n }],
    ['AMOUNT_ZERO', { amount: 0n }],
    ['BALANCE_LOW', { amount: 1001n }],
    ['BALANCE_LOW', { amount: 1000n, fee: 1n }],
    ['BALANCE_LOW', { amount: 2n ** 64n - 1n, fee: 2n ** 64n - 1n }],
    ['PAYEE_SELF', { payee: accountOf(keyOf(0).publicKey) }],
    ['PAYER_UNKNOWN', { payer: accountOf(stranger.publicKey) }],
    ['PAYEE_UNKNOWN', { payee: accountOf(stranger.publicKey) }],
    ['SIGNATURE_INVALID', { payerKey: stranger.publicKey }],
    ['ACCEPT_INVALID', { payeeKey: stranger.publicKey }],
    ['ACCEPT_INVALID', { standing: { mostAmount: 9n, validUntil: 100n } }],
  ]
  it.each(refused)('is refused: %s (%#)', (code, wish) => {
    const at = town()
    const [payer, payee] = at.owners
    refuses(at, { transfers: [at.transfer(payer, payee, wish)] }, code)
  })

  it('is refused after its pulse, or its accept is', () => {
    const at = town()
    const [payer, payee] = at.owners
    at.pulse()
    at.pulse()
    const late = at.transfer(payer, payee, { validUntil: 1n })
    refuses(at, { transfers: [late] }, 'EXPIRED')
    const standing = { mostAmount: 10n, validUntil: 1n }
    refuses(at, { transfers: [at.transfer(payer, payee, { standing })] }, 'ACCEPT_INVALID')
    at.step('', { transfers: [at.transfer(payer, payee, { validUntil: 2n })] })
  })

  it('is refused with a wrong signature of either side', () => {
    const at = town()
    const [payer, payee] = at.owners
    const good = at.transfer(payer, payee)
    const wrong = new Uint8Array(64)
    refuses(at, { transfers: [{ ...good, payerSignature: wrong }] }, 'SIGNATURE_INVALID')
    const accept = { kind: 'once', signature: wrong } as const
    refuses(at, { transfers: [{ ...good, accept }] }, 'ACCEPT_INVALID')
    const standing = {
      kind: 'standing',
      mostAmount: 10n,
      validUntil: 9n,
      signature: wrong,
    } as const
    refuses(at, { transfers: [{ ...good, accept: standing }] }, 'ACCEPT_INVALID')
    at.step('', { transfers: [good] })
  })

  it('is checked anew where a known one comes with other signatures', () => {
    const at = town()
    const [payer, payee] = at.owners
    const good = at.transfer(payer, payee)
    expect(at.ledger('').screen(good, at.pulses)).toBeUndefined()
    const forged = { ...good, payerSignature: new Uint8Array(64) }
    expect(at.ledger('').screen(forged, at.pulses)).toBe('SIGNATURE_INVALID')
    const more = { mostAmount: 10n, validUntil: 9n }
    const standing = at.transfer(payer, payee, { standing: more })
    expect(at.ledger('').screen(standing, at.pulses)).toBeUndefined()
    const accept = { ...standing.accept, mostAmount: 11n }
    expect(at.ledger('').screen({ ...standing, accept }, at.pulses)).toBe('ACCEPT_INVALID')
  })

  it('is refused beyond the cover until more is settled', () => {
    const at = town({ cover: 25n })
    const [payer, payee] = at.owners
    at.step('', { transfers: [at.transfer(payer, payee, { amount: 20n })] })
    const more = at.transfer(payer, payee, { amount: 5n, fee: 1n })
    refuses(at, { transfers: [more] }, 'COVER_EXCEEDED')
    expect(at.ledger('').refused[0].isFinal).toBe(false)
    at.step('', { transfers: [at.transfer(payer, payee, { amount: 5n })] })
  })

  it('is refused in a branch that does not have its payer', () => {
    const at = new Town({ branches: ['0', '1'], owners: 8 })
    const [payer] = ownersIn(at.owners, '1')
    const [payee] = ownersIn(at.owners, '0')
    refuses(at, { transfers: [at.transfer(payer, payee)] }, 'BRANCH_OTHER', '0')
  })

  it('stays a candidate where it waits', () => {
    const at = town()
    const [payer, payee] = at.owners
    refuses(at, { transfers: [at.transfer(payer, payee, { nonce: 2n })] }, 'NONCE_AHEAD')
    expect(at.ledger('').refused[0].isFinal).toBe(false)
    refuses(at, { transfers: [at.transfer(payer, payee, { nonce: 0n })] }, 'NONCE_USED')
    expect(at.ledger('').refused[0].isFinal).toBe(true)
  })

  it('neither passes with what cannot be written down, nor does the leader stop at it', () => {
    const at = town()
    const [payer, payee] = at.owners
    const good = at.transfer(payer, payee)
    const odd = { ...good, body: { ...good.body, amount: 2n ** 70n } }
    const built = at.build('', { transfers: [odd, good] })
    expect(built?.refused).toEqual([])
    expect(built?.block.header.cumDebit).toBe(10n)
    expect(at.ledger('').screen(odd, at.pulses)).toBe('SIGNATURE_INVALID')
  })
})

describe('an order', () => {
  it('lets an owner join, freezes and thaws', () => {
    const at = town()
    const [payer, payee] = at.owners
    at.step('', { orders: [at.order('join', stranger, { flags: accountFlags.system })] })
    const account = at.ledger('').account(accountOf(stranger.publicKey))
    expect(account).toMatchObject({ amount: 0n, cold: { flags: 0x102 } })
    at.step('', { orders: [at.order('freeze', payee)] })
    at.step('', { transfers: [at.transfer(payer, payee)] })
    expect(at.amount(payee)).toBe(1000n)
    refuses(at, { transfers: [at.transfer(payee, payer)] }, 'PAYER_FROZEN')
    at.step('', { orders: [at.order('thaw', payee)] })
    expect(at.amount(payee)).toBe(1010n)
    at.step('', { transfers: [at.transfer(payee, payer)] })
    expect(at.amount(payee)).toBe(1000n)
    expect(at.supply).toBe(7000n)
  })

  it('comes before the transfers of its block', () => {
    const at = town()
    const [payer] = at.owners
    const transfers = [at.transfer(payer, stranger)]
    at.step('', { orders: [at.order('join', stranger)], transfers })
    expect(at.amount(stranger)).toBe(10n)
  })

  const refused: [RefusalCode, Parameters<Town['order']>][] = [
    ['ORG_OTHER', ['join', stranger, { org: sha256(org).slice(0, 20) }]],
    ['SUPERVISOR_UNKNOWN', ['join', stranger, { supervisor: stranger.publicKey }]],
    ['ACCOUNT_EXISTS', ['join', keyOf(0)]],
    ['ACCOUNT_UNKNOWN', ['freeze', stranger]],
    ['ORDER_STALE', ['freeze', keyOf(0), { number: 2 }]],
    ['ORDER_STALE', ['freeze', keyOf(0), { number: 0 }]],
    ['ORDER_STALE', ['join', stranger, { number: 2 }]],
    ['ORDER_INVALID', ['join', stranger, { flags: 0x100 }]],
    ['ORDER_INVALID', ['join', stranger, { kind: 9 }]],
  ]
  it.each(refused)('is refused: %s (%#)', (code, wish) => {
    const at = town()
    refuses(at, { orders: [at.order(...wish)] }, code)
  })

  it('is refused late, elsewhere, or unsigned', () => {
    const at = town()
    at.pulse()
    refuses(at, { orders: [at.order('join', stranger, { validUntil: 0n })] }, 'EXPIRED')
    const order = { ...at.order('join', stranger), signature: new Uint8Array(64) }
    refuses(at, { orders: [order] }, 'SIGNATURE_INVALID')
    const apart = new Town({ branches: ['0', '1'], owners: 8 })
    const [there] = ownersIn(apart.owners, '1')
    refuses(apart, { orders: [apart.order('freeze', there)] }, 'BRANCH_OTHER', '0')
  })

  it('is carried out once', () => {
    const at = town()
    const freeze = at.order('freeze', at.owners[0])
    at.step('', { orders: [freeze] })
    refuses(at, { orders: [freeze] }, 'ORDER_STALE')
  })
})

describe('a block', () => {
  it('is the same for another replica, also where its maker does not remember it', () => {
    const at = town()
    const [payer, payee] = at.owners
    const other = at.fresh(toPrefix(''))
    const { block } = at.step('', { transfers: [at.transfer(payer, payee, { fee: 1n })] })
    expect(other.apply(block, at.pulses)).not.toBe('later')
    expect(printOf(other)).toBe(printOf(at.ledger('')))
    expect(other.data).toEqual(at.ledger('').data)
  })

  it('is not made of nothing, unless one is wanted', () => {
    const at = town()
    expect(at.build('', {})).toBeUndefined()
    const frame = { view: 9n, time: 9, form: forms.block, mayBeEmpty: true }
    const none = { imports: [], orders: [], transfers: [] }
    const built = at.ledger('').build(none, frame, at.pulses)
    expect(built?.block.header).toMatchObject({ height: 1n, bodyRoot: noRoot })
  })

  it('waits for the pulse that it has seen', () => {
    const at = town()
    const [payer, payee] = at.owners
    at.pulse()
    const { block } = at.step('', { transfers: [at.transfer(payer, payee)] })
    const other = at.fresh(toPrefix(''))
    const behind = {
      newest: at.known[0],
      at: (pulse: bigint) => (pulse > 0n ? undefined : at.known[0]),
    }
    expect(other.apply(block, behind)).toBe('later')
    expect(other.apply(block, at.pulses)).not.toBe('later')
  })

  it('is refused where any field of its header is another', () => {
    const at = town()
    const [payer, payee] = at.owners
    const built = at.build('', { transfers: [at.transfer(payer, payee)] })
    if (built === undefined) throw new Error('nothing was built')
    const other = at.fresh(toPrefix(''))
    const before = printOf(other)
    const flip = (value: unknown): unknown =>
      value instanceof Uint8Array
        ? value.map((byte) => byte ^ 1)
        : typeof value === 'string'
          ? '0'
          : typeof value === 'bigint'
            ? value + 1n
            : Number(value) + 1
    const { time, pulseSeen, ...fields } = built.block.header
    for (const [name, value] of Object.entries(fields)) {
      const header = { ...built.block.header, [name]: flip(value) }
      expect(() => other.apply({ ...built.block, header }, at.pulses), name).toThrow(
        expect.objectContaining({ code: 'BLOCK_INVALID' }),
      )
      expect(printOf(other), name).toBe(before)
    }
    const later = { ...built.block.header, pulseSeen: pulseSeen + 1n }
    expect(other.apply({ ...built.block, header: later }, at.pulses)).toBe('later')
    expect(time).toBeGreaterThan(0n)
  })

  it('is refused with a body that carries what is refused, nothing, or more than it says', () => {
    const at = town({ mostEntries: 2 })
    const [payer, payee] = at.owners
    const good = at.transfer(payer, payee)
    const built = at.build('', { transfers: [good] })
    if (built === undefined) throw new Error('nothing was built')
    const { header, body } = built.block
    const other = at.fresh(toPrefix(''))
    const before = printOf(other)
    for (let i = 0; i < body.length; i++) {
      const mutated = body.slice()
      mutated[i] ^= 1 << (i % 8)
      expect(() => other.apply({ header, body: mutated }, at.pulses), `${i}`).toThrow(
        expect.objectContaining({ code: 'BLOCK_INVALID' }),
      )
    }
    expect(() => other.apply({ header, body: new Uint8Array(12) }, at.pulses)).toThrow(/stateRoot/)
    expect(printOf(other)).toBe(before)
  })

  it('takes no more than its entries', () => {
    const at = town({ mostEntries: 2 })
    const [payer, payee] = at.owners
    const transfers = [1n, 2n, 3n].map((nonce) => at.transfer(payer, payee, { nonce }))
    const built = at.build('', { transfers })
    expect(built?.block.header.cumDebit).toBe(20n)
    expect(built?.refused).toEqual([])
  })

  it('closes a branch that is told to, and no other block follows', () => {
    const at = town()
    const [payer, payee] = at.owners
    expect(at.build('', {}, forms.closing)).toBeUndefined()
    at.pulse({ '': entryStates.closing })
    expect(at.build('', { transfers: [at.transfer(payer, payee)] })).toBeUndefined()
    at.step('', {}, forms.closing)
    expect(at.build('', {}, forms.block)).toBeUndefined()
  })

  it('is taken back, and its accounts with it', () => {
    const at = town()
    const [payer, payee] = at.owners
    const before = printOf(at.ledger(''))
    const { block } = at.step('', {
      orders: [at.order('join', stranger)],
      transfers: [at.transfer(payer, payee)],
    })
    const after = printOf(at.ledger(''))
    at.ledger('').takeBack()
    expect(printOf(at.ledger(''))).toBe(before)
    at.ledger('').apply(block, at.pulses)
    expect(printOf(at.ledger(''))).toBe(after)
    at.ledger('').settle(1n)
    expect(() => at.ledger('').takeBack()).toThrow(/taken back/)
  })

  it('stands on its parent alone', () => {
    const at = town()
    const [payer, payee] = at.owners
    const { block } = at.step('', { transfers: [at.transfer(payer, payee)] })
    expect(() => at.ledger('').apply(block, at.pulses)).toThrow(/does not stand/)
    expect(headerHash(at.ledger('').header)).toEqual(headerHash(block.header))
  })
})

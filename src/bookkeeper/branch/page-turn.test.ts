import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromText, sha256, toHex } from '#base'
import { type Account, accountTree, type Prefix, toPrefix } from '#ledger'
import { firstId, turnPage } from './page-turn.js'

/** Ids of the branch that crowd together: after so many bits there are zeros for a while. */
function accountsIn(prefix: Prefix, count: number, spread: number, seed: number): Account[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = sha256(fromText(`${seed} ${i}`))
    const id = hash.slice(0, 20)
    if (i % 3 > 0) id.fill(0, spread, spread + 8)
    firstId(prefix).forEach((byte, at) => {
      const own = Math.max(0, Math.min(8, prefix.length - 8 * at))
      id[at] = byte | (id[at] & (0xff >> own))
    })
    const zero = new Uint8Array(32)
    const cold = { blind: zero.slice(16), publicKey: hash, nonce: 0n, held: 0n, bond: 0n }
    return { id, amount: 1n, pulse: 0n, cold: { ...cold, votesRoot: zero, flags: 0 } }
  })
}

it(
  'every page has its turn, once, in as many turns as there are pages',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', '1', '0110'),
        fc.integer({ min: 1, max: 2500 }),
        fc.nat(4),
        fc.nat(1000),
        (text, count, spread, seed) => {
          const prefix = toPrefix(text)
          const tree = accountTree(prefix, accountsIn(prefix, count, spread, seed))
          const pages = [...tree.groups()]
          let from = firstId(prefix)
          for (const { accounts } of pages) {
            const { page, next } = turnPage(tree, from)
            expect(page.map(({ id }) => toHex(id))).toEqual(accounts.map(({ id }) => toHex(id)))
            from = next
          }
          expect(from).toEqual(firstId(prefix))
        },
      ),
      { numRuns: 25 },
    )
  },
)

it('there is no page in an empty branch', () => {
  const tree = accountTree(toPrefix('10'))
  const from = firstId(tree.prefix)
  expect(turnPage(tree, from)).toEqual({ page: [], next: from })
})

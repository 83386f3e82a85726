import { describe, expect, it } from 'vitest'
import { accountOf, type Header, toPrefix } from '#ledger'
import {
  ownersIn,
  plainSignatures,
  printOf,
  secretOf,
  stranger,
  Town,
} from './branches.contract.js'
import { type KeptData, rebuildBranch } from './rebuild.js'

/** A town whose branch "0" made blocks, each kept. */
function keptBy(at: Town, blocks: number): KeptData[] {
  const [payer, ...others] = ownersIn(at.owners, '0')
  const [there] = ownersIn(at.owners, '1')
  return Array.from({ length: blocks }, (_, i) => {
    const payee = i % 2 === 0 ? there : others[i % others.length]
    at.step('0', { transfers: [at.transfer(payer, payee)] })
    const { header, data = new Uint8Array(0) } = at.ledger('0')
    return { header, data }
  })
}

const optionsFor = (at: Town, header: Header, kept: readonly KeptData[]) => ({
  seating: at.seating,
  signatures: plainSignatures,
  secret: secretOf(header.prefix),
  header,
  kept,
})

describe('a branch of which only keepers have anything', () => {
  it('is had again once every page is among the blocks, whatever their order', () => {
    const at = new Town({ branches: ['0', '1'], owners: 1200 })
    const groups = [...at.ledger('0').tree.groups()].length
    const kept = keptBy(at, groups + 4)
    const { header } = at.ledger('0')
    const few = kept.slice(-2)
    expect(groups).toBeGreaterThan(2)
    expect(rebuildBranch(optionsFor(at, header, few))).toBeUndefined()
    const again = rebuildBranch(optionsFor(at, header, kept.toReversed()))
    if (again === undefined) throw new Error('too little was kept')
    expect(printOf(again)).toBe(printOf(at.ledger('0')))
    const [payer, payee] = ownersIn(at.owners, '0')
    const { block } = at.step('0', { transfers: [at.transfer(payer, payee)] })
    again.apply(block, at.pulses)
    expect(printOf(again)).toBe(printOf(at.ledger('0')))
  })

  it('is had again from its first accounts and all blocks', () => {
    const at = new Town({ branches: ['0', '1'], owners: 1200 })
    const kept = keptBy(at, 2)
    const { header, prefix } = at.ledger('0')
    const first = [...at.fresh(prefix).tree.groups()].flatMap(({ accounts }) => accounts)
    const again = rebuildBranch({ ...optionsFor(at, header, kept), first })
    expect(again && printOf(again)).toBe(printOf(at.ledger('0')))
  })

  it('is had again from its opening', () => {
    const at = new Town({ branches: [''], owners: 1200 })
    at.reorganize([''], ['0', '1'])
    const { header, data = new Uint8Array(0) } = at.ledger('0')
    const begun = { header, data }
    const kept = keptBy(at, 2)
    const end = at.ledger('0')
    const again = rebuildBranch(optionsFor(at, end.header, [begun, ...kept]))
    expect(again?.header).toEqual(end.header)
    expect(again?.tree.root()).toEqual(end.tree.root())
  })

  it('is not made of changed data, of other headers or with another secret', () => {
    const at = new Town({ branches: ['0', '1'], owners: 12 })
    const kept = keptBy(at, 3)
    const { header } = at.ledger('0')
    const options = optionsFor(at, header, kept)
    expect(rebuildBranch(options)?.account(accountOf(stranger.publicKey))).toBeUndefined()
    const spoilt = kept.map((one) => ({ ...one, data: one.data.map((byte) => byte ^ 1) }))
    expect(rebuildBranch({ ...options, kept: spoilt })).toBeUndefined()
    expect(rebuildBranch({ ...options, kept: kept.slice(0, -1) })).toBeUndefined()
    const secret = secretOf(toPrefix('1'))
    expect(() => rebuildBranch({ ...options, secret })).toThrow(
      expect.objectContaining({ code: 'CLOSED_DATA_INVALID' }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { compare } from '#base'
import { LedgerError } from './errors.js'
import { decodePage, encodePage, pageBytes, pageHeaderBytes, pageOf } from './page.js'
import { toPrefix, wholeTree } from './prefix.js'
import { randomAccount, randomsOf } from './tree/sample.contract.js'
import { accountTree } from './tree/tree.js'

const random = randomsOf(11)
const accounts = Array.from({ length: 600 }, () => randomAccount(random))
const groups = [...accountTree(wholeTree, accounts).groups()]
const page = pageOf(groups[1], 77n)

describe('a page', () => {
  it('has 10,240 bytes, whatever the group, and comes back', () => {
    for (const group of groups) {
      const own = pageOf(group, 5n)
      const bytes = encodePage(own)
      expect(bytes.length).toBe(10_240)
      expect(decodePage(bytes)).toEqual(own)
    }
    const full = accounts.slice(0, 256).sort((a, b) => compare(a.id, b.id))
    const own = pageOf({ prefix: wholeTree, accounts: full }, 5n)
    expect(decodePage(encodePage(own)).records.length).toBe(256)
    expect(own.root).toEqual(accountTree(wholeTree, full).root())
  })

  it('shows every damaged byte', () => {
    const bytes = encodePage(page)
    const used = 105 + 2
    const unnoticed: number[] = []
    for (let at = 0; at < pageBytes; at += at < used ? 1 : 37) {
      const damaged = bytes.slice()
      damaged[at] ^= 0x10
      try {
        decodePage(damaged)
        unnoticed.push(at)
      } catch (error) {
        expect(error).toBeInstanceOf(LedgerError)
        expect((error as LedgerError).code).toBe('PAGE_INVALID')
      }
    }
    expect(unnoticed).toEqual([])
    expect(() => decodePage(bytes.subarray(1))).toThrow('10239 bytes')
  })

  it('refuses what is no group', () => {
    const { records, sums } = page
    const wrong = [
      { ...page, records: [] },
      { ...page, records: records.slice(1) },
      { ...page, records: records.toReversed() },
      { ...page, prefix: toPrefix('1') },
      { ...page, sums: { ...sums, total: 1n } },
      { ...page, prefix: '0'.repeat(65) as typeof page.prefix },
    ]
    for (const each of wrong) expect(() => encodePage(each)).toThrow(LedgerError)
    expect(pageHeaderBytes).toBe(1024)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode, encode, equal, fromHex, type Layout, LeitherError, sha256, toHex } from '#base'
import { signatures } from '#identity'
import { entryLayout } from './batch.js'
import { certificateLayout, headerLayout } from './header.js'
import { decodePage, encodePage } from './page.js'
import { toPrefix } from './prefix.js'
import { checkProof, decodeProof } from './proof/check.js'
import { channelLayout, receiptLayout } from './receipt.js'
import { tableEntryLayout } from './table.js'
import { orderBodyLayout, orderLayout, transferBodyLayout, transferLayout } from './transfer.js'
import { accountTree } from './tree/tree.js'
import { proofVectors, recordVectors, treeVectors, vectorAccount } from './vectors.contract.js'

const placeOf = (name: string): string =>
  new URL(`../../vectors/${name}.json`, import.meta.url).pathname
const read = (name: string): unknown => JSON.parse(readFileSync(placeOf(name), 'utf8'))
const same = (name: string, made: object) =>
  expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot(placeOf(name))

const layouts: Record<string, Layout<unknown>> = {
  ...{ transferBody: transferBodyLayout, transfer: transferLayout, receipt: receiptLayout },
  ...{ orderBody: orderBodyLayout, order: orderLayout, channel: channelLayout },
  ...{ entry: entryLayout, header: headerLayout, certificate: certificateLayout },
  tableEntry: tableEntryLayout,
}

interface Bytes {
  readonly bytes: string
  readonly length?: number
}

function bytesOf({ bytes, length }: Bytes): Uint8Array {
  const given = fromHex(bytes) ?? new Uint8Array(0)
  const whole = new Uint8Array(length ?? given.length)
  whole.set(given)
  return whole
}

/** Reads and writes again. */
const again = (layout: string, bytes: Uint8Array): Uint8Array =>
  layout === 'page'
    ? encodePage(decodePage(bytes))
    : encode(layouts[layout], decode(layouts[layout], bytes))

describe('the vectors', () => {
  it('are what the code makes', async () => {
    await same('ledger-tree', treeVectors())
    await same('ledger-records', recordVectors())
    await same('ledger-proofs', proofVectors())
  })

  it('of the tree hold', () => {
    const { roots } = read('ledger-tree') as { roots: { accounts: number; root: string }[] }
    for (const { accounts, root } of roots) {
      const some = Array.from({ length: accounts }, (_, i) => vectorAccount(accounts - 1 - i))
      expect(toHex(accountTree(toPrefix(''), some).root())).toBe(root)
    }
  })

  it('of records hold, and the invalid ones are refused', () => {
    const { valid, invalid } = read('ledger-records') as {
      valid: (Bytes & { layout: string; name?: string })[]
      invalid: (Bytes & { layout: string; why: string; code: string })[]
    }
    for (const { layout, name, ...rest } of valid) {
      const bytes = bytesOf(rest)
      expect(equal(again(layout, bytes), bytes)).toBe(true)
      const isWhole = name !== undefined && layout !== 'transfer'
      if (isWhole) expect(toHex(sha256(bytes))).toBe(name)
    }
    for (const { layout, why, code, ...rest } of invalid) {
      let met = 'none'
      try {
        again(layout, bytesOf(rest))
      } catch (error) {
        expect(error).toBeInstanceOf(LeitherError)
        met = (error as LeitherError).code
      }
      expect(`${layout}, ${why}: ${met}`).toBe(`${layout}, ${why}: ${code}`)
    }
  })

  it('of proofs hold with Ed25519, and the invalid ones are refused', () => {
    const { org, members, valid, invalid } = read('ledger-proofs') as {
      org: string
      members: { publicKey: string }[]
      valid: (Bytes & { kind: string })[]
      invalid: Bytes[]
    }
    const keys = members.map(({ publicKey }) => bytesOf({ bytes: publicKey }))
    const trusted = {
      org: bytesOf({ bytes: org }),
      committee: () => keys,
      acceptsUnreplicated: false,
    }
    const check = (bytes: Bytes) => checkProof(decodeProof(bytesOf(bytes)), trusted, signatures())
    for (const { kind, ...bytes } of valid) expect(check(bytes)).toMatchObject({ kind, signers: 3 })
    for (const bytes of invalid) expect(() => check(bytes)).toThrow(LeitherError)
  })
})

import * as dagPb from '@ipld/dag-pb'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CID, cidOf, codecs, fromText } from '#base'
import { byName, decodePb, encodePb, linkBytes, renamed } from './dag-pb.js'

const name = fc.string({ unit: 'binary', maxLength: 60 })
const cid = fc.oneof(
  fc.uint8Array().map((bytes) => cidOf(codecs.raw, bytes)),
  fc.uint8Array().map((bytes) => cidOf(codecs.dagPb, bytes).toV0()),
)
const link = fc.record({ name, cid, treeBytes: fc.maxSafeNat() })
const node = fc.record({ data: fc.uint8Array({ maxLength: 300 }), links: fc.array(link) })
const holder = cidOf(codecs.dagPb, fromText('any'))

describe('dag-pb', () => {
  it('writes the bytes that the library writes', () => {
    fc.assert(
      fc.property(node, ({ data, links }) => {
        const sorted = [...links].sort((a, b) => byName(a.name, b.name))
        const expected = dagPb.encode({
          Data: data,
          Links: sorted.map(({ name, cid, treeBytes }) => ({
            Hash: cid,
            Name: name,
            Tsize: treeBytes,
          })),
        })
        expect(Buffer.from(encodePb({ data, links: sorted })).equals(expected)).toBe(true)
      }),
    )
  })

  it('reads what it writes, and writes what it read', () => {
    fc.assert(
      fc.property(node, (given) => {
        const bytes = encodePb(given)
        const read = decodePb(holder, bytes)
        expect(Buffer.from(read.data).equals(given.data)).toBe(true)
        const plain = read.links.map(({ name, cid, treeBytes }) => ({
          name,
          cid: `${cid}`,
          treeBytes,
        }))
        expect(plain).toEqual(given.links.map((link) => ({ ...link, cid: `${link.cid}` })))
        expect(Buffer.from(encodePb(read)).equals(bytes)).toBe(true)
        const empty = encodePb({ data: given.data, links: [] }).length
        const sum = read.links.reduce((size, link) => size + linkBytes(link), empty)
        expect(sum).toBe(bytes.length)
      }),
    )
  })

  it('renames links, read or made', () => {
    fc.assert(
      fc.property(link, name, (one, other) => {
        const [read] = decodePb(holder, encodePb({ data: new Uint8Array(), links: [one] })).links
        const made = encodePb({ data: new Uint8Array(), links: [{ ...one, name: other }] })
        for (const link of [renamed(read, other), renamed(one, other)]) {
          expect(link.name).toBe(other)
          expect(
            Buffer.from(encodePb({ data: new Uint8Array(), links: [link] })).equals(made),
          ).toBe(true)
        }
      }),
    )
  })

  it('orders names by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(byName(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  it('says what is wrong with bytes that are no node, whatever they are', () => {
    const reads = (bytes: Uint8Array): void => {
      try {
        for (const { cid, name } of decodePb(holder, bytes).links)
          expect(`${cid}${name}`).toBeTruthy()
      } catch (error) {
        expect(error).toMatchObject({ code: 'BLOCK_MALFORMED' })
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), reads))
    const whole = encodePb({
      data: fromText('data'),
      links: [{ name: 'n', cid: CID.parse('bafkqaaa'), treeBytes: 300 }],
    })
    for (let end = 1; end < whole.length; end++) reads(whole.subarray(0, end))
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 0x0a, 0x12, 0x18, 0x80, 0xff]) {
        const changed = whole.slice()
        changed[at] = value
        reads(changed)
      }
    }
  })
})

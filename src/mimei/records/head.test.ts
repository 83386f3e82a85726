import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cidOf,
  codecs,
  concat,
  decodeCbor,
  encodeCbor,
  equal,
  fromHex,
  limits,
  type Value,
} from '#base'
import { type Key, keyFromSeed, sign } from '#identity'
import { rightWords } from '#rights'
import { compareHeads, type HeadWords, readHead, signHead } from './head.js'
import { signRelease, signRights } from './statements.js'
import { midOf } from '#base'

const keyOf = (seed: number): Key => keyFromSeed(new Uint8Array(32).fill(seed))
const owner = keyOf(1)
const friend = keyOf(2)
const stranger = keyOf(3)
const info = {
  author: owner.id,
  app: '',
  ext: '',
  mark: 'diary',
  kind: 'database',
  created: 1_700_000_000_000,
} as const
const mid = midOf(info)
const cid = (n: number) => cidOf(codecs.dagCbor, Uint8Array.of(n))
const entries = [{ key: friend.id, may: ['read', 'backup'] as const }]
const rights = signRights(owner, mid, { word: rightWords.readable, entries }, 1)

const words: HeadWords = {
  info,
  rights,
  release: signRelease(owner, mid, { number: 1, cid: cid(1) }, 1),
  versions: [
    { number: 2, cid: cid(2) },
    { number: 1, cid: cid(1) },
  ],
  defaultApp: null,
  seq: 3,
  time: 1_700_000_001_000,
}

type Plain = Record<string, Value>

/** The head's fields changed and signed anew by `key`: all is right but what was changed. */
function forged(change: (fields: Plain) => void, key: Key = owner): Uint8Array {
  const fields = decodeCbor<Plain>(signHead(owner, words).record)
  delete fields.signature
  fields.signer = key.id
  fields.publicKey = key.publicKey
  change(fields)
  fields.signature = sign(key, 'leither/head/1', encodeCbor(fields))
  return encodeCbor(fields)
}

describe('a head', () => {
  it('reads as it was signed, versions ascending', () => {
    const head = signHead(owner, words)
    expect(readHead(head.record)).toEqual(head)
    expect(head).toMatchObject({ mid, info, last: 2, release: 1, seq: 3, signer: owner.id })
    expect(head.versions.map(({ number }) => number)).toEqual([1, 2])
    expect(head.rights).toEqual({ word: rightWords.readable, entries })
  })

  it('is signed by the owner or by whom the owner lets back up', () => {
    expect(readHead(signHead(friend, words).record).signer).toBe(friend.id)
    expect(() => signHead(stranger, words)).toThrow(/may not back up/)
  })

  it('lists the newest versions and always the released one', () => {
    const versions = Array.from({ length: 100 }, (_, i) => ({ number: i + 1, cid: cid(i + 1) }))
    const head = signHead(owner, { ...words, versions })
    expect(head.versions).toHaveLength(limits.headVersions)
    expect(head.versions[0]).toEqual({ number: 1, cid: cid(1) })
    expect(head.versions[1].number).toBe(38)
    expect(head.last).toBe(100)
  })

  it('is refused with any single byte changed', () => {
    const { record } = signHead(owner, words)
    for (let at = 0; at < record.length; at++) {
      const changed = Uint8Array.from(record)
      changed[at] ^= 1
      expect(() => readHead(changed), `byte ${at}`).toThrow(/not valid/)
    }
  })

  it.each<[string, (fields: Plain) => void, RegExp]>([
    ['another mid', (f) => (f.mid = midOf({ ...info, mark: 'other' })), /info is not that/],
    [
      'another author',
      (f) => (f.info = { ...(f.info as Plain), author: stranger.id }),
      /info is not/,
    ],
    ['another mark', (f) => (f.info = { ...(f.info as Plain), mark: 'x' }), /info is not that/],
    ['an odd kind', (f) => (f.info = { ...(f.info as Plain), kind: 'stream' }), /no kind/],
    ['no rights', (f) => (f.rights = null), /not a map/],
    [
      'a wider word',
      (f) => (f.rights = { ...(f.rights as Plain), word: 7 }),
      /rights does not fit/,
    ],
    [
      'rights of another unit',
      (f) => (f.rights = signRights(owner, midOf({ ...info, mark: 'y' }), rights.rights, 9).signed),
      /another unit/,
    ],
    [
      'rights signed by another',
      (f) => (f.rights = signRights(friend, mid, rights.rights, 9).signed),
      /not signed by the owner/,
    ],
    ['a version number of 0', (f) => (f.versions = [[0, cid(1)]]), /no version/],
    [
      'versions out of order',
      (f) =>
        (f.versions = [
          [2, cid(2)],
          [1, cid(1)],
        ]),
      /not in order/,
    ],
    [
      'a version twice',
      (f) =>
        (f.versions = [
          [1, cid(1)],
          [1, cid(1)],
        ]),
      /not in order/,
    ],
    [
      'too many versions',
      (f) => (f.versions = Array.from({ length: 65 }, (_, i) => [i + 1, cid(i)])),
      /at most 64/,
    ],
    ['a last not listed', (f) => (f.last = 7), /newest of its versions/],
    ['a last not the newest', (f) => (f.last = 1), /newest of its versions/],
    [
      'a release not listed',
      (f) => (f.release = signRelease(owner, mid, { number: 9, cid: cid(9) }, 1).signed),
      /none of its versions/,
    ],
    [
      'a release by who may not',
      (f) => (f.release = signRelease(friend, mid, { number: 2, cid: cid(2) }, 2).signed),
      /may not release/,
    ],
    [
      'a release changed',
      (f) => (f.release = { ...(f.release as Plain), number: 2, cid: cid(2) }),
      /release does not fit/,
    ],
    ['seq 0', (f) => (f.seq = 0), /"seq"/],
    ['a broken seq', (f) => (f.seq = 1.5), /"seq"/],
    ['a time before 1970', (f) => (f.time = -1), /"time"/],
    ['a default app that is no text', (f) => (f.defaultApp = 5), /"defaultApp"/],
    ["a signer's id not of the key", (f) => (f.signer = friend.id), /not its signer's/],
    ['a field more', (f) => (f.extra = 1), /unknown field/],
    ['a field less', (f) => void delete f.time, /"time" is missing/],
  ])('is refused with %s', (_, change, reason) => {
    expect(() => readHead(forged(change))).toThrow(reason)
  })

  it('is refused signed by a stranger', () => {
    expect(() => readHead(forged(() => {}, stranger))).toThrow(/may not back up/)
  })

  it('is refused when it is no record, or a huge one', () => {
    const huge = new Uint8Array(limits.headBytes + 1)
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0xf6), encodeCbor([1]), huge]) {
      expect(() => readHead(bytes)).toThrow(/not valid/)
    }
  })

  it('is refused when it is any bytes at all, always with the same error', () => {
    const refused = (bytes: Uint8Array): boolean => {
      try {
        readHead(bytes)
        return false
      } catch (error) {
        return (error as { code?: string }).code === 'HEAD_INVALID'
      }
    }
    const { record } = signHead(owner, words)
    const spliced = fc
      .tuple(fc.nat(record.length), fc.uint8Array({ maxLength: 20 }), fc.nat(40))
      .map(([at, middle, skip]) => concat(record.slice(0, at), middle, record.slice(at + skip)))
      .filter((bytes) => !equal(bytes, record))
    const encoded = fc.object({ withBigInt: false }).map((value) => {
      try {
        return encodeCbor(value as Value)
      } catch {
        return new Uint8Array(0)
      }
    })
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), spliced, encoded), refused), { numRuns: 500 })
  })

  it('has one order on every node', () => {
    const low = signHead(owner, { ...words, seq: 2 })
    const high = signHead(owner, words)
    const longer = signHead(owner, {
      ...words,
      versions: [...words.versions, { number: 3, cid: cid(3) }],
    })
    const other = signHead(owner, { ...words, defaultApp: 'x' })
    expect(compareHeads(high, low)).toBeGreaterThan(0)
    expect(compareHeads(longer, high)).toBeGreaterThan(0)
    expect(compareHeads(high, high)).toBe(0)
    expect(Math.sign(compareHeads(high, other))).toBe(-Math.sign(compareHeads(other, high)))
  })
})

describe('the vectors', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../vectors/heads.json', import.meta.url), 'utf8'),
  ) as {
    valid: { why: string; head: string; mid: string; seq: number; last: number; signer: string }[]
    invalid: { why: string; head: string }[]
  }

  it.each(vectors.valid)('$why: taken', ({ head, mid, seq, last, signer }) => {
    expect(readHead(fromHex(head) as Uint8Array)).toMatchObject({ mid, seq, last, signer })
  })

  it.each(vectors.invalid)('$why: refused', ({ head }) => {
    expect(() => readHead(fromHex(head) as Uint8Array)).toThrow(/not valid/)
  })
})

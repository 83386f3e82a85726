/**
 * Statements travel inside heads and prove by themselves who said them: the owner's rights
 * (mimei.md, 5), and which version was released by whom. Of two statements the higher `seq` holds,
 * so that a head signed by someone who has not seen the newest one takes nothing back.
 */
import { compare, encodeCbor, type CID, type KeyId, type Mid } from '#base'
import type { Key } from '#identity'
import type { Entry, UnitRights } from '#rights'
import { Fields, type Refuse } from './fields.js'
import { inFull, type Proof, signRecord, type SignedMap } from './signed.js'

/** What the owner lets others do; signed by the unit's author. */
export interface RightsStatement {
  readonly rights: UnitRights
  readonly seq: number
  readonly signed: SignedMap
}

/** Which version was tested and found good; signed by the author or who holds `release`. */
export interface ReleaseStatement {
  readonly number: number
  readonly cid: CID
  readonly seq: number
  readonly signer: KeyId
  readonly signed: SignedMap
}

const allowed = ['read', 'write', 'backup', 'release', 'grant'] as const
const mostEntries = 256

export function signRights(
  key: Key,
  mid: Mid,
  { word, entries }: UnitRights,
  seq: number,
): RightsStatement {
  const plain = entries.map(({ key, may }) => ({ key: key as string, may: [...may] }))
  const signed = signRecord(key, 'leither/rights/1', { mid, word, entries: plain, seq })
  return { rights: { word, entries }, seq, signed }
}

function readEntry(value: unknown, refuse: Refuse): Entry {
  const fields = new Fields(value, ['key', 'may'], refuse)
  const may = fields.list('may', allowed.length)
  const known = may.every((right) => allowed.includes(right as (typeof allowed)[number]))
  if (!known || new Set(may).size !== may.length) throw refuse('an entry names no known rights')
  return { key: fields.key('key'), may: may as Entry['may'] }
}

/** Word and entries as they may stand in a statement; `refuse` makes the error. */
export function checkRights(
  value: { word: unknown; entries: unknown },
  refuse: Refuse,
): UnitRights {
  const fields = new Fields(
    { word: value.word, entries: value.entries },
    ['word', 'entries'],
    refuse,
  )
  const word = fields.natural('word')
  const entries = fields.list('entries', mostEntries).map((entry) => readEntry(entry, refuse))
  const keys = new Set(entries.map(({ key }) => key))
  if (keys.size !== entries.length) throw refuse('two entries name the same key')
  return { word, entries }
}

/** Reads and checks a rights statement of a unit by this author. */
export function readRights(
  value: unknown,
  mid: Mid,
  author: KeyId,
  refuse: Refuse,
  proof: Proof = inFull,
): RightsStatement {
  const names = ['mid', 'word', 'entries', 'seq', 'publicKey', 'signature']
  const fields = new Fields(value, names, refuse)
  if (fields.mid('mid') !== mid) throw refuse('its rights are for another unit')
  const seq = fields.natural('seq', 1)
  const rights = checkRights({ word: fields.raw('word'), entries: fields.raw('entries') }, refuse)
  const signed = signedPart(fields, value)
  if (!proof.isKeyOf(author, signed.publicKey))
    throw refuse('its rights are not signed by the owner')
  if (!proof.isSigned('leither/rights/1', signed)) {
    throw refuse("the owner's signature on the rights does not fit")
  }
  return { rights, seq, signed }
}

export function signRelease(
  key: Key,
  mid: Mid,
  { number, cid }: { number: number; cid: CID },
  seq: number,
): ReleaseStatement {
  const signed = signRecord(key, 'leither/release/1', { mid, number, cid, seq, signer: key.id })
  return { number, cid, seq, signer: key.id, signed }
}

/** Reads a release statement and checks its signature; whether the signer may is the caller's. */
export function readRelease(
  value: unknown,
  mid: Mid,
  refuse: Refuse,
  proof: Proof = inFull,
): ReleaseStatement {
  const names = ['mid', 'number', 'cid', 'seq', 'signer', 'publicKey', 'signature']
  const fields = new Fields(value, names, refuse)
  if (fields.mid('mid') !== mid) throw refuse('its release is of another unit')
  const signer = fields.key('signer')
  const signed = signedPart(fields, value)
  if (!proof.isKeyOf(signer, signed.publicKey))
    throw refuse("its release is not signed by its signer's key")
  if (!proof.isSigned('leither/release/1', signed)) {
    throw refuse('the signature on the release does not fit')
  }
  return {
    number: fields.number('number'),
    cid: fields.cid('cid'),
    seq: fields.natural('seq', 1),
    signer,
    signed,
  }
}

function signedPart(fields: Fields, value: unknown): SignedMap {
  fields.bytes('publicKey', 32)
  fields.bytes('signature', 64)
  return value as SignedMap
}

interface Statement {
  readonly seq: number
  readonly signed: SignedMap
}

/** The statement that holds of two: higher seq, then the smaller bytes, alike on every node. */
export function newer<T extends Statement>(a: T, b: T): T {
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b
  return compare(encodeCbor(a.signed), encodeCbor(b.signed)) <= 0 ? a : b
}

/** Whether a key may do this by the author's rights, the author himself always. */
export function holds(
  key: KeyId,
  action: 'backup' | 'release',
  author: KeyId,
  { entries }: UnitRights,
): boolean {
  if (key === author) return true
  return entries.some((entry) => entry.key === key && entry.may.includes(action))
}

/**
 * Version blocks (paper 4.1, 5.2; mimei.md, 2): immutable, signed, dag-cbor, found under their CID,
 * which is the paper's content synopsis of a backup.
 */
import { BadInput, type CID, cidOf, codecs, compare, encodeCbor, type Mid, type Value } from '#base'
import type { Key } from '#identity'
import { VersionInvalid } from '../errors.js'
import type { Version } from '../unit.js'
import { Fields } from './fields.js'
import { inFull, readCanonical, signRecord, type SignedMap } from './signed.js'

const fieldNames = [
  'mid',
  'number',
  'parents',
  'root',
  'refs',
  'tags',
  'memo',
  'time',
  'author',
  'size',
  'publicKey',
  'signature',
]
/** Bounds of what a version block holds, so that it stays a small block. */
const most = { parents: 16, tags: 64, memo: 4096 }

/** What the author says of a new version. */
export type VersionWords = Omit<Version, 'cid' | 'author'>

/** Signs a version. @returns the block to store and the version as it reads. @throws BadInput */
export function signVersion(
  key: Key,
  words: VersionWords,
): { version: Version; bytes: Uint8Array } {
  const { mid, number, parents, root, refs, tags, memo, time, size } = words
  if (memo.length > most.memo) {
    throw new BadInput(`the memo has ${memo.length} characters`, `write at most ${most.memo}`)
  }
  const tooLong = Object.entries(tags).some(([name, text]) => name.length + text.length > 4096)
  if (Object.keys(tags).length > most.tags || tooLong) {
    throw new BadInput('there is too much in the tags', `give at most ${most.tags} short ones`)
  }
  const bytes = encodeCbor(
    signRecord(key, 'leither/version/1', {
      mid,
      number,
      parents: parents as Value,
      root,
      refs,
      tags,
      memo,
      time,
      size,
      author: key.id,
    }),
  )
  return { version: readVersion(cidOf(codecs.dagCbor, bytes), bytes, mid), bytes }
}

/**
 * Reads a version block and checks all that it proves by itself: form, unit and signature. That its
 * author may sign for the unit is said by the head that lists it.
 * @throws VersionInvalid
 */
export function readVersion(cid: CID, bytes: Uint8Array, mid: Mid): Version {
  const refuse = (reason: string): VersionInvalid => new VersionInvalid(cid, reason)
  const value = readCanonical(bytes, refuse, inFull)
  const fields = new Fields(value, fieldNames, refuse)
  fields.bytes('publicKey', 32)
  fields.bytes('signature', 64)
  const version: Version = {
    cid,
    mid: fields.mid('mid'),
    number: fields.number('number'),
    parents: fields.cids('parents', most.parents),
    root: fields.cid('root'),
    refs: fields.orNull('refs', () => fields.cid('refs')),
    tags: fields.texts('tags', most.tags),
    memo: fields.text('memo', most.memo),
    time: fields.natural('time'),
    author: fields.key('author'),
    size: fields.natural('size'),
  }
  if (version.mid !== mid) throw refuse(`it belongs to unit ${version.mid}`)
  const signed = value as SignedMap
  if (!inFull.isKeyOf(version.author, signed.publicKey)) throw refuse("its key is not its author's")
  if (!inFull.isSigned('leither/version/1', signed)) throw refuse('its signature does not fit')
  return version
}

/** Of two versions of one number the one that every node chooses: the smaller CID. */
export const compareCids = (a: CID, b: CID): number => compare(a.bytes, b.bytes)

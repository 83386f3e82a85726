/**
 * Heads: what everybody may know of a unit, signed (mimei.md, 7). A head proves itself: the mid by
 * the info, the rights by the owner's key, the signer by the rights.
 */
import { BadInput, CID, cidOf, codecs, encodeCbor, equal, limits, midOf, type Value } from '#base'
import type { Key } from '#identity'
import { HeadInvalid } from '../errors.js'
import type { Head, UnitInfo } from '../unit.js'
import { Fields, isVersionNumber } from './fields.js'
import { inFull, type Proof, readCanonical, signRecord, type SignedMap } from './signed.js'
import {
  holds,
  readRelease,
  readRights,
  type ReleaseStatement,
  type RightsStatement,
} from './statements.js'
import { compareCids } from './version.js'

/** A head with the statements that it carries. */
export interface ReadHead extends Head {
  readonly statements: {
    readonly rights: RightsStatement
    readonly release: ReleaseStatement | null
  }
}

/** What a new head says. */
export interface HeadWords {
  readonly info: UnitInfo
  readonly rights: RightsStatement
  readonly release: ReleaseStatement | null
  /** all that are known, in any order; the newest are listed */
  readonly versions: readonly ListedVersion[]
  readonly defaultApp: string | null
  readonly seq: number
  readonly time: number
}

export interface ListedVersion {
  readonly number: number
  readonly cid: CID
}

const fieldNames = [
  'mid',
  'info',
  'rights',
  'versions',
  'last',
  'release',
  'defaultApp',
  'seq',
  'time',
  'signer',
  'publicKey',
  'signature',
]
const infoNames = ['author', 'app', 'ext', 'mark', 'kind', 'created']
const mostText = 1024

/** Ascending by number; of one number the smaller CID comes last, as the one that is chosen. */
export const byNumber = (a: ListedVersion, b: ListedVersion): number =>
  a.number - b.number || compareCids(b.cid, a.cid)

/** The newest versions, as many as a head lists, and the released one in any case. */
function listed(versions: readonly ListedVersion[], release: ReleaseStatement | null): Value[] {
  const sorted = [...versions].sort(byNumber)
  const newest = sorted.slice(-limits.headVersions)
  if (release !== null && !newest.some(({ cid }) => cid.equals(release.cid))) {
    if (newest.length === limits.headVersions) newest.shift()
    newest.unshift({ number: release.number, cid: release.cid })
  }
  return newest.map(({ number, cid }) => [number, cid])
}

/** Checks the texts of an info, which become part of the mid for ever. @throws BadInput */
export function checkInfo({ app, ext, mark }: Pick<UnitInfo, 'app' | 'ext' | 'mark'>): void {
  for (const [name, text] of Object.entries({ app, ext, mark })) {
    if (text.length <= mostText && !/\p{Surrogate}/u.test(text)) continue
    throw new BadInput(
      `the unit's ${name} is too long or no text`,
      `at most ${mostText} characters`,
    )
  }
}

/** Signs a head. @throws BadInput where it grows beyond what nodes pass on */
export function signHead(key: Key, words: HeadWords): ReadHead {
  const { info, rights, release, defaultApp, seq, time } = words
  const versions = listed(words.versions, release)
  const signed = signRecord(key, 'leither/head/1', {
    mid: midOf(info),
    info: { ...info },
    rights: rights.signed,
    versions,
    last: versions.length === 0 ? 0 : (versions.at(-1) as [number])[0],
    release: release === null ? null : release.signed,
    defaultApp,
    seq,
    time,
    signer: key.id,
  })
  const record = encodeCbor(signed)
  if (record.length > limits.headBytes) {
    const advice = `a head holds ${limits.headBytes} bytes; name fewer keys in its rights`
    throw new BadInput(`the unit's head would have ${record.length} bytes`, advice)
  }
  return readHead(record)
}

function readInfo(value: unknown, refuse: (reason: string) => HeadInvalid): UnitInfo {
  const fields = new Fields(value, infoNames, refuse)
  const kind = fields.text('kind', 16)
  if (kind !== 'file' && kind !== 'database') throw refuse(`there is no kind "${kind}"`)
  return {
    author: fields.key('author'),
    app: fields.text('app', mostText),
    ext: fields.text('ext', mostText),
    mark: fields.text('mark', mostText),
    kind,
    created: fields.natural('created'),
  }
}

function readListed(
  fields: Fields,
  refuse: (reason: string) => HeadInvalid,
): readonly ListedVersion[] {
  const versions = fields.list('versions', limits.headVersions).map((value) => {
    const [number, link] = Array.isArray(value) && value.length === 2 ? value : []
    const cid = CID.asCID(link)
    if (!isVersionNumber(number) || cid === null) {
      throw refuse('it lists something that is no version')
    }
    return { number, cid }
  })
  for (let i = 1; i < versions.length; i++) {
    if (byNumber(versions[i - 1], versions[i]) >= 0) throw refuse('its versions are not in order')
  }
  return versions
}

/** Reads a head and checks all that can be checked without other records. @throws HeadInvalid */
export function readHead(record: Uint8Array, proof: Proof = inFull): ReadHead {
  const refuse = (reason: string): HeadInvalid => new HeadInvalid(reason)
  if (record.length > limits.headBytes) throw refuse(`it has more than ${limits.headBytes} bytes`)
  const value = readCanonical(record, refuse, proof)
  const fields = new Fields(value, fieldNames, refuse)
  fields.bytes('publicKey', 32)
  fields.bytes('signature', 64)
  const mid = fields.mid('mid')
  const info = readInfo(fields.raw('info'), refuse)
  if (midOf(info) !== mid) throw refuse(`its info is not that of unit ${mid}`)
  const rights = readRights(fields.raw('rights'), mid, info.author, refuse, proof)
  const versions = readListed(fields, refuse)
  const last = fields.natural('last')
  if (last !== (versions.at(-1)?.number ?? 0))
    throw refuse('last is not the newest of its versions')
  const release = fields.orNull('release', () =>
    readRelease(fields.raw('release'), mid, refuse, proof),
  )
  if (release !== null) checkRelease(release, versions, info, rights, refuse)
  const head = {
    mid,
    info,
    rights: rights.rights,
    versions,
    last,
    release: release?.number ?? null,
    defaultApp: fields.orNull('defaultApp', () => fields.text('defaultApp', mostText)),
    seq: fields.natural('seq', 1),
    time: fields.natural('time'),
    signer: fields.key('signer'),
    record,
    statements: { rights, release },
  }
  const signed = value as SignedMap
  if (!proof.isKeyOf(head.signer, signed.publicKey)) throw refuse("its key is not its signer's")
  if (!proof.isSigned('leither/head/1', signed)) throw refuse('its signature does not fit')
  if (!holds(head.signer, 'backup', info.author, rights.rights)) {
    throw refuse(`its signer ${head.signer} may not back up this unit`)
  }
  return head
}

/**
 * A release must be listed, and by someone who may by these rights: an owner who takes the right
 * from a key releases anew under his own name what that key released.
 */
function checkRelease(
  release: ReleaseStatement,
  versions: readonly ListedVersion[],
  info: UnitInfo,
  { rights }: RightsStatement,
  refuse: (reason: string) => HeadInvalid,
): void {
  const { number, cid, signer } = release
  if (!versions.some((listed) => listed.number === number && listed.cid.equals(cid))) {
    throw refuse('its release is none of its versions')
  }
  if (!holds(signer, 'release', info.author, rights)) {
    throw refuse(`its release is signed by ${signer}, who may not release this unit`)
  }
}

/**
 * The order in which every node prefers heads of one unit: higher seq, then higher last, then the
 * smaller CID of the record. @returns above 0 where `a` is preferred, 0 for the same record
 */
export function compareHeads(a: Head, b: Head): number {
  if (a.seq !== b.seq) return a.seq - b.seq
  if (equal(a.record, b.record)) return 0
  if (a.last !== b.last) return a.last - b.last
  return compareCids(cidOf(codecs.dagCbor, b.record), cidOf(codecs.dagCbor, a.record))
}

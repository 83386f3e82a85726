/**
 * How units lie in the store, under `keyspace.units`:
 *
 *     mid                         state: info, statements, newest head, what cur stands on
 *     mid 0x00 number(4) cid      a version that is known
 *     mid 0x01 id                 references of cur that differ from its base: id -> count
 *
 * A mid has 27 bytes, so no key of one unit begins like another's. Under `keyspace.references`:
 * `id 0x00 mid`, a unit that refers to the id in some version or in cur.
 */
import {
  afterPrefix,
  concat,
  CID,
  decodeCbor,
  encodeCbor,
  fromText,
  idLength,
  type Mid,
  toText,
  type Value,
} from '#base'
import { type Change, type KeyValue, keyspace } from '#world'
import type { ListedVersion, ReadHead } from './records/head.js'
import { readHead } from './records/head.js'
import { provenBefore } from './records/signed.js'
import {
  readRelease,
  readRights,
  type ReleaseStatement,
  type RightsStatement,
} from './records/statements.js'
import type { UnitInfo } from './unit.js'

/** What cur stands on: content of one version, and the versions that its backup will follow. */
export interface Base {
  /** null for the empty unit, version 0 */
  readonly version: CID | null
  /** parents of the next version: the base, and what a restore went back behind */
  readonly parents: readonly CID[]
}

export const emptyBase: Base = { version: null, parents: [] }

/** Whether cur went back behind the last version there was, and was not backed up since. */
export const isRestored = ({ version, parents }: Base): boolean =>
  parents.length > (version === null ? 0 : 1)

export interface UnitState {
  readonly mid: Mid
  readonly info: UnitInfo
  readonly rights: RightsStatement
  readonly release: ReleaseStatement | null
  readonly head: ReadHead | undefined
  readonly base: Base
}

const rows = { version: 0x00, reference: 0x01 } as const
const unitPrefix = (mid: Mid): Uint8Array => concat(Uint8Array.of(keyspace.units), fromText(mid))
const rowKey = (mid: Mid, kind: number, rest: Uint8Array): Uint8Array =>
  concat(unitPrefix(mid), Uint8Array.of(kind), rest)

function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** The change that stores a unit's state. */
export function stateRow({ mid, info, rights, release, head, base }: UnitState): Change {
  const value = encodeCbor({
    info: { ...info },
    rights: rights.signed,
    release: release === null ? null : release.signed,
    head: head === undefined ? null : head.record,
    base: base.version,
    parents: base.parents as Value,
  })
  return { key: unitPrefix(mid), value }
}

interface StoredState {
  readonly info: UnitInfo
  readonly rights: unknown
  readonly release: unknown
  readonly head: Uint8Array | null
  readonly base: CID | null
  readonly parents: readonly CID[]
}

/** Signatures are not checked once more: `check` does that. */
function readState(mid: Mid, bytes: Uint8Array): UnitState {
  const stored = decodeCbor<StoredState>(bytes)
  const refuse = (reason: string): Error => new Error(`the stored state of unit ${mid}: ${reason}`)
  return {
    mid,
    info: stored.info,
    rights: readRights(stored.rights, mid, stored.info.author, refuse, provenBefore),
    release:
      stored.release === null ? null : readRelease(stored.release, mid, refuse, provenBefore),
    head: stored.head === null ? undefined : readHead(stored.head, provenBefore),
    base: { version: stored.base, parents: stored.parents },
  }
}

export const versionRow = (mid: Mid, { number, cid }: ListedVersion): Change => ({
  key: rowKey(mid, rows.version, concat(numberBytes(number), cid.bytes)),
  value: new Uint8Array(0),
})

/** @param count undefined where cur has what its base has */
export const referenceRow = (mid: Mid, id: string, count: number | undefined): Change => ({
  key: rowKey(mid, rows.reference, fromText(id)),
  value: count === undefined ? undefined : encodeCbor(count),
})

const referrerPrefix = (id: string): Uint8Array =>
  concat(Uint8Array.of(keyspace.references), fromText(id), Uint8Array.of(0))

/** Marks that a unit refers, or once referred, to an id. */
export const referrerRow = (id: string, mid: Mid): Change => ({
  key: concat(referrerPrefix(id), fromText(mid)),
  value: new Uint8Array(0),
})

/** Units that may refer to an id; whether they do is theirs to say. */
export async function readReferrers(disk: Pick<KeyValue, 'scan'>, id: string): Promise<Mid[]> {
  const from = referrerPrefix(id)
  const mids: Mid[] = []
  for await (const [key] of disk.scan({ from, to: afterPrefix(from) })) {
    mids.push(toText(key.subarray(from.length)) as Mid)
  }
  return mids
}

/** All that is stored of one unit. */
export interface StoredUnit {
  readonly state: UnitState
  readonly versions: ListedVersion[]
  readonly references: Map<string, number>
}

/** Reads every unit of the store, in order of mid. A unit whose state cannot be read is told of. */
export async function* readUnits(
  disk: Pick<KeyValue, 'scan'>,
  onDamage: (mid: Mid, error: unknown) => void,
): AsyncGenerator<StoredUnit> {
  const from = Uint8Array.of(keyspace.units)
  let unit: StoredUnit | undefined
  for await (const [key, value] of disk.scan({ from, to: afterPrefix(from) })) {
    const mid = toText(key.subarray(1, 1 + idLength)) as Mid
    if (key.length === 1 + idLength) {
      if (unit !== undefined) yield unit
      unit = undefined
      try {
        unit = { state: readState(mid, value), versions: [], references: new Map() }
      } catch (error) {
        onDamage(mid, error)
      }
    } else if (unit?.state.mid === mid) {
      readRow(unit, key[1 + idLength], key.subarray(2 + idLength), value)
    }
  }
  if (unit !== undefined) yield unit
}

function readRow(unit: StoredUnit, kind: number, rest: Uint8Array, value: Uint8Array): void {
  if (kind === rows.version) {
    const number = new DataView(rest.buffer, rest.byteOffset).getUint32(0)
    unit.versions.push({ number, cid: CID.decode(rest.subarray(4)) })
  } else if (kind === rows.reference) {
    unit.references.set(toText(rest), decodeCbor<number>(value))
  }
}

/** The changes that forget a unit. @param ids what it refers to */
export async function forgetRows(
  disk: Pick<KeyValue, 'scan'>,
  mid: Mid,
  ids: Iterable<string>,
): Promise<Change[]> {
  const from = unitPrefix(mid)
  const changes: Change[] = []
  for await (const [key] of disk.scan({ from, to: afterPrefix(from) })) {
    changes.push({ key, value: undefined })
  }
  for (const id of ids) changes.push({ key: referrerRow(id, mid).key, value: undefined })
  return changes
}

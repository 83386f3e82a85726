/** Units, versions, files and sessions in the shapes of the contract. */
import type { Result } from '#api'
import type { Mid } from '#base'
import { type Blocks, contentType } from '#blocks'
import type { FileEntry, Unit, Version } from '#mimei'
import { may, type Principal } from '#rights'
import { askedOf } from './asked.js'
import type { NetworkGate } from './network-gate.js'
import type { Session } from './sessions.js'
import type { Sizes } from './sizes.js'

type Summary = Result<'mimei.list'>['units'][number]
type VersionInfo = Result<'mimei.log'>['versions'][number]

/** The newest version, undefined before the first backup. */
export const newest = (unit: Pick<Unit, 'versions'>): Version | undefined =>
  unit.versions().length === 0 ? undefined : unit.versions().at(-1)

export interface Showing {
  /** who asks: what may be done, and whether cur may be looked at, is theirs */
  readonly principal: Principal
  readonly network: Pick<NetworkGate, 'now'>
  readonly sizes: Pick<Sizes, 'ofCur'>
  /** one of many: what costs much may be a moment old */
  readonly inList: boolean
}

/** A unit that cannot be counted is shown all the same; `node.doctor` says what ails it. */
const countCur = (unit: Unit, { sizes, inList }: Showing, otherwise: number): Promise<number> =>
  sizes.ofCur(unit, !inList).catch(() => otherwise)

export async function showUnit(unit: Unit, showing: Showing): Promise<Summary> {
  const { principal, network } = showing
  const { author, app, ext, mark, kind, created } = unit.info
  const last = newest(unit)
  const flow = network.now()?.flow
  const asked = askedOf(unit)
  const changed = may(principal, 'readCur', asked) && unit.changed()
  return {
    mid: unit.mid,
    kind,
    mark,
    ext,
    app,
    author,
    created,
    right: unit.rights().word,
    size: changed ? await countCur(unit, showing, last?.size ?? 0) : (last?.size ?? 0),
    version: last?.number ?? 0,
    release: unit.head()?.release ?? null,
    modified: last?.time ?? created,
    changed,
    published: flow?.isPublished(unit.mid) ?? false,
    providing: flow?.isProviding(unit.mid) ?? false,
    mine: may(principal, 'write', asked),
  }
}

export function showVersion(version: Version, blocks: Pick<Blocks, 'has'>): VersionInfo {
  const { number, cid, root, memo, time, author, size } = version
  return {
    version: number,
    cid: cid.toString(),
    root: root.toString(),
    memo,
    time,
    author,
    size,
    here: blocks.has(root),
  }
}

/** Kept versions, newest first. */
export const showVersions = (
  unit: Pick<Unit, 'versions'>,
  blocks: Pick<Blocks, 'has'>,
): VersionInfo[] => [...unit.versions()].reverse().map((version) => showVersion(version, blocks))

export const showMade = (mid: Mid, { number, cid, root }: Version): Result<'mimei.backup'> => ({
  mid,
  version: number,
  cid: cid.toString(),
  root: root.toString(),
})

export const showFile = ({
  path,
  name,
  type,
  size,
  modified,
  cid,
}: FileEntry): Result<'files.stat'> => ({
  path,
  name,
  type,
  size,
  modified,
  cid: cid === null ? null : cid.toString(),
  mime: type === 'file' ? contentType(name) : '',
})

export const showSession = ({
  sid,
  user,
  name,
  owner,
  app,
  expires,
}: Session): Result<'session.login'> => ({ sid, user, name, owner, app: app ?? null, expires })

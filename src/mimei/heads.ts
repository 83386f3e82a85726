/** Heads that this node signs: a new one for every backup, release or change of rights. */
import { BadInput, kindOfMid } from '#base'
import type { Key } from '#identity'
import { RightMissing, type UnitRights } from '#rights'
import type { UnitCore } from './core.js'
import { BackupNotAllowed } from './errors.js'
import { type ListedVersion, type ReadHead, signHead } from './records/head.js'
import {
  checkRights,
  holds,
  newer,
  type ReleaseStatement,
  type RightsStatement,
  signRelease,
  signRights,
} from './records/statements.js'
import type { UnitState } from './rows.js'
import type { Version, VersionName } from './unit.js'

/** @throws BackupNotAllowed where the key may not sign heads of the unit */
export function demandBackup({ mid, state }: UnitCore, key: Key): void {
  if (holds(key.id, 'backup', state.info.author, state.rights.rights)) return
  throw new BackupNotAllowed(mid, key.id)
}

/** Signs the head of a state. @param news versions not in the index yet, another default app */
export function nextHead(
  { index, ground }: UnitCore,
  { info, rights, release, head }: UnitState,
  key: Key,
  news: { more?: readonly ListedVersion[]; defaultApp?: string | null } = {},
): ReadHead {
  const { more = [], defaultApp = head?.defaultApp ?? null } = news
  return signHead(key, {
    info,
    rights,
    release,
    versions: [...index.listed(), ...more],
    defaultApp,
    seq: (head?.seq ?? 0) + 1,
    time: ground.clock.now(),
  })
}

/** Of the releases that are known the one that holds by these rights. */
export function chooseRelease(
  candidates: readonly (ReleaseStatement | null)[],
  { info }: Pick<UnitState, 'info'>,
  { rights }: RightsStatement,
): ReleaseStatement | null {
  const valid = candidates.filter(
    (release): release is ReleaseStatement =>
      release !== null && holds(release.signer, 'release', info.author, rights),
  )
  return valid.length === 0 ? null : valid.reduce(newer)
}

/**
 * Names a tested version.
 * @throws UnknownVersion, VersionNotHere, BackupNotAllowed, RightMissing
 */
export async function releaseVersion(
  core: UnitCore,
  key: Key,
  name: Exclude<VersionName, 'cur'>,
): Promise<Version> {
  const { state, mid } = core
  demandBackup(core, key)
  if (!holds(key.id, 'release', state.info.author, state.rights.rights)) {
    throw new RightMissing('release', mid, key.id)
  }
  const version = core.version(name)
  if (state.release?.cid.equals(version.cid) === true) return version
  const release = signRelease(key, mid, version, (state.release?.seq ?? 0) + 1)
  const next = { ...state, release }
  await core.store({ ...next, head: nextHead(core, next, key) }, [])
  core.ground.tell({ type: 'release', mid, number: version.number })
  return version
}

/** @throws RightMissing for anyone but the owner, whose signature the rights need; BadInput */
export async function setRights(core: UnitCore, key: Key, given: UnitRights): Promise<void> {
  const { state, mid } = core
  if (key.id !== state.info.author) throw new RightMissing('grant', mid, key.id)
  const checked = checkRights(given, (reason) => new BadInput(reason, 'correct the rights'))
  const rights = signRights(key, mid, checked, state.rights.seq + 1)
  const next = { ...state, rights, release: heldRelease(state, key, checked) }
  await core.store({ ...next, head: nextHead(core, next, key) }, [])
  core.ground.tell({ type: 'rights', mid })
}

/** Who loses the right to release leaves the release behind; the owner then stands for it. */
function heldRelease(
  { release, info, mid }: UnitState,
  owner: Key,
  rights: UnitRights,
): ReleaseStatement | null {
  if (release === null || holds(release.signer, 'release', info.author, rights)) return release
  return signRelease(owner, mid, release, release.seq + 1)
}

/** @param app mid of a unit @throws BackupNotAllowed, BadInput */
export async function setDefaultApp(core: UnitCore, key: Key, app: string | null): Promise<void> {
  demandBackup(core, key)
  const { state, mid, ground } = core
  if ((state.head?.defaultApp ?? null) === app) return
  if (app !== null) kindOfMid(app)
  const head = nextHead(core, state, key, { defaultApp: app })
  await core.store({ ...state, head }, [])
  ground.tell({ type: 'head', mid, number: head.last })
}

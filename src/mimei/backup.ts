/** Backup and restore (paper 3.1, 5.2; mimei.md, 2). */
import type { CID } from '#base'
import type { Key } from '#identity'
import type { UnitCore } from './core.js'
import type { Changes, Stand } from './content.js'
import { demandBackup, nextHead } from './heads.js'
import type { Frozen } from './overlay.js'
import { signVersion } from './records/version.js'
import { type Counts, writeReferences } from './references.js'
import { type Base, versionRow } from './rows.js'
import type { BackupOptions, Version, VersionName } from './unit.js'

/** Everything that cur holds at one moment. */
interface Moment {
  readonly changes: Frozen
  readonly references: Counts
}

const on = (version: Version): Base => ({ version: version.cid, parents: [version.cid] })
const same = (a: CID | null | undefined, b: CID | null | undefined): boolean => `${a}` === `${b}`
const noChanges: Changes = { isEmpty: () => true, scan: async function* () {} }

/**
 * Folds cur into the next version. Writes that come meanwhile are kept apart and stay in cur.
 * Cost: proportional to what changed.
 * @throws BackupNotAllowed, BadInput where memo or tags are too long
 */
export async function backup(core: UnitCore, key: Key, options: BackupOptions): Promise<Version> {
  demandBackup(core, key)
  const { overlay, references, ground } = core
  const letGo = ground.blocks.hold()
  const moment: Moment = { changes: overlay.freeze(), references: references.freeze() }
  try {
    const stand = await core.content.fold(core.baseVersion(), moment.changes)
    const counts = await references.counts(moment.references)
    const refs = await writeReferences(ground.blocks, counts)
    const last = core.index.last()
    const newest = last === undefined ? undefined : core.index.read(last)
    if (newest !== undefined && (await isNothingNew(core, newest, stand, refs))) {
      await settle(core, moment, newest)
      return newest
    }
    return await addVersion(core, key, options, moment, stand, refs)
  } catch (error) {
    moment.changes.thaw()
    references.thaw()
    throw error
  } finally {
    letGo()
  }
}

/**
 * Whether a backup would say nothing that `last` does not say. Where cur was restored to an older
 * version, that is news; where others went on meanwhile and cur changed nothing, it is not.
 */
async function isNothingNew(
  core: UnitCore,
  newest: Version,
  stand: Stand,
  refs: CID | null,
): Promise<boolean> {
  if (same(newest.root, stand.root) && same(newest.refs, refs)) return true
  if (core.state.base.parents.some((parent) => parent.equals(newest.cid))) return false
  const base = core.baseVersion()
  const { root } = base ?? (await core.content.fold(undefined, noChanges))
  return same(root, stand.root) && same(base?.refs ?? null, refs)
}

/** Ends the changes of the moment without a new version: cur stands on the newest one. */
async function settle(core: UnitCore, moment: Moment, newest: Version): Promise<void> {
  const moved = !same(core.baseVersion()?.root, newest.root)
  const rows = [...moment.changes.settle(), ...core.references.settle(moment.references)]
  await core.store({ ...core.state, base: on(newest) }, rows, () => {
    moment.changes.settled()
    core.references.settled(moment.references)
    if (moved) core.working.reset()
  })
  if (moved) core.ground.tell({ type: 'changed', mid: core.mid, keys: [] })
}

async function addVersion(
  core: UnitCore,
  key: Key,
  { memo = '', tags = {} }: BackupOptions,
  moment: Moment,
  { root, size }: Stand,
  refs: CID | null,
): Promise<Version> {
  const { mid, state, ground, index, references } = core
  const { version, bytes } = signVersion(key, {
    mid,
    number: (index.last()?.number ?? 0) + 1,
    parents: state.base.parents,
    root,
    refs,
    tags,
    memo,
    time: ground.clock.now(),
    size,
  })
  // All blocks are durable before the head that names them.
  await ground.blocks.put(version.cid, bytes)
  const next = {
    ...state,
    base: on(version),
    head: nextHead(core, state, key, { more: [version] }),
  }
  const rows = [
    versionRow(mid, version),
    ...moment.changes.settle(),
    ...references.settle(moment.references),
  ]
  await core.store(next, rows, () => {
    index.add([version])
    moment.changes.settled()
    references.settled(moment.references)
  })
  ground.tell({ type: 'version', mid, number: version.number })
  return version
}

/**
 * Makes a version the base of cur and gives up the changes of cur. The next backup follows both
 * that version and the last one, so that going back is a step forward in the unit's history.
 * @throws UnknownVersion, VersionNotHere
 */
export async function restore(core: UnitCore, name: Exclude<VersionName, 'cur'>): Promise<void> {
  const version = core.versionWithContent(name)
  const before = core.state.base
  const last = core.index.last()
  const parents = [version?.cid, last?.cid].filter((cid) => cid !== undefined)
  const distinct = parents.filter((cid, i) => parents.findIndex((other) => other.equals(cid)) === i)
  const base: Base = { version: version?.cid ?? null, parents: distinct }
  // Readers see base and changes move together, in this turn; then they become durable together.
  const changes = core.overlay.drop()
  const references = core.references.drop()
  core.moveBase(base)
  core.working.reset()
  try {
    const rows = [...changes.settle(), ...references.changes]
    await core.store({ ...core.state, base }, rows, () => changes.settled())
  } catch (error) {
    changes.thaw()
    references.undo()
    core.moveBase(before)
    core.working.reset()
    throw error
  }
  core.ground.tell({ type: 'changed', mid: core.mid, keys: [] })
}

/** Heads made elsewhere (mimei.md, 2 and 7): all sides' versions stay, all nodes choose alike. */
import type { CID } from '#base'
import type { Blocks } from '#blocks'
import type { Change } from '#world'
import type { UnitCore } from './core.js'
import { HeadInvalid, HeadOlder, VersionInvalid, VersionNotHere } from './errors.js'
import { chooseRelease } from './heads.js'
import { compareHeads, type ListedVersion, type ReadHead } from './records/head.js'
import { holds, newer } from './records/statements.js'
import { readReferences } from './references.js'
import { emptyBase, isRestored, referrerRow, type UnitState, versionRow } from './rows.js'
import type { UnitEvent, Version } from './unit.js'
import { VersionIndex } from './version-index.js'

/** State of a unit that was not here before. */
export function stateOfHead(head: ReadHead): UnitState {
  const { mid, info, statements } = head
  return { mid, info, ...statements, head: undefined, base: emptyBase }
}

/** What a head brings. */
interface News {
  readonly listed: readonly ListedVersion[]
  readonly versions: readonly Version[]
}

/**
 * Checks the version blocks that a head lists, as far as they are here. The last version and its
 * content must be.
 * @throws HeadInvalid, VersionNotHere
 */
function checkVersions(head: ReadHead, known: Pick<VersionIndex, 'knows'>, blocks: Blocks): News {
  const index = new VersionIndex(head.mid, blocks, [...head.versions])
  const listed = head.versions.filter(({ cid }) => !known.knows(cid))
  const versions: Version[] = []
  try {
    for (const version of listed) {
      if (blocks.has(version.cid)) versions.push(index.read(version))
    }
    const last = index.last()
    if (last !== undefined && !blocks.has(index.read(last).root)) {
      throw new VersionNotHere(head.mid, last.number, last.cid)
    }
  } catch (error) {
    if (error instanceof VersionInvalid) throw new HeadInvalid(error.message)
    throw error
  }
  return { listed, versions }
}

/** Rows by which referrers of what the new versions refer to are found. */
async function referrerRows(core: UnitCore, versions: readonly Version[]): Promise<Change[]> {
  const blocks = core.ground.blocks
  const pages = new Map<string, CID>()
  for (const { refs } of versions) {
    if (refs !== null && blocks.has(refs)) pages.set(refs.toString(), refs)
  }
  const ids = new Set<string>()
  for (const refs of pages.values()) {
    for (const id of (await readReferences(blocks, refs)).keys()) ids.add(id)
  }
  return [...ids].map((id) => referrerRow(id, core.mid))
}

/**
 * Makes a head, read and checked by itself, the unit's own, or joins its versions to those of a
 * head of the same sequence. Cur follows where it has no changes of its own.
 * @returns what is to be told
 * @throws HeadOlder, HeadInvalid, VersionNotHere: then nothing is changed
 */
export async function takeHead(core: UnitCore, head: ReadHead): Promise<UnitEvent[]> {
  const { state, index, ground, mid } = core
  const here = state.head
  const order = here === undefined ? 1 : compareHeads(head, here)
  if (order === 0) return []
  if (here !== undefined && head.seq < here.seq) throw new HeadOlder(mid, head.seq, here.seq)
  const rights = newer(head.statements.rights, state.rights)
  if (!holds(head.signer, 'backup', state.info.author, rights.rights)) {
    throw new HeadInvalid(`its signer ${head.signer} may not back up this unit any more`)
  }
  const { listed, versions } = checkVersions(head, index, ground.blocks)
  const rows = [
    ...listed.map((version) => versionRow(mid, version)),
    ...(await referrerRows(core, versions)),
  ]
  index.add(listed)
  const release = chooseRelease([head.statements.release, state.release], state, rights)
  const base = follow(core)
  // Readers see cur follow in this turn; then it becomes durable with the head.
  if (base !== state.base) {
    core.moveBase(base)
    core.working.reset()
  }
  try {
    await core.store({ ...state, rights, release, base, head: order > 0 ? head : here }, rows)
  } catch (error) {
    core.moveBase(state.base)
    if (base !== state.base) core.working.reset()
    throw error
  }
  if (here?.seq === head.seq) {
    ground.log.warn('two heads with one sequence were joined', { mid, seq: head.seq })
  }
  const taken: UnitEvent = { type: 'head', mid, number: index.last()?.number ?? 0 }
  return base === state.base ? [taken] : [taken, { type: 'changed', mid, keys: [] }]
}

/**
 * Where cur stands after versions were added: on the last one, unless it has its own changes, or
 * was restored to something else, which is a change as well.
 */
function follow(core: UnitCore): UnitState['base'] {
  const last = core.index.last()
  const { base } = core.state
  const isThere = last !== undefined && base.version?.equals(last.cid) === true
  if (last === undefined || core.isChanged() || isThere || isRestored(base)) return base
  const { root } = core.index.read(last)
  // Of two heads with one sequence the other's last may be chosen without its content being here.
  return core.ground.blocks.has(root) ? { version: last.cid, parents: [last.cid] } : base
}

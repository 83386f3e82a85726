/** What collection must keep of a unit, and whether all of it is sound. */
import { type CID, isId, parseCid } from '#base'
import { dagMissing, emptyDirectory } from '#blocks'
import type { UnitCore } from './core.js'
import { readRow } from './files/rows.js'
import { type ListedVersion, readHead } from './records/head.js'
import { readRelease, readRights } from './records/statements.js'
import { readVersion } from './records/version.js'
import { readReferences } from './references.js'
import { type UnitState, versionRow } from './rows.js'
import type { Version } from './unit.js'

/** CIDs of everything that a unit's versions and cur need. */
export async function* rootsOf(core: UnitCore): AsyncGenerator<CID> {
  const { index, overlay, references, state } = core
  for (const { cid } of index.listed()) yield cid
  for (const { root, refs } of index.here()) {
    yield root
    if (refs !== null) yield refs
  }
  if (state.base.version !== null) yield state.base.version
  if (state.info.kind === 'file') {
    yield emptyDirectory
    for await (const [, value] of overlay.scan()) {
      const row = readRow(value)
      if (row !== null && row !== undefined && row.type !== 'void') yield row.cid
    }
  }
  yield* contentIds((await references.counts()).keys())
  for (const refs of distinctRefs(index.here())) {
    if (core.ground.blocks.has(refs)) {
      yield* contentIds((await readReferences(core.ground.blocks, refs)).keys())
    }
  }
}

function* contentIds(ids: Iterable<string>): Generator<CID> {
  for (const id of ids) if (!isId(id)) yield parseCid(id)
}

export function distinctRefs(versions: readonly Version[]): CID[] {
  const distinct = new Map<string, CID>()
  for (const { refs } of versions) if (refs !== null) distinct.set(refs.toString(), refs)
  return [...distinct.values()]
}

export interface Problem {
  readonly problem: string
  readonly repaired: boolean
}

/** Proves in full what the node's start takes as proven. @throws where one does not hold */
function proveRecords({ mid, info, rights, release, head }: UnitState): void {
  const refuse = (reason: string): Error => new Error(`the stored state of unit ${mid}: ${reason}`)
  readRights(rights.signed, mid, info.author, refuse)
  if (release !== null) readRelease(release.signed, mid, refuse)
  if (head !== undefined) readHead(head.record)
}

/** Compares a unit's versions and head with the blocks that are here. */
export async function checkUnit(core: UnitCore): Promise<Problem[]> {
  const problems: Problem[] = []
  const { index, state } = core
  const { blocks } = core.ground
  try {
    proveRecords(state)
  } catch (error) {
    problems.push({ problem: messageOf(error), repaired: false })
  }
  for (const { number, cid } of index.listed()) {
    if (!blocks.has(cid)) continue
    try {
      readVersion(cid, await blocks.get(cid), core.mid)
    } catch (error) {
      problems.push({ problem: `version ${number}: ${messageOf(error)}`, repaired: false })
    }
  }
  const unlisted = (state.head?.versions ?? []).filter(({ cid }) => !index.knows(cid))
  if (unlisted.length > 0) {
    await core.ground.disk.write(unlisted.map((version) => versionRow(core.mid, version)))
    index.add(unlisted)
    const problem = `${unlisted.length} versions of its head were not listed`
    problems.push({ problem, repaired: true })
  }
  const last = index.last()
  if (last !== undefined) problems.push(...(await checkContent(core, last, 'last')))
  const base = state.base.version
  if (base !== null && last?.cid.equals(base) !== true) {
    const listed = index.listed().find(({ cid }) => cid.equals(base))
    problems.push(...(await checkContent(core, listed ?? { number: 0, cid: base }, 'base of cur')))
  }
  return problems
}

/** Whether all blocks of a version's content are here and can be read. */
async function checkContent(
  { index, ground }: UnitCore,
  listed: ListedVersion,
  what: string,
): Promise<Problem[]> {
  try {
    const { root, refs } = index.read(listed)
    const roots = refs === null ? [root] : [root, refs]
    for await (const cid of dagMissing(ground.blocks, roots)) {
      return [{ problem: `${what} (${listed.number}): block ${cid} is missing`, repaired: false }]
    }
    return []
  } catch (error) {
    return [{ problem: `${what} (${listed.number}): ${messageOf(error)}`, repaired: false }]
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)

/** Making a version of a working copy, and telling versions apart. */
import type { CID } from '#base'
import type { Blocks } from '#blocks'
import type { Frozen } from '../overlay.js'
import type { KeyType } from './database.js'
import { endOfDatabase, meaningOf } from './layout.js'
import type { DatabaseDifference, Folded } from './sources.js'
import { diffTrees, type TreeDifference } from './tree-diff.js'
import { applyChanges } from './tree-write.js'

/**
 * Applies the frozen changes of a working copy to the tree of its base. Durable when resolved; its
 * cost is in proportion to the changes. Keys that belong to the unit itself are left out.
 */
export const foldDatabase = (
  blocks: Pick<Blocks, 'getSync' | 'putMany'>,
  root: CID | null,
  frozen: Pick<Frozen, 'scan'>,
): Promise<Folded> => applyChanges(blocks, root, frozen.scan({ to: endOfDatabase }))

const pathOf = (type: KeyType, key: string, field: string | undefined): string =>
  field === undefined ? `${type}:${key}` : `${type}:${key}/${field}`

/**
 * What changed between two roots, as people read it: strings, lists (as a whole), and the fields or
 * members of hashes, sets and sorted sets; a name that came or went is told once.
 */
export async function* diffDatabases(
  blocks: Pick<Blocks, 'getSync'>,
  from: CID | null,
  to: CID | null,
): AsyncGenerator<DatabaseDifference, void, undefined> {
  /** names of the type at hand of which all is said */
  let told = new Set<string>()
  let toldOf: KeyType | undefined
  for (const difference of diffTrees(blocks, from, to)) {
    const meaning = meaningOf(difference.key)
    if (meaning === undefined || meaning.shadow) continue
    const { type, key } = meaning
    if (toldOf !== type) {
      told = new Set()
      toldOf = type
    }
    if (told.has(key)) continue
    const whole = wholeChange(difference, meaning)
    if (whole === 'fields tell') continue
    const field = whole === undefined ? meaning.field : undefined
    if (field === undefined) told.add(key)
    const change = whole ?? difference.change
    yield { type, key, field, change, path: pathOf(type, key, field) }
  }
}

/** What is said of the name as a whole; undefined where the difference is told field by field. */
function wholeChange(
  { change }: TreeDifference,
  { type, field }: { type: KeyType; field: string | undefined },
): DatabaseDifference['change'] | 'fields tell' | undefined {
  if (type === 'list') return field === undefined ? change : 'changed'
  if (field !== undefined) return undefined
  // A changed length of a hash or set says nothing that its fields do not say.
  return change === 'changed' && type !== 'string' ? 'fields tell' : change
}

/** A version's database: read from its tree, never written. */
import type { CID } from '#base'
import type { Blocks } from '#blocks'
import type { Database } from './database.js'
import { ReadOnlyVersion } from './errors.js'
import { readTree } from './reader.js'
import { readingOf } from './reading.js'
import { Tree } from './tree-read.js'
import { writingOf } from './writing.js'

const refuse = (): never => {
  throw new ReadOnlyVersion()
}

/**
 * @param root of the version's tree, null for version 0
 * @throws BlockMissing, BlockCorrupt, TreeCorrupt where the root cannot be read
 */
export function openVersionDatabase(sources: {
  readonly blocks: Pick<Blocks, 'getSync'>
  readonly root: CID | null
}): Database {
  const reader = readTree(new Tree(sources.blocks, sources.root))
  return {
    ...readingOf(reader),
    ...writingOf({ reader, run: async () => refuse(), watch: refuse }),
    begin: refuse,
    transaction: refuse,
  }
}

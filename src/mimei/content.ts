/** What differs between the two kinds of unit: how changes are folded and versions compared. */
import type { CID, UnitKind } from '#base'
import { emptyDirectory, type ScratchBlocks } from '#blocks'
import { diffDatabases, foldDatabase } from './database/index.js'
import { diffFiles } from './files/diff.js'
import { foldFiles } from './files/fold.js'
import type { Frozen } from './overlay.js'
import type { Difference } from './unit.js'

export type Changes = Pick<Frozen, 'scan' | 'isEmpty'>

/** The content of one version, or of none: that of version 0. */
export interface Stand {
  readonly root: CID
  /** bytes of the content, as a reader would count them */
  readonly size: number
}

export interface Content {
  /** Base and changes together; durable when resolved, cost proportional to the changes. */
  fold(base: Stand | undefined, changes: Changes): Promise<Stand>
  diff(from: CID | undefined, to: CID | undefined): AsyncIterable<Difference>
}

const fileContent = (blocks: ScratchBlocks): Content => ({
  fold: (base, changes) =>
    foldFiles(blocks, base ?? { root: emptyDirectory, size: 0 }, changes.scan()),
  async *diff(from, to) {
    const differences = diffFiles(blocks, from ?? emptyDirectory, to ?? emptyDirectory)
    for await (const { path, change } of differences) yield { path, change }
  },
})

const databaseContent = (blocks: ScratchBlocks): Content => ({
  async fold(base, changes) {
    const { root, size } = await foldDatabase(blocks, base?.root ?? null, changes)
    return { root, size }
  },
  async *diff(from, to) {
    const differences = diffDatabases(blocks, from ?? null, to ?? null)
    for await (const { path, change } of differences) yield { path, change }
  },
})

export const contentOf = (kind: UnitKind, blocks: ScratchBlocks): Content =>
  kind === 'file' ? fileContent(blocks) : databaseContent(blocks)

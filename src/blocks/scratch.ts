/** Blocks made only to be looked at: a view of a store whose puts stay in memory. */
import type { CID } from '#base'
import type { Blocks } from './blocks.js'

/** What makes and reads trees and directories. */
export type ScratchBlocks = Pick<
  Blocks,
  'get' | 'getSync' | 'has' | 'put' | 'putMany' | 'size' | 'hold'
>

/**
 * A store that shows what another holds and forgets what is put: to ask how large a working copy is
 * must not write to the disk. Memory grows with what is put.
 */
export function scratchBlocks(blocks: ScratchBlocks): ScratchBlocks {
  const made = new Map<string, Uint8Array>()
  const nameOf = (cid: CID): string => cid.toString()
  return {
    get: async (cid) => made.get(nameOf(cid)) ?? blocks.get(cid),
    getSync: (cid) => made.get(nameOf(cid)) ?? blocks.getSync(cid),
    has: (cid) => made.has(nameOf(cid)) || blocks.has(cid),
    size: (cid) => made.get(nameOf(cid))?.length ?? blocks.size(cid),
    async put(cid, bytes) {
      made.set(nameOf(cid), bytes)
    },
    async putMany(list) {
      for (const { cid, bytes } of list) made.set(nameOf(cid), bytes)
    },
    hold: (root) => blocks.hold(root),
  }
}

import { cidOf } from '#base'
import type { Block } from './blocks.js'

/** Blocks whose CID was computed here from their bytes; hashing them again would tell nothing. */
const made = new WeakSet<Block>()

/**
 * A block of these bytes, which must not change afterwards. The store takes it without hashing it
 * again.
 * @param codec one of `codecs`
 */
export function makeBlock(codec: number, bytes: Uint8Array): Block {
  const block: Block = Object.freeze({ cid: cidOf(codec, bytes), bytes })
  made.add(block)
  return block
}

/** Whether this very object came out of `makeBlock`. */
export const isMadeHere = (block: Block): boolean => made.has(block)

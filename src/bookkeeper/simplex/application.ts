/**
 * What consensus asks of what it orders (spec OL-1, E to G): the face between the Simplex engine
 * and a branch or the root.
 */
import type { Header } from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, SealedBlock } from '../messages.js'

export interface Application {
  /** the last block that this node knows as finalized and has applied; where the engine begins */
  readonly finalizedHeader: Header
  /**
   * A block on this parent for this view (header.view = view, height and prev after the parent's); undefined while there is nothing to do or it is not yet time: `poke` asks again.
   * The parent is finalized or notarized; its ancestors down to the finalized one are `ancestry`.
   */
  propose(ancestry: readonly Block[], view: bigint, now: number): Block | undefined
  /**
   * Whether a block may stand on its parent. later: something is still missing here (a pulse, a
   * header that it refers to); the engine asks again on `poke`.
   * @param ancestry blocks after the finalized one up to the parent, oldest first
   */
  check(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later'
  /** Whether a block on this parent is owed: the view's timer runs from then on. */
  isOwed(ancestry: readonly Block[], now: number): boolean
  /** Called once for every finalized block, in order of height; also when replayed from disk. */
  finalized(sealed: SealedBlock, now: number): readonly Effect[]
  /** A finalized block for somebody who is behind; undefined where it is not (or no longer) here. */
  sealedAt(height: bigint): SealedBlock | undefined
  /** Others are so far ahead that blocks can no longer be had: state is needed (recovery). */
  fellBehind(height: bigint, now: number): readonly Effect[]
}

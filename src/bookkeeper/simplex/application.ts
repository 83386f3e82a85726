/**
 * What consensus asks of what it orders (spec OL-1, E to G): the face between the Simplex engine
 * and a branch or the root.
 */
import type { Header, SealedPulse } from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, SealedBlock } from '../messages.js'

export interface Application {
  /** the last block that this node knows as finalized and has applied; where the engine begins */
  readonly finalizedHeader: Header
  /**
   * A block for this view on the newest of `ancestry`, or on the finalized header where that is
   * empty: header.view = view, height and prev after the parent's. undefined while there is nothing
   * to do or it is not yet time: `poke` asks again.
   * @param isStuck what is in `ancestry` was notarized and cannot become final without another
   *   block: one is wanted then even if it is empty
   */
  propose(
    ancestry: readonly Block[],
    view: bigint,
    now: number,
    isStuck: boolean,
  ): Block | undefined
  /**
   * Whether a block may stand on its parent. later: something is still missing here (a pulse, a
   * header that it refers to); the engine asks again on `poke`. Without `matches` it is asked of
   * blocks that others have certified as well.
   * @param ancestry blocks after the finalized one up to the parent, oldest first
   */
  check(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later'
  /**
   * Whether a block that others have certified has the body that its header says: only the header
   * is certain then. What they saw when they voted need no longer be here.
   */
  matches?(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later'
  /** Whether a block on this parent is owed: the view's timer runs from then on. */
  isOwed(ancestry: readonly Block[], now: number): boolean
  /**
   * Called once for every finalized block, in order of height; also when replayed from disk. The
   * certificate finalizes this very block, or (where body.hash is another) a descendant of it.
   */
  finalized(sealed: SealedBlock, now: number): readonly Effect[]
  /** A finalized block for somebody who is behind; undefined where it is not here any more. */
  sealedAt(height: bigint): SealedBlock | undefined
  /** Others are so far ahead that blocks can no longer be had: state is needed (recovery). */
  fellBehind(height: bigint, now: number): readonly Effect[]
  /** The newest pulse that is known here: goes along with proposals of a branch. */
  newestPulse?(): SealedPulse | undefined
}

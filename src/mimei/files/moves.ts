/**
 * Changes of paths, one after the other: each is computed from what those before it did, and is
 * visible before it is durable, so that many share one wait for the disk.
 */
import type { Change } from '#world'
import type { Overlay } from '../overlay.js'
import type { Turns } from '../turns.js'
import { joinPath } from './path.js'

export interface Move<T> {
  readonly changes: readonly Change[]
  /** what changes, for those who listen */
  readonly paths: readonly (readonly string[])[]
  readonly result: T
}

export interface MoveSources {
  readonly overlay: Pick<Overlay, 'write'>
  /** what changes paths waits for its turn here */
  readonly turns: Turns
  /** called with paths once their change is durable */
  readonly onChange: (paths: readonly string[]) => void
}

export class Moves {
  readonly #sources: MoveSources
  /** what was written and is not yet known to be durable */
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(sources: MoveSources) {
    this.#sources = sources
  }

  /**
   * Plans a change in its turn and writes it. Durable when resolved. Where a write fails, whatever
   * was planned upon it fails with it.
   */
  async run<T>(plan: () => Promise<Move<T>>): Promise<T> {
    const { move, written } = await this.#sources.turns.run(async () => {
      const move = await plan()
      return { move, written: this.#write(move.changes) }
    })
    await written
    if (move.changes.length > 0) this.#sources.onChange(move.paths.map(joinPath))
    return move.result
  }

  #write(changes: readonly Change[]): Promise<unknown> {
    // The overlay waits for the fsync; the blocks that its rows name are durable already.
    const written = Promise.all([this.#underWay, this.#sources.overlay.write(changes)])
    this.#underWay = written
    const over = (): void => {
      if (this.#underWay === written) this.#underWay = Promise.resolve()
    }
    written.then(over, over)
    return written
  }
}

/** What commands run on: the overlay of a working copy over the tree of its base. */
import type { CID } from '#base'
import type { Change } from '#world'
import { OverlayBusy } from '../overlay.js'
import { Draft } from './draft.js'
import { type Reader, readPatched, readWorking } from './reader.js'
import type { WorkingSources } from './sources.js'
import { Tracker } from './tracker.js'
import { Tree } from './tree-read.js'
import { WriteQueue } from './write-queue.js'
import type { Commands } from './writing.js'

export class WorkingCopy implements Commands {
  readonly reader: Reader
  private readonly queue: WriteQueue
  private readonly trackers = new Set<Tracker>()
  private base: { root: CID | null; tree: Tree } | undefined

  constructor(private readonly sources: WorkingSources) {
    this.queue = new WriteQueue(sources.overlay)
    this.reader = readPatched(
      readWorking(() => this.tree(), sources.overlay),
      this.queue,
    )
  }

  run = async <T>(compute: (draft: Draft) => T): Promise<T> => {
    const draft = new Draft(this.reader)
    const result = compute(draft)
    await this.commit(draft.changes, new Set(draft.names))
    return result
  }

  watch = (): Tracker => this.track()

  /** Remembers from now on what is written, and what was there before. */
  track(): Tracker {
    const tracker = new Tracker((ended) => this.trackers.delete(ended))
    this.trackers.add(tracker)
    return tracker
  }

  /**
   * Visible at once; durable (the queue waits for the overlay, the overlay for the fsync) when
   * resolved.
   */
  async commit(changes: readonly Change[], names: ReadonlySet<string>): Promise<void> {
    if (changes.length === 0) return
    for (const tracker of this.trackers) {
      for (const { key } of changes) tracker.remember(key, this.reader)
      tracker.addNames(names)
    }
    try {
      await this.queue.add(changes)
    } catch (error) {
      // Whoever began meanwhile saw what is now undone: to others it was written again.
      for (const tracker of this.trackers) tracker.addNames(names)
      throw error
    }
    this.sources.onChange([...names])
  }

  isIdle(): boolean {
    return this.queue.isEmpty()
  }

  /** The content below was exchanged: what waits was computed from the old one. */
  reset(): void {
    this.queue.clear(new OverlayBusy())
    for (const tracker of this.trackers) tracker.lost = true
  }

  private tree(): Tree {
    const root = this.sources.root()
    const known = this.base
    if (known !== undefined && (known.root === root || sameRoot(known.root, root))) {
      return known.tree
    }
    this.base = { root, tree: new Tree(this.sources.blocks, root) }
    return this.base.tree
  }
}

const sameRoot = (a: CID | null, b: CID | null): boolean => a !== null && b !== null && a.equals(b)

/** What commands run on: the overlay of a working copy over the tree of its base. */
import type { CID } from '#base'
import type { Change } from '#world'
import { Draft } from './draft.js'
import { type Reader, readWorking } from './reader.js'
import type { WorkingSources } from './sources.js'
import { Tracker } from './tracker.js'
import { Tree } from './tree-read.js'
import type { Commands } from './writing.js'

/** The one place where changes reach the overlay. */
export class WorkingCopy implements Commands {
  readonly reader: Reader
  private readonly trackers = new Set<Tracker>()
  private base: { root: CID | null; tree: Tree } | undefined

  constructor(private readonly sources: WorkingSources) {
    this.reader = readWorking(() => this.tree(), sources.overlay)
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

  /** Visible at once; durable (the overlay's write waits for the fsync) when resolved. */
  async commit(changes: readonly Change[], names: ReadonlySet<string>): Promise<void> {
    if (changes.length === 0) return
    for (const tracker of this.trackers) {
      for (const { key } of changes) tracker.remember(key, this.reader)
      for (const name of names) tracker.names.add(name)
    }
    await this.sources.overlay.write(changes)
    this.sources.onChange([...names])
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

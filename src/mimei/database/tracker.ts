/** What others wrote since a moment, and what was there before. */
import type { Getter } from './draft.js'
import { Patch } from './patch.js'
import type { Watch } from './writing.js'

export class Tracker implements Watch {
  /** laid over the present, it shows the moment when tracking began */
  readonly undo = new Patch()
  /** names that were written, such as `hash:users` */
  readonly names = new Set<string>()
  lost = false

  constructor(private readonly onStop: (tracker: Tracker) => void) {}

  /** To be called before a key is written. @param present what is there now */
  remember(key: Uint8Array, present: Getter): void {
    if (!this.undo.has(key)) this.undo.set(key, present.get(key) ?? null)
  }

  addNames(names: Iterable<string>): void {
    for (const name of names) this.names.add(name)
  }

  *keys(): Generator<Uint8Array, void, undefined> {
    for (const { key } of this.undo.changes()) yield key
  }

  stop(): void {
    this.onStop(this)
  }
}

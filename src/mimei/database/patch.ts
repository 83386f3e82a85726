/** Changes kept in memory: the writes of a transaction, or what undoes those of others. */
import { compare } from '#base'
import { type Change, type KeyText, keyText } from '#world'
import type { OverlayEntry } from '../overlay.js'

/** Changes in memory that a reader lays over what is below. */
export interface Layer {
  /** As with an overlay: null for removed, undefined where the layer says nothing. */
  get(key: Uint8Array): Uint8Array | null | undefined
  /** What lies in a range now, in order. */
  list(from: Uint8Array, to: Uint8Array, reverse: boolean): OverlayEntry[]
  isEmpty(): boolean
}

export class Patch implements Layer {
  private readonly entries = new Map<KeyText, OverlayEntry>()
  private ordered: OverlayEntry[] | undefined

  get(key: Uint8Array): Uint8Array | null | undefined {
    return this.entries.size === 0 ? undefined : this.entries.get(keyText(key))?.[1]
  }

  has(key: Uint8Array): boolean {
    return this.entries.has(keyText(key))
  }

  set(key: Uint8Array, value: Uint8Array | null): void {
    this.entries.set(keyText(key), [key, value])
    this.ordered = undefined
  }

  isEmpty(): boolean {
    return this.entries.size === 0
  }

  changes(): Change[] {
    return [...this.entries.values()].map(([key, value]) => ({ key, value: value ?? undefined }))
  }

  list(from: Uint8Array, to: Uint8Array, reverse: boolean): OverlayEntry[] {
    this.ordered ??= [...this.entries.values()].sort((a, b) => compare(a[0], b[0]))
    const part = this.ordered.slice(this.lowerBound(from), this.lowerBound(to))
    return reverse ? part.reverse() : part
  }

  private lowerBound(key: Uint8Array): number {
    const ordered = this.ordered ?? []
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(ordered[middle][0], key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

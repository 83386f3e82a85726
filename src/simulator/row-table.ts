/** Rows of a simulated disk, in the order of their keys, with batches that can be taken back. */
import type { Row } from '#ledger'
import { type Entry, type KeyText, type KeyValue, keyText } from '#world'

/** What a batch changed, to take it back. */
export type RowUndo = readonly (readonly [text: KeyText, before: Entry | undefined])[]

export class RowTable implements Pick<KeyValue, 'get' | 'scan'> {
  readonly #entries: Map<KeyText, Entry>
  #sorted: KeyText[] | undefined

  constructor(entries: ReadonlyMap<KeyText, Entry> = new Map()) {
    this.#entries = new Map(entries)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(keyText(key))?.[1]
  }

  #put(text: KeyText, entry: Entry | undefined): void {
    if (this.#entries.has(text) !== (entry !== undefined)) this.#sorted = undefined
    if (entry === undefined) this.#entries.delete(text)
    else this.#entries.set(text, entry)
  }

  write(rows: readonly Row[]): RowUndo {
    return rows.map(({ key, value }) => {
      const text = keyText(key)
      const before = this.#entries.get(text)
      this.#put(text, value === undefined ? undefined : [key, value])
      return [text, before] as const
    })
  }

  takeBack(undo: RowUndo): void {
    for (const [text, before] of [...undo].reverse()) this.#put(text, before)
  }

  scan({ from, to, reverse = false, limit = Infinity }: Parameters<KeyValue['scan']>[0]) {
    this.#sorted ??= [...this.#entries.keys()].sort()
    const first = from === undefined ? 0 : this.#indexOf(keyText(from))
    const end = to === undefined ? this.#sorted.length : this.#indexOf(keyText(to))
    const within = this.#sorted.slice(first, Math.max(first, end))
    if (reverse) within.reverse()
    const entries = within.slice(0, limit).map((text) => this.#entries.get(text) as Entry)
    return (async function* () {
      yield* entries
    })()
  }

  /** Index of the first key at or above the text. */
  #indexOf(text: KeyText): number {
    const sorted = this.#sorted ?? []
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle] < text) low = middle + 1
      else high = middle
    }
    return low
  }

  copy(): RowTable {
    return new RowTable(this.#entries)
  }
}

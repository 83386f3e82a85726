/** What is to happen, ordered by time and, at one time, by when it was planned. */
export interface Planned {
  /** milliseconds since the run began */
  readonly time: number
  readonly order: number
}

const isBefore = (a: Planned, b: Planned): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order)

/** A binary heap: the earliest first. */
export class Heap<T extends Planned> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  /** The earliest, without taking it. */
  first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(item, items[above])) break
      items[at] = items[above]
      at = above
    }
    items[at] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const [first] = items
    const last = items.pop()
    if (last === undefined || items.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && isBefore(items[below + 1], items[below])) below++
      if (!isBefore(items[below], last)) break
      items[at] = items[below]
      at = below
    }
    items[at] = last
    return first
  }
}

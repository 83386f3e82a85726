/** What the small organization for tests stands on: rows in memory, events by time. */
import { compare } from '#base'
import type { Row } from '#ledger'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Rows in memory, ordered when they are scanned. */
export class Rows {
  readonly map = new Map<string, Uint8Array>()

  get(key: Uint8Array): Uint8Array | undefined {
    return this.map.get(textOf(key))
  }
  write(rows: readonly Row[]): void {
    for (const { key, value } of rows) {
      if (value === undefined) this.map.delete(textOf(key))
      else this.map.set(textOf(key), value)
    }
  }
  async *scan(range: {
    from?: Uint8Array
    to?: Uint8Array
    reverse?: boolean
    limit?: number
  }): AsyncIterableIterator<readonly [Uint8Array, Uint8Array]> {
    const { from, to, reverse = false, limit = Infinity } = range
    const found = [...this.map]
      .map(([key, value]) => [new Uint8Array(Buffer.from(key, 'latin1')), value] as const)
      .filter(([key]) => from === undefined || compare(key, from) >= 0)
      .filter(([key]) => to === undefined || compare(key, to) < 0)
      .sort(([a], [b]) => compare(a, b))
    if (reverse) found.reverse()
    yield* found.slice(0, limit)
  }
}

interface Event {
  readonly at: number
  readonly sequence: number
  run(): void
}

/** A heap of events by time. */
export class Agenda {
  readonly #events: Event[] = []
  #sequence = 0

  push(at: number, run: () => void): void {
    const events = this.#events
    let index = events.length
    const event = { at, sequence: this.#sequence++, run }
    events.push(event)
    while (index > 0) {
      const above = (index - 1) >> 1
      if (isBefore(events[above], event)) break
      events[index] = events[above]
      index = above
    }
    events[index] = event
  }

  pop(until: number): Event | undefined {
    const events = this.#events
    const first = events[0]
    if (first === undefined || first.at > until) return undefined
    const last = events.pop() as Event
    if (events.length === 0) return first
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      if (below >= events.length) break
      if (below + 1 < events.length && isBefore(events[below + 1], events[below])) below++
      if (isBefore(last, events[below])) break
      events[index] = events[below]
      index = below
    }
    events[index] = last
    return first
  }
}

const isBefore = (a: Event, b: Event): boolean =>
  a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

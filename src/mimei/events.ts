/** Tells listeners what happened; changes of a unit that become durable together are one event. */
import type { Mid } from '#base'
import type { Log } from '#world'
import type { UnitEvent } from './unit.js'

/** Above so many keys an event names none: whoever shows them reads all anew. */
const mostKeys = 256

export class Events {
  readonly #listeners = new Set<(event: UnitEvent) => void>()
  readonly #waiting = new Map<Mid, Set<string> | 'all'>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  listen(listener: (event: UnitEvent) => void): () => void {
    // A listener given twice is two listeners.
    const own = (event: UnitEvent): void => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(event: UnitEvent): void {
    if (event.type !== 'changed') {
      // What changed before is told before.
      this.#flush()
      this.#send(event)
      return
    }
    if (this.#waiting.size === 0) queueMicrotask(() => this.#flush())
    const waiting = this.#waiting.get(event.mid) ?? new Set<string>()
    if (waiting === 'all') return
    for (const key of event.keys) waiting.add(key)
    const tooMany = event.keys.length === 0 || waiting.size > mostKeys
    this.#waiting.set(event.mid, tooMany ? 'all' : waiting)
  }

  #flush(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [mid, keys] of waiting) {
      this.#send({ type: 'changed', mid, keys: keys === 'all' ? [] : [...keys] })
    }
  }

  #send(event: UnitEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.#log.error('a listener failed', { event: event.type, mid: event.mid, reason })
      }
    }
  }
}

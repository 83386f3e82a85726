/** The run's one line of events: everything that happens, happens here, one after the other. */
import { Heap, type Planned } from './heap.js'

interface PlannedStep extends Planned {
  readonly run: () => void | Promise<void>
}

export class Timeline {
  readonly #heap = new Heap<PlannedStep>()
  #order = 0
  #now = 0
  #steps = 0

  /** True time: milliseconds since the run began. */
  get now(): number {
    return this.#now
  }

  /** Events that have happened. */
  get steps(): number {
    return this.#steps
  }

  get isEmpty(): boolean {
    return this.#heap.size === 0
  }

  /** Plans a step. What would be in the past happens now, after what is planned for now. */
  at(time: number, run: () => void | Promise<void>): void {
    this.#heap.push({ time: Math.max(time, this.#now), order: this.#order++, run })
  }

  after(millis: number, run: () => void | Promise<void>): void {
    this.at(this.#now + millis, run)
  }

  /**
   * Carries out every step up to a time, `each` after each of them. A step that returns a promise
   * is waited for: nothing else happens meanwhile.
   */
  async runUntil(time: number, each: () => void): Promise<void> {
    for (;;) {
      const next = this.#heap.first()
      if (next === undefined || next.time > time) break
      this.#heap.pop()
      this.#now = next.time
      this.#steps++
      const waits = next.run()
      if (waits !== undefined) await waits
      each()
    }
    this.#now = Math.max(this.#now, time)
  }
}

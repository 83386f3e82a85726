/** A node's clock: off by a skew, a little too fast or slow, and apt to jump. */

/** 2026-01-01, milliseconds since 1970: when every run begins. */
export const beginning = 1_767_225_600_000

export class NodeClock {
  /** milliseconds */
  #offset: number
  /** clock milliseconds for one true millisecond */
  #rate = 1
  /** true time of the last change of rate */
  #since = 0
  /** what the clock had run until then, without the offset */
  #run = 0

  constructor(offset = 0) {
    this.#offset = offset
  }

  /** Milliseconds since 1970, whole. @param now true time */
  read(now: number): number {
    return Math.floor(beginning + this.#offset + this.#elapsed(now))
  }

  #elapsed(now: number): number {
    return this.#run + (now - this.#since) * this.#rate
  }

  /** Moves the clock; timers, which count what has passed, do not notice. */
  jump(millis: number): void {
    this.#offset += millis
  }

  /** From now on so many parts per million too fast. */
  drift(now: number, partsPerMillion: number): void {
    this.#run = this.#elapsed(now)
    this.#since = now
    this.#rate = 1 + partsPerMillion / 1e6
  }

  /** True milliseconds that pass while this clock counts so many. */
  trueSpan(millis: number): number {
    return millis / this.#rate
  }

  /** The right time again. */
  set(now: number): void {
    this.#offset = 0
    this.#rate = 1
    this.#since = now
    this.#run = now
  }
}

/**
 * Writes of one kind on their way to stable storage: all that wait go with the next fsync, and one
 * fsync runs at a time.
 */
export interface LaneWorld {
  /** milliseconds that the next fsync takes */
  latency(): number
  /** plans something for when the node is still the same run and not paused */
  later(millis: number, run: () => void): void
  /** an fsync begins */
  begins(): void
  /** the oldest `count` writes are durable */
  durable(count: number): void
}

export class Lane {
  readonly #world: LaneWorld
  #waiting: (() => void)[] = []
  #isSyncing = false

  constructor(world: LaneWorld) {
    this.#world = world
  }

  get isIdle(): boolean {
    return !this.#isSyncing
  }

  /** A write was made; `then` is called once it is durable. */
  wrote(then: () => void): void {
    this.#waiting.push(then)
    if (!this.#isSyncing) this.#sync()
  }

  #sync(): void {
    const batch = this.#waiting
    this.#waiting = []
    this.#isSyncing = true
    this.#world.begins()
    this.#world.later(this.#world.latency(), () => {
      this.#world.durable(batch.length)
      this.#isSyncing = false
      for (const then of batch) then()
      if (!this.#isSyncing && this.#waiting.length > 0) this.#sync()
    })
  }
}

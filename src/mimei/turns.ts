/** One after the other, for each name by itself. */
export class NamedTurns {
  readonly #turns = new Map<string, { turns: Turns; waiting: number }>()

  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const entry = this.#turns.get(name) ?? { turns: new Turns(), waiting: 0 }
    this.#turns.set(name, entry)
    entry.waiting++
    try {
      return await entry.turns.run(task)
    } finally {
      entry.waiting--
      if (entry.waiting === 0) this.#turns.delete(name)
    }
  }
}

/** One after the other: what must not run beside itself. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the task when all that were given before it are done, whatever became of them. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

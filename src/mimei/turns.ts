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

/** Time comes in by this door, so that a simulator can turn its hands. */
export interface Clock {
  /** Milliseconds since 1970, UTC. Never goes back within one process. */
  now(): number
  /**
   * Runs `action` once, `millis` from now at the earliest. @returns a function that calls it off
   */
  after(millis: number, action: () => void): () => void
}

/** Resolves after `millis` of the clock's time. */
export const sleep = (clock: Clock, millis: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(millis, resolve)
  })

/** The system's time, never going back: a clock set back stands still until it is overtaken. */
import type { Clock } from '#world'

/** The longest wait that a timer of the engine takes; longer ones are cut in pieces. */
const longestTimer = 2 ** 31 - 1

export function systemClock(): Clock {
  let latest = 0
  return {
    now() {
      latest = Math.max(latest, Date.now())
      return latest
    },
    after(millis, action) {
      const due = performance.now() + millis
      let timer: NodeJS.Timeout
      const wait = (): void => {
        // Timers count whole milliseconds and may come one early.
        const left = Math.ceil(due - performance.now())
        timer = setTimeout(left > 0 ? wait : action, Math.min(Math.max(0, left), longestTimer))
      }
      wait()
      return () => clearTimeout(timer)
    },
  }
}

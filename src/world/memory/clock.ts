import type { Clock } from '../clock.js'

/** A clock whose hands are turned by whoever holds it. */
export interface HandClock extends Clock {
  /** Moves time on, running what falls due, in order. */
  advance(millis: number): void
}

export function handClock(start = 1_700_000_000_000): HandClock {
  let now = start
  let order = 0
  const waiting: { at: number; order: number; action: () => void }[] = []
  return {
    now: () => now,
    after(millis, action) {
      const entry = { at: now + Math.max(0, millis), order: order++, action }
      waiting.push(entry)
      return () => {
        const index = waiting.indexOf(entry)
        if (index >= 0) waiting.splice(index, 1)
      }
    },
    advance(millis) {
      const end = now + millis
      for (;;) {
        waiting.sort((a, b) => a.at - b.at || a.order - b.order)
        const next = waiting[0]
        if (next === undefined || next.at > end) break
        waiting.shift()
        now = next.at
        next.action()
      }
      now = end
    },
  }
}

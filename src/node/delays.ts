/**
 * Growing delays for whoever guesses passwords. An attempt counts from its beginning until it
 * proves right, so that many guesses at once win nothing.
 */
import type { Clock } from '#world'
import { LoginDelayed } from './errors.js'

/** Wrong attempts that cost nothing: people mistype. */
const free = { nameAndAddress: 4, address: 20 }
const firstMillis = 1000
const longestMillis = 15 * 60 * 1000
/** After so long without an attempt all is forgotten. */
const memoryMillis = 60 * 60 * 1000
const mostEntries = 10_000

interface Count {
  attempts: number
  /** time of the last attempt */
  at: number
}

export interface Delays {
  /**
   * Counts an attempt. @returns to be called when the attempt was right: it is forgotten
   * @throws LoginDelayed while one must wait
   */
  attempt(name: string, address: string): () => void
}

export function openDelays(clock: Pick<Clock, 'now'>): Delays {
  const counts = new Map<string, Count>()

  const waitOf = (id: string, allowed: number): number => {
    const count = counts.get(id)
    if (count === undefined || count.attempts < allowed) return 0
    const delay = Math.min(firstMillis * 2 ** (count.attempts - allowed), longestMillis)
    return Math.max(0, count.at + delay - clock.now())
  }
  const add = (id: string): void => {
    const attempts = (counts.get(id)?.attempts ?? 0) + 1
    // In order of last attempt, so that the oldest are forgotten first.
    counts.delete(id)
    counts.set(id, { attempts, at: clock.now() })
  }
  const forgetOld = (): void => {
    for (const [id, { at }] of counts) {
      if (at + memoryMillis > clock.now() && counts.size < mostEntries) break
      counts.delete(id)
    }
  }

  return {
    attempt(name, address) {
      forgetOld()
      const both = `${address} ${name}`
      const wait = Math.max(waitOf(both, free.nameAndAddress), waitOf(address, free.address))
      if (wait > 0) throw new LoginDelayed(wait)
      add(both)
      add(address)
      return () => {
        counts.delete(both)
        const count = counts.get(address)
        if (count !== undefined) count.attempts -= 1
      }
    },
  }
}

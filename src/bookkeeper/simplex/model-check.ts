/**
 * A search of every state that a small committee can get into: the real engine, one hostile seat
 * that says whatever it likes to whomever it likes, and a network that delivers in any order, twice
 * or never. Nothing is sampled: within its bounds it is complete.
 *
 * A state is what the honest engines remember; what they have sent follows from that, and stays
 * deliverable for good. A vote changes nothing until it completes a quorum, so the votes of a
 * quorum are delivered in one step. A step of one engine depends on nothing but its own memory:
 * steps are worked out once for each memory and then looked up.
 */
import { seats } from './puppet.js'
import { type Bound, type Known, Search } from './search.js'

export type { Bound } from './search.js'

export interface Searched {
  readonly states: number
  /** different memories of single engines among them */
  readonly memories: number
  /** states in which some engine knows a block as final */
  readonly finalStates: number
  /** whether every state within the bound was seen */
  readonly isExhausted: boolean
  /** what must not be, and was reached */
  readonly violation: string | undefined
}

/** Visits every state within the bound, or as many as it says. */
export function modelCheck(bound: Bound): Searched {
  const search = new Search(bound)
  const absent = [...bound.hostile, ...(bound.silent ?? [])]
  const honest = seats.filter((seat) => !absent.includes(seat))
  const start = honest.map((seat) => search.recall(seat, []))
  const keyOfState = (state: readonly number[]) => state.reduce((sum, id) => sum * 131_072 + id, 0)
  const seen = new Set([keyOfState(start)])
  const open = [start]
  let finalStates = 0
  let violation: string | undefined
  while (open.length > 0 && violation === undefined && seen.size < bound.mostStates) {
    const state = open.pop()!
    const arriving = search.arriving(state)
    violation = search.violationIn(state) ?? arriving.violation
    if (state.some(search.hasFinal)) finalStates++
    const visit = (place: number, step: Known): void => {
      const next = state.with(place, search.after(state[place], step))
      const key = keyOfState(next)
      if (seen.has(key)) return
      seen.add(key)
      open.push(next)
    }
    state.forEach((id, place) => {
      if (search.memories[id].canRing) visit(place, search.ring)
      for (const step of arriving.steps) visit(place, step)
    })
  }
  return {
    states: seen.size,
    memories: search.memories.length,
    finalStates,
    isExhausted: open.length === 0,
    violation,
  }
}

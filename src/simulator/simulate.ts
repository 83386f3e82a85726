/** Runs: of a seed, of a seed twice, of a scenario from a file. */
import type { Cast } from './checker.js'
import { InvariantBroken } from './errors.js'
import { expand, type Wishes } from './expand.js'
import { type Outcome, play, type RunOptions } from './run.js'
import type { Scenario } from './scenario.js'

/** The scenario of a seed with this cast. */
export const scenarioOf = (seed: string, wishes: Wishes, cast: Cast): Scenario =>
  expand(
    seed,
    wishes,
    cast.hostile.map(({ name }) => name),
  )

/** Plays a scenario twice; where the runs differ, that is the failure. */
export async function playTwice(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const first = await play(scenario, options)
  const second = await play(scenario, options)
  if (first.trace === second.trace || first.failure !== undefined) return first
  const broken = new InvariantBroken(
    'REPLAY',
    `two runs of one seed have the traces ${first.trace} and ${second.trace}`,
  )
  const { id, message: what, stack = '' } = broken
  return { ...first, failure: { id, what, time: first.millis, stack } }
}

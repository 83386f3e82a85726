/**
 * One run: a scenario from its beginning to its end. Phase one is chaos for so many pulses; then
 * everything heals, and all that honest parties wait for must come (spec OL-1, D 4.2, point 6).
 */
import type { Cast } from './checker.js'
import { InvariantBroken } from './errors.js'
import { heal, planFaults, type Play } from './fault-play.js'
import type { Scenario } from './scenario.js'
import { setStage } from './stage.js'
import type { Tripwire } from './tripwire.js'
import { World } from './world.js'

export interface RunOptions {
  readonly cast: Cast
  readonly tripwire: Tripwire
  /** called after each simulated second */
  readonly progress?: (millis: number) => void
}

/** What broke, where. */
export interface Failure {
  readonly id: string
  readonly what: string
  /** true milliseconds since the run began */
  readonly time: number
  readonly stack: string
}

export interface Outcome {
  readonly scenario: Scenario
  /** undefined where everything held */
  readonly failure: Failure | undefined
  /** stands for every delivery, effect and notice, in their order */
  readonly trace: string
  readonly steps: number
  readonly messages: number
  readonly bytes: number
  readonly pulse: bigint
  /** simulated milliseconds */
  readonly millis: number
  /** how often each rare path was taken */
  readonly marks: ReadonlyMap<string, number>
}

/** More steps than any run needs: something feeds itself. */
const mostSteps = 50_000_000

/** Plays a scenario. Everything but memory and time is as the scenario says: no other input. */
export async function play(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const world = new World(scenario, setStage(scenario), options)
  let failure: Failure | undefined
  try {
    await playPhases(world, options)
  } catch (error) {
    failure = failureOf(error, world.timeline.now)
  }
  return { scenario, failure, ...world.figures() }
}

function failureOf(error: unknown, time: number): Failure {
  if (!(error instanceof Error)) return { id: 'CRASH', what: String(error), time, stack: '' }
  const id = error instanceof InvariantBroken ? error.id : 'CRASH'
  return { id, what: error.message, time, stack: error.stack ?? '' }
}

async function playPhases(world: World, { progress }: RunOptions): Promise<void> {
  const { scenario, timeline } = world
  const { pulseMillis } = scenario.rules
  const faults: Play = {
    timeline,
    net: world.net,
    nodes: world.nodes,
    dice: world.dice.split('damage'),
    note: (fault, begins) => world.noteFault(fault, begins),
    isOn: () => world.phase === 'chaos',
  }
  for (const node of world.nodes) await node.start()
  planFaults(scenario.faults, faults)
  for (let pulse = 1; pulse <= scenario.pulses; pulse++) {
    await advance(world, pulse * pulseMillis, progress)
  }
  world.phase = 'healed'
  await heal(faults)
  world.each('healed', (observer) => observer.healed?.())
  await settle(world, progress)
  world.phase = 'end'
  for (const observer of world.observers) await observer.atEnd?.()
}

async function advance(world: World, until: number, progress: RunOptions['progress']) {
  await world.timeline.runUntil(until, () => world.afterStep())
  if (world.timeline.steps > mostSteps) {
    throw new InvariantBroken('LIVE', `${mostSteps} events, and no end`)
  }
  progress?.(until)
}

/** The second phase: until nothing is owed and nobody works any more. */
async function settle(world: World, progress: RunOptions['progress']): Promise<void> {
  const { timeline, scenario } = world
  const { pulseMillis } = scenario.rules
  const began = timeline.now
  for (let pulse = 1; ; pulse++) {
    await advance(world, began + pulse * pulseMillis, progress)
    const owed = world.owed()
    const isQuiet = timeline.now - world.lastWork >= 2 * pulseMillis
    if (owed.length === 0 && isQuiet) return
    if (pulse < scenario.patience) continue
    const rest = owed.length > 0 ? owed : ['still making blocks with nothing to do']
    throw new InvariantBroken(
      'LIVE',
      `${pulse} pulses after healing ${rest.length} things are still owed: ` +
        rest.slice(0, 4).join('; '),
    )
  }
}

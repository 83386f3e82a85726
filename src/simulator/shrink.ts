/**
 * Makes a failing scenario as small as it gets while it still fails in the same way: greedily takes
 * away faults, hostile nodes, clients, work, and pulses (spec OL-1, D 4.2, point 7).
 */
import type { Fault, Scenario } from './scenario.js'

/** Whether this scenario fails as the first one did. */
export type StillFails = (scenario: Scenario) => Promise<boolean>

/** One way to make a scenario smaller; undefined where it does not apply. */
type Step = (scenario: Scenario) => Scenario | undefined

/** Runs of `length` items left out, the long ones first. */
function without<T>(items: readonly T[]): readonly (readonly T[])[] {
  const kept: (readonly T[])[] = []
  for (let length = items.length; length >= 1; length = length >> 1) {
    for (let at = 0; at < items.length; at += length) {
      kept.push([...items.slice(0, at), ...items.slice(at + length)])
    }
  }
  return kept
}

const fewerFaults = ({ faults }: Scenario): readonly Step[] =>
  without(faults).map((kept) => (scenario) => ({ ...scenario, faults: kept }))

const fewerHostile = ({ hostile }: Scenario): readonly Step[] =>
  without(hostile).map((kept) => (scenario) => ({ ...scenario, hostile: kept }))

/** Numbers on the way down to `least`: halves of the distance first. */
function lower(value: number, least: number): readonly number[] {
  const values: number[] = []
  for (let at = least; at < value; at = Math.ceil((at + value) / 2)) {
    values.push(at)
    if (at === value - 1) break
  }
  return values
}

const fewerPulses = ({ pulses }: Scenario): readonly Step[] =>
  lower(pulses, 1).map((value) => (scenario) => ({
    ...scenario,
    pulses: value,
    faults: scenario.faults.filter(({ at }) => at < value * scenario.rules.pulseMillis),
  }))

/** Clients are the last nodes: faults of those that are gone go with them. */
const fewerClients = ({ clients }: Scenario): readonly Step[] =>
  lower(clients, 1).map((value) => (scenario) => {
    const most = (scenario.domains + 1) * scenario.nodes + value
    return {
      ...scenario,
      clients: value,
      faults: scenario.faults.flatMap((fault): readonly Fault[] => {
        if ('node' in fault) return fault.node < most ? [fault] : []
        return [{ ...fault, nodes: fault.nodes.filter((node) => node < most) }]
      }),
    }
  })

const less = ({ work, network, accounts, fsync }: Scenario): readonly Step[] => [
  ...lower(accounts, 1).map((value): Step => (scenario) => ({ ...scenario, accounts: value })),
  ...(['wrong', 'standing', 'orders', 'unknown'] as const)
    .filter((part) => work[part] > 0)
    .map((part): Step => (scenario) => ({ ...scenario, work: { ...scenario.work, [part]: 0 } })),
  ...(work.rate > 1
    ? [(s: Scenario): Scenario => ({ ...s, work: { ...s.work, rate: Math.ceil(s.work.rate / 2) } })]
    : []),
  ...(['loss', 'duplicate', 'reorder'] as const)
    .filter((part) => network[part] > 0)
    .map((part): Step => (s) => ({ ...s, network: { ...s.network, [part]: 0 } })),
  ...(network.regions > 1
    ? [(s: Scenario): Scenario => ({ ...s, network: { ...s.network, regions: 1 } })]
    : []),
  ...(fsync > 1 ? [(s: Scenario): Scenario => ({ ...s, fsync: 1 })] : []),
]

const rounds = [fewerPulses, fewerFaults, fewerHostile, fewerClients, less]

/**
 * The smallest scenario that was found to fail.
 * @param stillFails plays one @param tell called with each smaller one
 */
export async function shrink(
  failing: Scenario,
  stillFails: StillFails,
  tell: (smaller: Scenario) => void = () => undefined,
): Promise<Scenario> {
  let smallest = failing
  for (let changed = true; changed;) {
    changed = false
    for (const round of rounds) {
      const smaller = await firstThatFails(smallest, round, stillFails)
      if (smaller === undefined) continue
      smallest = smaller
      changed = true
      tell(smallest)
    }
  }
  return smallest
}

async function firstThatFails(
  scenario: Scenario,
  round: (scenario: Scenario) => readonly Step[],
  stillFails: StillFails,
): Promise<Scenario | undefined> {
  for (const step of round(scenario)) {
    const smaller = step(scenario)
    if (smaller !== undefined && (await stillFails(smaller))) return smaller
  }
  return undefined
}

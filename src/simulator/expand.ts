/** From a seed to a scenario: what is not given is drawn (spec OL-1, D 4.2, point 6). */
import { ScenarioInvalid } from './errors.js'
import { drawBad, drawFaults, drawHostile, type DrawFrame, faultKinds } from './fault-draw.js'
import type { Scenario } from './scenario.js'
import { bookkeeperCount, committeesOf } from './stage.js'
import { type Stream, streamOf } from './streams.js'

/** What a caller may fix. */
export interface Wishes {
  readonly domains?: number
  readonly nodes?: number
  readonly pulses?: number
  readonly clients?: number
  readonly signatures?: 'fake' | 'real'
  readonly copies?: 'shared' | 'own'
  /** kinds of faults, 'hostile' among them; undefined: all */
  readonly faults?: readonly string[]
  /** whether one branch has only hostile bookkeepers */
  readonly captured?: boolean
}

/** What `faults` may name beside the kinds of faults. */
export const hostileWish = 'hostile'

/** @param hostile names of the kinds of hostile nodes that there are */
export function expand(seed: string, wishes: Wishes, hostile: readonly string[]): Scenario {
  const { domains = 4, nodes = 4, pulses = 60, clients = 4 } = wishes
  checkWishes({ domains, nodes, pulses, clients })
  const kinds = new Set(wishes.faults ?? [...faultKinds, hostileWish])
  const dice = streamOf(`${seed}/scenario`)
  const accounts = dice.between(4, 24)
  const size = { seed, domains, nodes, pulses, clients, accounts }
  const rules = drawRules(dice, domains, clients * accounts)
  const isCalm = kinds.size === 0
  const frame: DrawFrame = {
    dice: streamOf(`${seed}/faults`),
    millis: pulses * rules.pulseMillis,
    committees: committeesOf(size),
    nodes: bookkeeperCount(size) + clients,
    kinds,
  }
  const bad = drawBad(frame)
  const captured = wishes.captured === true ? dice.int(domains) : undefined
  const cast = [
    ...(kinds.has(hostileWish) ? drawHostile(frame, bad, hostile) : []),
    ...hostileClient(frame, clients, hostile),
    ...capturedBy(frame, captured, hostile),
  ]
  const hostileNodes = new Set(cast.map(({ node }) => node))
  return {
    ...size,
    signatures: wishes.signatures ?? 'fake',
    copies: wishes.copies ?? 'shared',
    reorganizes: rules.cycle < pulses,
    rules,
    network: drawNetwork(dice, isCalm),
    fsync: dice.pick([0.3, 0.3, 1, 5, 15]),
    work: drawWork(dice),
    faults: drawFaults(
      frame,
      bad.filter((node) => !hostileNodes.has(node)),
    ),
    hostile: [...new Map(cast.map((entry) => [entry.node, entry])).values()],
    ...(wishes.faults === undefined ? {} : { kinds: wishes.faults }),
    ...(captured === undefined ? {} : { captured }),
    patience: rules.publicity === 5 ? 90 : 30,
  }
}

function checkWishes(wishes: Record<string, number>): void {
  const limits: Record<string, number> = { domains: 64, nodes: 31, pulses: 100_000, clients: 256 }
  for (const [name, value] of Object.entries(wishes)) {
    if (Number.isInteger(value) && value >= 1 && value <= limits[name]) continue
    throw new ScenarioInvalid(
      `${value} is no number of ${name}`,
      `give a whole number from 1 to ${limits[name]}`,
    )
  }
}

/** The kind that tries to overdraw. */
const greedy = 'overdrawer'
/** The kind of hostile clients. */
const spender = 'double spender'

/** The last client may be hostile; bookkeepers of this kind are not. */
function hostileClient(
  { dice, kinds, nodes }: DrawFrame,
  clients: number,
  names: readonly string[],
) {
  const isPossible = kinds.has(hostileWish) && clients > 1 && names.includes(spender)
  return isPossible && dice.chance(0.3) ? [{ node: nodes - 1, kind: spender }] : []
}

/** All bookkeepers of one branch are hostile. */
function capturedBy(
  { dice, committees }: DrawFrame,
  captured: number | undefined,
  hostile: readonly string[],
): Scenario['hostile'] {
  if (captured === undefined || hostile.length === 0) return []
  const isGreedy = hostile.includes(greedy) && dice.chance(0.6)
  const kind = isGreedy ? greedy : dice.pick(hostile)
  return committees[captured + 1].map((node) => ({ node, kind }))
}

function drawRules(dice: Stream, domains: number, accounts: number): Scenario['rules'] {
  const each = Math.max(2, Math.ceil(accounts / domains))
  const isShort = dice.chance(0.35)
  const publicity = dice.pick([20, 40, 86_400])
  // A cover that runs out must be short enough for the second phase to see it settle.
  const isTight = publicity === 20 && dice.chance(0.4)
  const splitAbove = isShort ? Math.max(4, Math.round(each * (0.7 + dice.float()))) : 65_536
  return {
    pulseMillis: 1000,
    viewMillis: dice.pick([250, 400, 800]),
    mostViewMillis: 2000,
    blockMillis: dice.pick([250, 500, 1000]),
    cycle: isShort ? dice.between(6, 20) : 1800,
    splitAbove,
    mergeBelow: isShort ? Math.floor(splitAbove * 0.5 * dice.float()) : 0,
    mostEntries: dice.pick([16, 256, 4096]),
    mostAhead: dice.pick([30, 30, 100]),
    // What is covered again comes by and by: soon enough for the second phase.
    publicity: isTight ? 5 : publicity,
    cover: String(isTight ? BigInt(dice.between(4000, 40_000)) : 2n ** 63n - 1n),
  }
}

function drawNetwork(dice: Stream, isCalm: boolean): Scenario['network'] {
  const some = (most: number): number =>
    isCalm || dice.chance(0.4) ? 0 : Number((most * dice.float()).toFixed(4))
  return {
    loss: some(0.03),
    duplicate: some(0.05),
    reorder: some(0.05),
    spread: Number((0.05 + 0.4 * dice.float()).toFixed(3)),
    regions: dice.pick([1, 2, 3, 5, 8]),
  }
}

const drawWork = (dice: Stream): Scenario['work'] => ({
  rate: dice.pick([1, 4, 12]),
  wrong: dice.pick([0, 0.05, 0.2]),
  standing: dice.pick([0, 0.3, 0.9]),
  orders: dice.pick([0, 0.05, 0.2]),
  unknown: dice.pick([0, 0.02, 0.1]),
  hot: dice.pick([0.1, 0.5, 1]),
})

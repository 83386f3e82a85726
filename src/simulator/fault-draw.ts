/**
 * Draws faults for a run. The fault atlas: what a protocol must not survive is not drawn. Damaged
 * disks and hostile nodes together are at most f of any committee (spec OL-1, D 4.2, point 4).
 */
import type {
  DamageFault,
  Fault,
  FaultKind,
  HostileNode,
  NetworkFault,
  NodeFault,
} from './scenario.js'
import type { Stream } from './streams.js'

export const networkFaults: readonly NetworkFault['kind'][] = [
  'partition',
  'deaf',
  'mute',
  'partial',
  'loss',
  'duplicate',
  'reorder',
  'slow-link',
  'narrow',
]
export const nodeFaults: readonly NodeFault['kind'][] = [
  'crash',
  'restart-loop',
  'crash-in-fsync',
  'pause',
  'skew',
  'drift',
  'jump',
  'slow-disk',
  'full-disk',
]
export const damageFaults: readonly DamageFault['kind'][] = [
  'rot',
  'misdirected',
  'unreadable',
  'rollback',
  'lost-disk',
]
export const faultKinds: readonly FaultKind[] = [...networkFaults, ...nodeFaults, ...damageFaults]

export interface DrawFrame {
  readonly dice: Stream
  /** milliseconds of the first phase */
  readonly millis: number
  /** nodes of the root and of each branch, by index */
  readonly committees: readonly (readonly number[])[]
  /** all nodes, clients included */
  readonly nodes: number
  readonly kinds: ReadonlySet<string>
}

/** Bad nodes that a committee of so many stands. */
export const mostBad = (committee: number): number => Math.floor((committee - 1) / 3)

/** Nodes that may be bad: at most f of each committee, drawn once and used by all bad things. */
export function drawBad({ dice, committees }: DrawFrame): readonly number[] {
  return committees.flatMap((committee) => dice.some(committee, mostBad(committee.length)))
}

/** Makes some of the bad nodes hostile. */
export function drawHostile(
  { dice }: DrawFrame,
  bad: readonly number[],
  kinds: readonly string[],
): readonly HostileNode[] {
  if (kinds.length === 0) return []
  return bad
    .filter(() => dice.chance(0.5))
    .map((node) => ({ node, kind: dice.pick(kinds) }))
    .sort((a, b) => a.node - b.node)
}

/** @param damaged nodes whose disks may be damaged */
export function drawFaults(frame: DrawFrame, damaged: readonly number[]): readonly Fault[] {
  const { dice, kinds, millis } = frame
  const faults: Fault[] = []
  const pulses = millis / 1000
  const draw = <K extends string>(
    among: readonly K[],
    mean: number,
    make: (kind: K) => Fault,
  ): void => {
    const allowed = among.filter((kind) => kinds.has(kind))
    if (allowed.length === 0) return
    // A run has some kinds of faults, not a little of all: what hides behind others shows too.
    const chosen = dice.some(allowed, dice.between(1, Math.min(4, allowed.length)))
    const count = Math.round(dice.exponential(mean))
    for (let i = 0; i < count; i++) faults.push(make(dice.pick(chosen)))
  }
  draw(networkFaults, pulses / 12, (kind) => networkFault(kind, frame))
  draw(nodeFaults, pulses / 6, (kind) => nodeFault(kind, frame))
  if (damaged.length > 0) {
    draw(damageFaults, 1.5, (kind) => damageFault(kind, frame, dice.pick(damaged)))
  }
  return faults.sort((a, b) => a.at - b.at)
}

function span({ dice, millis }: DrawFrame, mean: number): { at: number; until: number } {
  const at = Math.round(dice.float() * millis)
  return { at, until: Math.min(millis, at + 1 + Math.round(dice.exponential(mean))) }
}

/** Nodes that a network fault hits: one, some of one committee, or a whole region. */
function hit({ dice, committees, nodes }: DrawFrame): readonly number[] {
  const all = Array.from({ length: nodes }, (_, i) => i)
  const committee = dice.pick(committees)
  const way = dice.int(4)
  if (way === 0) return [dice.pick(all)]
  if (way === 1) return dice.some(committee, dice.between(1, committee.length))
  if (way === 2) return committee
  return dice.some(all, dice.between(1, Math.max(1, nodes >> 1)))
}

function networkFault(kind: NetworkFault['kind'], frame: DrawFrame): NetworkFault {
  const { dice } = frame
  const fault = { kind, ...span(frame, 4000), nodes: [...hit(frame)].sort((a, b) => a - b) }
  switch (kind) {
    case 'partial':
      return { ...fault, others: [...hit(frame)].sort((a, b) => a - b) }
    case 'loss':
      return { ...fault, rate: 0.05 + 0.6 * dice.float() }
    case 'duplicate':
      return { ...fault, rate: 0.1 + 0.8 * dice.float() }
    case 'reorder':
      return { ...fault, rate: 0.1 + 0.8 * dice.float(), millis: dice.between(100, 3000) }
    case 'slow-link':
      return { ...fault, rate: dice.between(2, 20) }
    default:
      return fault
  }
}

function nodeFault(kind: NodeFault['kind'], frame: DrawFrame): NodeFault {
  const { dice, nodes } = frame
  const node = dice.int(nodes)
  switch (kind) {
    case 'pause':
      return { kind, ...span(frame, 3000), node }
    case 'skew':
      return { kind, ...span(frame, 15_000), node, millis: dice.between(-5000, 5000) }
    case 'drift':
      return { kind, ...span(frame, 30_000), node, rate: dice.between(-200, 200) }
    case 'jump':
      return { kind, ...span(frame, 1), node, millis: dice.between(-5000, 5000) }
    case 'slow-disk':
      return { kind, ...span(frame, 6000), node, rate: dice.between(5, 100) }
    case 'restart-loop':
      return { kind, ...span(frame, 3000), node }
    default:
      return { kind, ...span(frame, 2500), node }
  }
}

function damageFault(kind: DamageFault['kind'], frame: DrawFrame, node: number): DamageFault {
  const fault = { kind, ...span(frame, 2000), node }
  if (kind !== 'rollback') return fault
  return { ...fault, millis: frame.dice.between(200, 20_000) }
}

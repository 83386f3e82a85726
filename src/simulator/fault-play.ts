/** Plays the faults of a scenario: plans their beginning and end, and undoes them all at once. */
import type { DamageFault, Fault, NetworkFault, NodeFault } from './scenario.js'
import type { DiskImage } from './sim-disk.js'
import type { SimNet } from './sim-net.js'
import type { SimNode } from './sim-node.js'
import type { Stream } from './streams.js'
import type { Timeline } from './timeline.js'

export interface Play {
  readonly timeline: Timeline
  readonly net: SimNet
  readonly nodes: readonly SimNode[]
  readonly dice: Stream
  /** tells those who watch */
  note(fault: Fault, begins: boolean): void
  /** false once the second phase has begun: then no fault begins or ends any more */
  isOn(): boolean
}

type Step = () => void | Promise<void>
type Steps = readonly (readonly [time: number, step: Step])[]

/** Plans all faults. */
export function planFaults(faults: readonly Fault[], play: Play): void {
  const plan = (time: number, step: Step): void =>
    play.timeline.at(time, () => (play.isOn() ? step() : undefined))
  for (const fault of faults) {
    plan(fault.at, () => play.note(fault, true))
    for (const [time, step] of stepsOf(fault, play)) plan(time, step)
    if (fault.until > fault.at) plan(fault.until, () => play.note(fault, false))
  }
}

function stepsOf(fault: Fault, play: Play): Steps {
  if ('nodes' in fault) return networkSteps(fault, play)
  const node = play.nodes[fault.node]
  switch (fault.kind) {
    case 'rot':
    case 'misdirected':
    case 'unreadable':
    case 'rollback':
    case 'lost-disk':
      return damageSteps(fault, node, play.dice)
    case 'skew':
    case 'drift':
    case 'jump':
      return clockSteps(fault, node, play.timeline)
    default:
      return nodeSteps(fault, node, play.dice)
  }
}

const networkSteps = (fault: NetworkFault, { net }: Play): Steps => [
  [fault.at, () => net.begin(fault)],
  [fault.until, () => net.end(fault)],
]

function nodeSteps({ kind, at, until, rate = 1 }: NodeFault, node: SimNode, dice: Stream): Steps {
  switch (kind) {
    case 'crash':
      return [
        [at, () => node.crash('a power cut')],
        [until, () => node.start()],
      ]
    case 'crash-in-fsync':
      return [
        [at, () => void (node.isAboutToCrash = true)],
        [until, () => endWait(node)],
      ]
    case 'restart-loop':
      return restartLoop(at, until, node, dice)
    case 'pause':
      return [[at, () => node.pauseUntil(until)]]
    case 'slow-disk':
      return [
        [at, () => void (node.slowness = rate)],
        [until, () => void (node.slowness = 1)],
      ]
    case 'full-disk':
      return [
        [at, () => void (node.isFull = true)],
        [until, () => freeRoom(node)],
      ]
    default:
      return []
  }
}

function endWait(node: SimNode): Promise<void> {
  node.isAboutToCrash = false
  return node.start()
}

function freeRoom(node: SimNode): Promise<void> {
  node.isFull = false
  return node.start()
}

function restartLoop(at: number, until: number, node: SimNode, dice: Stream): Steps {
  const steps: (readonly [number, Step])[] = []
  for (let time = at; time < until;) {
    steps.push([time, () => node.crash('a restart loop')])
    time += 1 + dice.exponential(200)
    steps.push([Math.min(time, until), () => node.start()])
    time += 1 + dice.exponential(600)
  }
  return steps
}

function clockSteps(fault: NodeFault, node: SimNode, timeline: Timeline): Steps {
  const { kind, at, until, rate = 0, millis = 0 } = fault
  if (kind === 'jump') return [[at, () => node.ticking.jump(millis)]]
  if (kind === 'drift') {
    return [
      [at, () => node.ticking.drift(timeline.now, rate)],
      [until, () => node.ticking.drift(timeline.now, 0)],
    ]
  }
  return [
    [at, () => node.ticking.jump(millis)],
    [until, () => node.ticking.jump(-millis)],
  ]
}

function damageSteps(fault: DamageFault, node: SimNode, dice: Stream): Steps {
  const { kind, at, until, millis = 0 } = fault
  let images: readonly DiskImage[] | undefined
  const damage = (): void => {
    node.isDamaged = true
    node.crash(`a disk with ${kind}`)
    for (const { disk } of node.posts) {
      if (kind === 'rot') disk.rot(dice)
      if (kind === 'misdirected') disk.misdirect(dice)
      if (kind === 'unreadable') disk.loseSector(dice)
      if (kind === 'lost-disk') disk.wipe()
    }
    if (kind === 'rollback' && images !== undefined) node.restore(images)
  }
  return [
    ...(kind === 'rollback'
      ? [[Math.max(0, at - millis), () => void (images = node.images())] as const]
      : []),
    [at, damage],
    [until, () => node.start()],
  ]
}

/** The end of the first phase: everything is up, clean and right. */
export async function heal({ net, nodes, timeline }: Play): Promise<void> {
  net.heal()
  for (const node of nodes) {
    node.wake()
    node.isFull = false
    node.isAboutToCrash = false
    node.slowness = 1
    node.ticking.set(timeline.now)
    await node.start()
  }
}

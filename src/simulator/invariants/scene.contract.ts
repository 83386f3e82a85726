/** A stage without a play: what checkers look at, for their tests. */
import { keyId } from '#base'
import type { Arena, NodeView, Observer, Place } from '../checker.js'
import { expand } from '../expand.js'
import { setStage } from '../stage.js'
import { Watch } from './watch.js'

/** @param dishonest indexes of hostile nodes */
export function sceneOf(dishonest: readonly number[] = []) {
  const scenario = expand('scene', { domains: 2, nodes: 4, clients: 2, faults: [] }, [])
  const stage = setStage(scenario)
  const nodes = stage.nodes.map(({ key, places }, index): NodeView => ({
    index,
    name: keyId(key.publicKey),
    key,
    places,
    isHonest: !dishonest.includes(index),
    isUp: true,
    isDamaged: false,
    clock: 0,
    role: () => undefined,
    rows: () => ({ get: () => undefined, scan: () => [][Symbol.iterator]() as never }),
  }))
  const arena: Arena = {
    seed: scenario.seed,
    scenario,
    genesis: stage.genesis,
    signatures: stage.keys.signatures,
    supervisors: stage.supervisors,
    treasury: stage.treasury,
    people: stage.people,
    nodes,
    node: (name) => nodes.find((node) => node.name === name),
    time: 0,
    phase: 'chaos',
    pulse: 0n,
    traffic: new Map(),
    reached: () => undefined,
  }
  return { arena, stage, nodes, watch: new Watch(arena) }
}

export const rootPlace: Place = { kind: 'root', level: 0, prefix: '' as Place['prefix'] }
export const branchPlace = (prefix: string): Place => ({
  kind: 'branch',
  level: 1,
  prefix: prefix as Place['prefix'],
})

/** What a checker throws: the invariant's id. */
export function brokenBy(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as { id?: string }).id ?? String(error)
  }
}

/** An observer's method that must be there. */
export function called<K extends keyof Observer>(
  observer: Observer,
  method: K,
): NonNullable<Observer[K]> {
  const found = observer[method]
  if (found === undefined) throw new Error(`the observer has no ${method}`)
  return found
}

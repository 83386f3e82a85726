/** What a scenario is played on: keys, the charter, the first accounts, and who has which post. */
import { encodeId, idTags } from '#base'
import { type Key, signatures as realSignatures } from '#identity'
import { type Account, accountFlags, accountOf, halves, levels, parentOf } from '#ledger'
import { type Prefix, wholeTree, worth } from '#ledger'
import {
  type Charter,
  type Genesis,
  genesisOf,
  seatingOf,
  type Seats,
  usualRules,
} from '#organization'
import { cheapKeys, realKeys, type SimulatedKeys } from './cheap-signatures.js'
import type { Person, Place } from './checker.js'
import { ScenarioInvalid } from './errors.js'
import type { Scenario } from './scenario.js'
import { type Stream, streamOf } from './streams.js'

export interface StagedNode {
  readonly key: Key
  readonly places: readonly Place[]
}

export interface Stage {
  readonly keys: SimulatedKeys
  readonly genesis: Genesis
  readonly supervisors: readonly Key[]
  readonly treasury: Key
  readonly people: readonly Person[]
  /** the root's, then those of each branch, then clients */
  readonly nodes: readonly StagedNode[]
  /** nodes of the root, and of each first branch, by index: what faults are limited by */
  readonly committees: readonly (readonly number[])[]
}

/** So many branches, as even as they can be, in order. */
export function branchesOf(count: number): readonly Prefix[] {
  let branches: Prefix[] = [wholeTree]
  while (branches.length < count) {
    const shortest = Math.min(...branches.map((prefix) => prefix.length))
    const at = branches.findIndex((prefix) => prefix.length === shortest)
    branches = [...branches.slice(0, at), ...halves(branches[at]), ...branches.slice(at + 1)]
  }
  return branches.sort()
}

/** Indexes of the nodes of the root (first) and of each branch. */
export function committeesOf({ domains, nodes }: Pick<Scenario, 'domains' | 'nodes'>) {
  return Array.from({ length: domains + 1 }, (_, committee) =>
    Array.from({ length: nodes }, (_, seat) => committee * nodes + seat),
  )
}

/** Nodes of bookkeepers; the clients' come after them. */
export const bookkeeperCount = ({ domains, nodes }: Pick<Scenario, 'domains' | 'nodes'>): number =>
  (domains + 1) * nodes

function accountFor(key: Key, amount: bigint, flags: number, dice: Stream): Account {
  const votesRoot = new Uint8Array(32)
  const cold = { blind: dice.bytes(16), publicKey: key.publicKey, nonce: 0n, held: 0n, bond: 0n }
  return {
    id: accountOf(key.publicKey),
    amount,
    pulse: 0n,
    cold: { ...cold, votesRoot, flags },
  }
}

/** Who keeps each branch, and each branch that may come to be; keepers sit in the next branch. */
function seatsOf(scenario: Scenario, keys: readonly Key[]): readonly Seats[] {
  const [root, ...committees] = committeesOf(scenario)
  const branches = branchesOf(scenario.domains)
  const publicKeys = (indexes: readonly number[]) => indexes.map((i) => keys[i].publicKey)
  const seat = (prefix: Prefix, at: number): Seats => {
    const next = committees.length > 1 ? committees[(at + 1) % committees.length] : root
    const committee = publicKeys(committees[at % committees.length])
    return { prefix, committee, keepers: publicKeys(next) }
  }
  const first = branches.map(seat)
  if (!scenario.reorganizes) return first
  const split = branches.flatMap((prefix, i) =>
    halves(prefix).map((half, side) => seat(half, i + side)),
  )
  const whole = branches.flatMap((prefix, i) =>
    prefix.endsWith('0') && branches.includes(halves(parentOf(prefix))[1])
      ? [seat(parentOf(prefix), i)]
      : [],
  )
  return [...first, ...split, ...whole]
}

/** Posts of a bookkeeper's node: one for every seat that the charter gives it. */
function placesOf(charter: Charter, key: Key): readonly Place[] {
  const isIn = (keys: readonly Uint8Array[]): boolean =>
    keys.some((publicKey) => publicKey.every((byte, i) => byte === key.publicKey[i]))
  const places: Place[] = []
  if (isIn(charter.root)) places.push({ kind: 'root', level: levels.root, prefix: wholeTree })
  for (const { prefix, committee, keepers } of charter.seats) {
    if (isIn(committee)) places.push({ kind: 'branch', level: levels.branch, prefix })
    if (isIn(keepers)) places.push({ kind: 'keeper', level: levels.branch, prefix })
  }
  return places
}

function rulesOf({ rules }: Scenario): Charter['rules'] {
  return { ...usualRules, ...rules, cover: BigInt(rules.cover) }
}

const clientPlaces: readonly Place[] = [
  { kind: 'client', level: levels.branch, prefix: wholeTree },
  { kind: 'member', level: levels.branch, prefix: wholeTree },
]

/** Sets the stage. @throws ScenarioInvalid, CharterInvalid where the options make none */
export function setStage(scenario: Scenario): Stage {
  const { seed, domains, nodes, clients, accounts } = scenario
  if (domains < 1 || nodes < 1 || clients < 1 || accounts < 1) {
    throw new ScenarioInvalid('a run needs domains, nodes, clients and accounts', 'give 1 or more')
  }
  const dice = streamOf(`${seed}/stage`)
  const keys = scenario.signatures === 'real' ? realKeys(realSignatures()) : cheapKeys()
  const bookkeepers = Array.from({ length: bookkeeperCount(scenario) }, () => keys.make(dice))
  const [orgKey, treasury, supervisor] = [0, 1, 2].map(() => keys.make(dice))
  const people: Person[] = []
  for (let client = 0; client < clients; client++) {
    const owned = Array.from({ length: accounts }, () => keys.make(dice))
    for (const key of owned) {
      const account = accountFor(key, BigInt(dice.between(500, 20_000)), 0, dice)
      people.push({ key, account, node: owned[0].id })
    }
  }
  const treasuryAccount = accountFor(treasury, 1_000_000n, accountFlags.system, dice)
  const first = [treasuryAccount, ...people.map(({ account }) => account)]
  const charter: Charter = {
    org: dice.bytes(20),
    orgKey: orgKey.publicKey,
    name: new TextEncoder().encode(`simulated ${encodeId(idTags.reserved, dice.bytes(20))}`),
    supply: first.reduce((sum, account) => sum + worth(account), 0n),
    treasury: treasury.publicKey,
    supervisors: [supervisor.publicKey],
    rules: rulesOf(scenario),
    root: bookkeepers.slice(0, nodes).map(({ publicKey }) => publicKey),
    seats: seatsOf(scenario, bookkeepers),
    branches: branchesOf(domains),
  }
  const clientKeys = people.filter(({ key, node }) => key.id === node).map(({ key }) => key)
  return {
    keys,
    genesis: genesisOf(seatingOf(charter), first),
    supervisors: [supervisor],
    treasury,
    people,
    nodes: [
      ...bookkeepers.map((key) => ({ key, places: placesOf(charter, key) })),
      ...clientKeys.map((key) => ({ key, places: clientPlaces })),
    ],
    committees: committeesOf(scenario),
  }
}

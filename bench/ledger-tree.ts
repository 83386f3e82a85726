/**
 * The account tree and its proofs. Updates stand beside @chainsafe/persistent-merkle-tree over
 * hashtree (a plain tree of as many leaves of 32 bytes: one hash a node, where an account costs
 * five and a node two or four) and beside @ethereumjs/mpt; proofs beside the rates they must have;
 * mutated proofs beside how many there were. Time is the processor's: bounds know no other load.
 */
import {
  HashComputationGroup,
  LeafNode,
  type Node,
  setHasher,
  setNodesAtDepth,
  subtreeFillToContents,
} from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/hashtree'
import { createMPT } from '@ethereumjs/mpt'
import { compare, encode } from '#base'
import {
  type Account,
  accountLayout,
  accountTree,
  type AccountTree,
  checkProof,
  type Proof,
  proofMaker,
  wholeTree,
} from '../src/ledger/index.js'
import { tryMutated } from '../src/ledger/proof/mutate.contract.js'
import { cheapSignatures, sampleOrganization } from '../src/ledger/proof/sample.contract.js'
import {
  randomAccount,
  randomBytes,
  type Randoms,
  randomsOf,
} from '../src/ledger/tree/sample.contract.js'
import { type Figure, figure, median } from './figure.js'

const updates = 10_000
const idBytes = 20

/** Milliseconds of the processor since `start`, those of the garbage collector included. */
function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function millis(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  return since(start)
}

/** A tree of so many accounts, loaded in the order of their ids as from a store, and the ids. */
function loadedTree(count: number, random: Randoms): { tree: AccountTree; ids: Uint8Array } {
  const some = Array.from({ length: count }, () => randomBytes(random, idBytes)).sort(compare)
  const ids = new Uint8Array(idBytes * count)
  some.forEach((id, i) => ids.set(id, idBytes * i))
  const accounts = function* (): Generator<Account> {
    for (const id of some) yield randomAccount(random, { id })
  }
  const tree = accountTree(wholeTree, accounts())
  tree.root()
  return { tree, ids }
}

function changesOf(tree: AccountTree, ids: Uint8Array, count: number, random: Randoms): Account[] {
  return Array.from({ length: count }, () => {
    const at = idBytes * random(ids.length / idBytes)
    const account = tree.get(ids.slice(at, at + idBytes))
    if (account === undefined) throw new Error('an account is missing')
    const { cold } = account
    const blind = randomBytes(random, 16)
    return { ...account, amount: account.amount + 1n, cold: { ...cold, blind } }
  })
}

/** The plain tree: its updates come sorted and once each, as it wants them. */
class PlainTree {
  readonly #depth: number
  /** what waits to be hashed */
  readonly #levels = new HashComputationGroup()
  #root: Node

  constructor(
    readonly count: number,
    readonly random: Randoms,
  ) {
    this.#depth = Math.ceil(Math.log2(count))
    const leaves = Array.from({ length: count }, () => LeafNode.fromRoot(randomBytes(random, 32)))
    this.#root = subtreeFillToContents(leaves, this.#depth)
    void this.#root.root
  }

  changes(): { places: number[]; values: Uint8Array[] } {
    const places = new Set<number>()
    while (places.size < updates) places.add(this.random(this.count))
    const values = Array.from({ length: updates }, () => randomBytes(this.random, 32))
    return { places: [...places].sort((a, b) => a - b), values }
  }

  update(places: number[], values: readonly Uint8Array[]): void {
    const leaves = values.map((value) => LeafNode.fromRoot(value))
    const levels = this.#levels.byLevel
    this.#levels.reset()
    this.#root = setNodesAtDepth(this.#root, this.#depth, places, leaves, 0, levels)
    hasher.executeHashComputations(levels)
    void this.#root.root
    this.#levels.clean()
  }
}

const rate = (count: number, taken: readonly number[]): number => (1000 * count) / median(taken)

/** Both in turn, so that both meet the same noise; the first rounds only warm up. */
function updateFigure(name: string, count: number, rounds: number): Figure {
  const random = randomsOf(count)
  const { tree, ids } = loadedTree(count, random)
  const plain = new PlainTree(count, random)
  const taken = { ours: [] as number[], plain: [] as number[] }
  for (let round = -3; round < rounds; round++) {
    const changes = changesOf(tree, ids, updates, random)
    const { places, values } = plain.changes()
    const ours = millis(() => {
      tree.update(changes)
      tree.root()
    })
    const theirs = millis(() => plain.update(places, values))
    if (round < 0) continue
    taken.ours.push(ours)
    taken.plain.push(theirs)
  }
  return figure(name, rate(updates, taken.ours), 'updates/s of CPU', rate(updates, taken.plain))
}

/** The peer takes milliseconds for what is measured here, so it gets an eighth of the accounts. */
async function peerFigure(quick: boolean): Promise<Figure> {
  const [count, few] = quick ? [1024, 200] : [8192, 1000]
  const random = randomsOf(3)
  const trie = await createMPT()
  const accounts = Array.from({ length: count }, () => randomAccount(random))
  for (const account of accounts) await trie.put(account.id, encode(accountLayout, account))
  const theirs: number[] = []
  for (let round = 0; round < 3; round++) {
    const changes = Array.from({ length: few }, () => {
      const { id } = accounts[random(count)]
      return { id, bytes: encode(accountLayout, randomAccount(random, { id })) }
    })
    const start = process.cpuUsage()
    for (const { id, bytes } of changes) await trie.put(id, bytes)
    trie.root()
    theirs.push(since(start))
  }
  const { tree, ids } = loadedTree(65_536, random)
  const ours: number[] = []
  for (let round = 0; round < 9; round++) {
    const changes = changesOf(tree, ids, updates, random)
    const taken = millis(() => {
      tree.update(changes)
      tree.root()
    })
    if (round > 1) ours.push(taken)
  }
  const unit = `updates/s of CPU (mpt: of ${count.toLocaleString('en')} accounts)`
  return figure('tree-update-mpt', rate(updates, ours), unit, rate(few, theirs))
}

/** Inclusion proofs of a branch of 65,536 accounts among three; its cold part closed. */
function proofFigures(quick: boolean): Figure[] {
  const { trees, table, pulse, accounts, trusted } = sampleOrganization(7, {
    accounts: quick ? 20_000 : 131_072,
  })
  const [tree] = trees
  const maker = proofMaker(tree, table, pulse)
  const ids = accounts.map(({ id }) => id).filter((id) => id[0] < 0x80)
  const unsigned = { verify: () => true }
  const taken = { make: [] as number[], verify: [] as number[] }
  const count = 1000
  for (let round = -5; round < (quick ? 20 : 60); round++) {
    const some = Array.from(
      { length: count },
      (_, i) => ids[(count * (round + 5) + i) % ids.length],
    )
    let proofs: Proof[] = []
    const make = millis(() => {
      proofs = some.map((id) => maker.inclusion(id))
    })
    const verify = millis(() => {
      for (const proof of proofs) checkProof(proof, trusted, unsigned)
    })
    if (round < 0) continue
    taken.make.push(make)
    taken.verify.push(verify)
  }
  return [
    figure('proof-make', rate(count, taken.make), 'proofs/s of CPU', 20_000),
    figure('proof-verify', rate(count, taken.verify), 'proofs/s of CPU', 50_000),
  ]
}

/** Mutated proofs that passed, beside all that were tried. @throws whatever is no refusal */
function fuzzFigure(quick: boolean): Figure {
  const count = quick ? 10_000 : 1_000_000
  const sample = sampleOrganization(1)
  const random = randomsOf(99)
  const { tried, accepted } = tryMutated(sample, cheapSignatures, { count, random })
  return figure('proof-fuzz', accepted, 'accepted, of tried', tried)
}

/** @param quick fewer rounds, no million accounts, 10,000 mutated proofs instead of a million */
export async function ledgerTreeFigures(quick: boolean): Promise<readonly Figure[]> {
  setHasher(hasher)
  const figures = [updateFigure('tree-update-65k', 65_536, quick ? 10 : 30)]
  if (!quick) figures.push(updateFigure('tree-update-1m', 1_048_576, 15))
  figures.push(await peerFigure(quick), ...proofFigures(quick), fuzzFigure(quick))
  return figures
}

/**
 * I14, I22, I23: what can be read of a pulse is what the oracle says of it: answers to clients as
 * they are sent, the snapshot stores of honest bookkeepers in the end.
 */
import { equal, toHex } from '#base'
import { accountTree, covers, isLive, LedgerError, openSnapshots, type Prefix } from '#ledger'
import type { NodeView, Observer, Place } from '../checker.js'
import { type Stream, streamOf } from '../streams.js'
import { answers } from '../workload/index.js'
import { KnownPulses } from './known-pulses.js'
import type { Watch } from './watch.js'

/** Stores that are read through, and reads of each. */
const [stores, readsOfStore] = [3, 16]

export function readChecker(watch: Watch): Observer {
  const { oracle, arena } = watch
  const dice = streamOf(`${arena.seed}/reads`)
  const pulses = new KnownPulses()
  return {
    name: 'I14 I22 I23',
    told: (node, place, notice) => pulses.told(node, place, notice),
    sent({ from, message }) {
      if (message.kind !== 'answer' || message.state < answers.debited) return
      if (message.state === answers.refused || arena.node(from)?.isHonest !== true) return
      const name = toHex(message.id)
      const included = oracle.includedAt.get(name)
      const said = `node ${from} says that ${name.slice(0, 12)} is in pulse ${message.pulse}`
      if (oracle.newest.pulse < message.pulse) return
      if (included === undefined || included > message.pulse) {
        watch.fail('I14', `${said}; it is in ${included ?? 'none'}`)
      }
      const receipt = oracle.ledger.bySource.get(name)
      const isLost = receipt !== undefined && oracle.isCaptured(receipt.receipt.destination)
      if (message.state === answers.committed && receipt?.credited === false && !isLost) {
        watch.fail('I14', `${said} and committed; its receipt is not credited`)
      }
    },
    async atEnd() {
      const open = arena.nodes.flatMap((node) =>
        node.isHonest && node.isUp
          ? node.places.filter(({ kind }) => kind === 'branch').map((place) => ({ node, place }))
          : [],
      )
      const live = new Set(oracle.newest.table.filter(isLive).map(({ prefix }) => prefix))
      const there = open.filter(({ place }) => live.has(place.prefix))
      for (const { node, place } of dice.some(there, stores)) {
        await readThrough(watch, node, place, { dice, known: pulses.of(node, place) })
      }
      for (const prefix of live) checkOrder(watch, prefix, dice)
    },
  }
}

/** What was thrown because the pulse is no longer kept is no wrong answer. */
const isPurged = (error: unknown): boolean =>
  error instanceof LedgerError && error.code === 'PULSE_PURGED'

interface Reading {
  readonly dice: Stream
  /** pulses that the node has seen */
  readonly known: readonly bigint[]
}

async function readThrough(
  watch: Watch,
  node: NodeView,
  place: Place,
  { dice, known: seen }: Reading,
) {
  const { oracle, arena } = watch
  const { org } = arena.genesis.seating.charter
  const where = `node ${node.index}, branch "${place.prefix}"`
  const snapshots = await openSnapshots(node.rows(place), org, place.prefix)
  const { newest } = snapshots
  if (newest === undefined) return
  const there = seen.filter((pulse) => pulse <= newest)
  if (there.length === 0) return
  const names = [...oracle.ledger.accounts.values()].map(({ id }) => id)
  for (let i = 0; i < readsOfStore; i++) {
    const id = dice.pick(names)
    const pulse = dice.pick(there)
    const entry = oracle.pulses.get(pulse)?.table.find(({ prefix }) => prefix === place.prefix)
    if (entry === undefined || !isLive(entry) || !covers(place.prefix, id)) continue
    // The first accounts are in no pulse's changes; stores begin with the first block.
    if (entry.height === 0n) continue
    try {
      const read = await snapshots.read(id, pulse)
      const known = oracle.accountAt(id, pulse)
      const [a, b] = [read, known].map((one) => one && `${one.amount} (nonce ${one.cold.nonce})`)
      if (a !== b || (read && known && !equal(read.cold.blind, known.cold.blind))) {
        watch.fail('I14', `${where}: ${toHex(id)} at pulse ${pulse} reads ${a}, it is ${b}`)
      }
    } catch (error) {
      if (!isPurged(error)) throw error
    }
  }
  await restoreFrom(watch, where, snapshots, newest)
}

/** I23: what is on one disk alone brings the branch back, with the root that its pulse says. */
async function restoreFrom(
  watch: Watch,
  where: string,
  snapshots: Awaited<ReturnType<typeof openSnapshots>>,
  pulse: bigint,
): Promise<void> {
  const table = watch.oracle.pulses.get(pulse)?.table
  const entry = table?.find(({ prefix }) => prefix === snapshots.prefix)
  if (entry === undefined) return
  const tree = await snapshots.restore(pulse)
  if (!equal(tree.root(), entry.stateRoot)) {
    watch.fail('I23', `${where}: pulse ${pulse} comes back from disk with another root`)
  }
}

/** I22: the root of a branch's accounts, put in one by one in any order. */
function checkOrder(watch: Watch, prefix: Prefix, dice: Stream): void {
  const { oracle } = watch
  if (oracle.isCaptured(prefix)) return
  const entry = oracle.newest.table.find((one) => one.prefix === prefix)
  const accounts = oracle.accountsOf(prefix)
  if (entry === undefined || accounts.length > 2000) return
  const tree = accountTree(prefix)
  const shuffled = dice.some(accounts, accounts.length)
  for (let at = 0; at < shuffled.length;) {
    const end = at + dice.between(1, 9)
    tree.update(shuffled.slice(at, end))
    if (dice.chance(0.2)) tree.root()
    at = end
  }
  if (!equal(tree.root(), entry.stateRoot)) {
    watch.fail('I22', `branch "${prefix}" has another root when its accounts come in another order`)
  }
}

/** I15: proofs made from a bookkeeper's disk hold anywhere; changed ones hold nowhere. */
import { equal, toHex } from '#base'
import {
  type AccountTree,
  checkProof,
  covers,
  decodeProof,
  encodeProof,
  headerHash,
  isLive,
  LedgerError,
  openSnapshots,
  type Proof,
  proofMaker,
  type SealedPulse,
  type TrustedOrganization,
} from '#ledger'
import type { Observer } from '../checker.js'
import type { ReplayedPulse } from '../oracle/index.js'
import { type Stream, streamOf } from '../streams.js'
import { KnownPulses } from './known-pulses.js'
import type { Watch } from './watch.js'

/** Pulses that are proven from, and changed copies of each proof. */
const [pulsesProven, changedCopies] = [3, 6]

export function proofChecker(watch: Watch): Observer {
  const { arena, oracle } = watch
  const sealed = new Map<bigint, SealedPulse>()
  const dice = streamOf(`${arena.seed}/proofs`)
  const pulses = new KnownPulses()
  return {
    name: 'I15',
    told: (node, place, notice) => pulses.told(node, place, notice),
    sent({ from, message }) {
      if (message.kind !== 'pulse' || arena.node(from)?.isHonest !== true) return
      sealed.set(message.pulse.header.pulseSeen, message.pulse)
    },
    async atEnd() {
      const posts = arena.nodes.flatMap((node) =>
        node.isHonest && node.isUp
          ? node.places.filter(({ kind }) => kind === 'branch').map((place) => ({ node, place }))
          : [],
      )
      for (const { node, place } of dice.some(posts, pulsesProven)) {
        const { org } = arena.genesis.seating.charter
        const snapshots = await openSnapshots(node.rows(place), org, place.prefix)
        if (snapshots.newest === undefined) continue
        const { newest } = snapshots
        const known = pulses.of(node, place).filter((pulse) => pulse <= newest && sealed.has(pulse))
        if (known.length === 0) continue
        const at = dice.pick(known)
        const pulse = oracle.pulses.get(at)
        const seal = sealed.get(at)
        const entry = pulse?.table.find(({ prefix }) => prefix === place.prefix)
        if (pulse === undefined || seal === undefined) continue
        if (entry === undefined || !isLive(entry)) continue
        const tree = await restored(() => snapshots.restore(at))
        if (tree !== undefined) proveFrom(watch, tree, pulse, seal, dice)
      }
    },
  }
}

async function restored(restore: () => Promise<AccountTree>): Promise<AccountTree | undefined> {
  try {
    return await restore()
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'PULSE_PURGED') return undefined
    throw error
  }
}

function proveFrom(
  watch: Watch,
  tree: AccountTree,
  { table, header }: ReplayedPulse,
  seal: SealedPulse,
  dice: Stream,
): void {
  if (toHex(headerHash(seal.header)) !== toHex(headerHash(header))) {
    watch.fail('I2', `an honest node sent two pulses ${header.pulseSeen}`)
  }
  const maker = proofMaker(tree, table, seal)
  const ids = watch.oracle.accountsOf(tree.prefix).map(({ id }) => id)
  if (ids.length === 0) return
  const there = ids.filter((id) => tree.get(id) !== undefined)
  const proofs: Proof[] = dice
    .some(there, 2)
    .flatMap((id) => [maker.inclusion(id, dice.chance(0.5)), maker.groupSum(id)])
  const nobody = dice.bytes(20)
  for (let i = 0; i < 64 && !covers(tree.prefix, nobody); i++) nobody.set(dice.bytes(20))
  if (covers(tree.prefix, nobody)) proofs.push(maker.absence(nobody))
  for (const proof of proofs) checkBoth(watch, proof, dice)
}

function checkBoth(watch: Watch, proof: Proof, dice: Stream): void {
  const { genesis, signatures } = watch.arena
  const { charter, root } = genesis.seating
  const trusted: TrustedOrganization = {
    org: charter.org,
    committee: (hash) => (toHex(hash) === toHex(root.hash) ? root.members : undefined),
    acceptsUnreplicated: true,
  }
  const bytes = encodeProof(proof)
  const holds = (copy: Uint8Array): boolean => {
    try {
      checkProof(decodeProof(copy), trusted, signatures)
      return true
    } catch (error) {
      if (error instanceof LedgerError || (error as Error).name === 'LayoutInvalid') return false
      throw error
    }
  }
  if (!holds(bytes)) watch.fail('I15', `a proof of ${proof.kind} does not hold`)
  for (let i = 0; i < changedCopies; i++) {
    const copy = bytes.slice()
    const at = dice.int(copy.length)
    copy[at] ^= 1 << dice.int(8)
    if (!holds(copy) || isTrue(watch, decodeProof(copy), proof)) continue
    watch.fail('I15', `a proof of ${proof.kind} holds, its byte ${at} changed`)
  }
}

/** A proof that nobody has an id shows the same of ids beside it: another claim, but a true one. */
function isTrue({ oracle }: Watch, changed: Proof, proof: Proof): boolean {
  if (changed.kind !== 'absence' || proof.kind !== 'absence') return false
  const { pulse, id } = changed
  if (oracle.accountAt(id, pulse.header.pulseSeen) !== undefined) return false
  return equal(encodeProof({ ...changed, id: proof.id }), encodeProof(proof))
}

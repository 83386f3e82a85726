/** The checker of proofs: pure, without a network (spec OL-1, P). */
import {
  bytesOf,
  concat,
  decode,
  encode,
  equal,
  LayoutInvalid,
  struct,
  toHex,
  u64,
  type ValueOf,
} from '#base'
import type { Signatures } from '#identity'
import { coldLayout } from '../account.js'
import { LedgerError } from '../errors.js'
import { bitOf, covers } from '../prefix.js'
import { coldHash, type Digest, emptyHash, leafHash } from '../synopsis.js'
import { climb, refuse } from './climb.js'
import { type Proof, proofLayout, type Shown, type TrustedOrganization } from './proofs.js'
import { checkSeal, checkTop } from './seal.js'
import { checkTransfer } from './transfer.js'

type ProofOf<K extends Proof['kind']> = Extract<Proof, { kind: K }>
type Checker = Pick<Signatures, 'verify'>

/** The one version of proofs as bytes that there is. */
const version = 1

/** A proof as bytes: the version, then the layout. */
export const encodeProof = (proof: Proof): Uint8Array =>
  concat(Uint8Array.of(version), encode(proofLayout, proof))

/** @throws LayoutInvalid, LedgerError PREFIX_INVALID or PROOF_INVALID where bytes are no proof */
export function decodeProof(bytes: Uint8Array): Proof {
  if (bytes.length === 0) throw new LayoutInvalid('there are no bytes')
  if (bytes[0] !== version) {
    throw new LedgerError('PROOF_INVALID', `version ${bytes[0]} of proofs is unknown here`)
  }
  return decode(proofLayout, bytes.subarray(1))
}

/** What a proof opens of a leaf: each field must be one that bytes can hold. */
const leafLayout = struct({
  id: bytesOf(20),
  amount: u64,
  changed: u64,
  coldHash: bytesOf(32),
})

/** @throws LayoutInvalid where a field does not fit */
function leafOf(leaf: ValueOf<typeof leafLayout>): Digest {
  encode(leafLayout, leaf)
  return leafHash(leaf.id, leaf.amount, leaf.changed, leaf.coldHash)
}

const name = (id: Uint8Array): string => toHex(id)

function checkInclusion(proof: ProofOf<'inclusion'>): string {
  const { pulse, id, amount, changed, cold, coldHash: closed, path } = proof
  if (cold.length > 0) {
    encode(coldLayout, cold[0])
    if (!equal(coldHash(cold[0]), closed)) {
      refuse('the part of the account that is opened is not the one in the tree')
    }
  }
  const leaf = leafOf({ id, amount, changed, coldHash: closed })
  checkTop(climb(leaf, 'leaf', path, id), pulse.header)
  const held = cold.length > 0 ? `, ${cold[0].held} held and ${cold[0].bond} pledged` : ''
  return `At pulse ${pulse.header.pulseSeen} account ${name(id)} had ${amount}${held}.`
}

function checkAbsence({ pulse, id, other, emptyPrefix, path }: ProofOf<'absence'>): string {
  if (other.length === 0) {
    if (!covers(emptyPrefix, id)) refuse('the empty branch is not where the account would be')
    if (path.length !== emptyPrefix.length) refuse('the path is not that of the empty branch')
    checkTop(climb(emptyHash, 'empty', path, id), pulse.header)
  } else {
    const [there] = other
    if (equal(there.id, id)) refuse('the account is there')
    if (emptyPrefix !== '') refuse('a branch with an account is not empty')
    for (const step of path) {
      if (step.kind !== 'group' && bitOf(there.id, step.bit) !== step.side) {
        refuse('the other account is not on the way of its own id')
      }
    }
    checkTop(climb(leafOf(there), 'leaf', path, id), pulse.header)
  }
  return `At pulse ${pulse.header.pulseSeen} there was no account ${name(id)}.`
}

/** Bits of the id below the path's lowest step say nothing, and are zero. */
function checkGroupSum({ pulse, id, groupRoot, path }: ProofOf<'groupSum'>): string {
  if (groupRoot.length !== 32) refuse('the root of a group has 32 bytes')
  const [first, next] = path
  if (first?.kind !== 'group') return refuse('its path does not begin with a group')
  const named = next === undefined || next.kind === 'group' ? 0 : next.bit + 1
  for (let bit = named; bit < 160; bit++) {
    if (bitOf(id, bit) !== 0) refuse('the name of the group has bits that its path does not')
  }
  checkTop(climb(groupRoot, 'group', path, id), pulse.header)
  const { total, bond, count } = first.sums
  const where = Array.from({ length: named }, (_, bit) => bitOf(id, bit)).join('')
  return (
    `At pulse ${pulse.header.pulseSeen} the ${count} accounts of group "${where}" ` +
    `together had ${total}, of it ${bond} pledged.`
  )
}

const ofOnePulse = (proof: Exclude<Proof, { kind: 'transfer' }>): string => {
  if (proof.kind === 'inclusion') return checkInclusion(proof)
  return proof.kind === 'absence' ? checkAbsence(proof) : checkGroupSum(proof)
}

/**
 * Checks a proof against what is known of an organization.
 *
 * @param trusted the organization, and who keeps its books
 * @param checker how signatures are checked
 * @returns what the proof has shown
 * @throws LedgerError PROOF_INVALID, with what did not fit; SUM_OVERFLOW; LayoutInvalid where a
 *   field of an object is none that bytes can hold
 */
export function checkProof(proof: Proof, trusted: TrustedOrganization, checker: Checker): Shown {
  if (proof.kind === 'transfer') return checkTransfer(proof, trusted, checker)
  const signers = checkSeal(proof.pulse, trusted, checker)
  if (proof.id.length !== 20) refuse("an account's id has 20 bytes")
  const text = ofOnePulse(proof)
  return { kind: proof.kind, pulse: proof.pulse.header.pulseSeen, ...signers, text }
}

/**
 * Mutated proofs out of a seed: bytes changed, moved, cut and taken from other proofs, and proofs
 * whose parts were changed by who knows the layout. A checker must refuse all that say anything
 * untrue, and say so with an error of its own.
 */
import { concat, equal, LeitherError, toHex } from '#base'
import type { Signatures } from '#identity'
import { randomBytes, type Randoms } from '../tree/sample.contract.js'
import { checkProof, decodeProof, encodeProof } from './check.js'
import type { Proof } from './proofs.js'
import type { Sample } from './sample.contract.js'

type Step = Exclude<Proof, { kind: 'transfer' }>['path'][number]

function ofBytes(bytes: Uint8Array, other: Uint8Array, random: Randoms): Uint8Array {
  const at = random(bytes.length)
  const changed = bytes.slice()
  switch (random(6)) {
    case 0:
      changed[at] ^= 1 << random(8)
      return changed
    case 1:
      changed.set(randomBytes(random, Math.min(1 + random(32), bytes.length - at)), at)
      return changed
    case 2:
      changed.copyWithin(at, random(bytes.length), random(bytes.length))
      return changed
    case 3: {
      const length = Math.min(1 + random(80), bytes.length - at)
      changed.set(
        other.subarray(at, Math.min(at + length, other.length)),
        Math.min(at, other.length),
      )
      return changed
    }
    case 4:
      return concat(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random(64))))
    default:
      return concat(bytes.subarray(0, at), randomBytes(random, 1 + random(40)), bytes.subarray(at))
  }
}

function ofPath(path: readonly Step[], random: Randoms): readonly Step[] {
  const changed = [...path]
  const at = random(Math.max(1, path.length))
  const step = path[at]
  if (step === undefined) return [{ kind: 'inner', bit: 3, side: 0, sibling: new Uint8Array(32) }]
  switch (random(6)) {
    case 0:
      changed.splice(at, 1)
      return changed
    case 1:
      changed.splice(at, 0, step)
      return changed
    case 2:
      return [...path.slice(at), ...path.slice(0, at)]
    case 3:
      if (step.kind === 'group') changed[at] = { kind: 'group', sums: moreOf(step.sums, random) }
      else changed[at] = { ...step, side: 1 - step.side }
      return changed
    case 4:
      if (step.kind === 'upper') {
        changed[at] = { ...step, siblingSums: moreOf(step.siblingSums, random) }
      } else if (step.kind === 'inner') {
        changed[at] = { ...step, bit: random(256) }
      }
      return changed
    default: {
      const { kind } = step
      if (kind === 'upper') changed[at] = { ...step, kind: 'inner' }
      else if (kind === 'inner') {
        changed[at] = { ...step, kind: 'upper', siblingSums: { total: 0n, bond: 0n, count: 0 } }
      }
      return changed
    }
  }
}

type Sums = Extract<Step, { kind: 'group' }>['sums']

function moreOf({ total, bond, count }: Sums, random: Randoms): Sums {
  const all = [
    { total: total + 1n, bond, count },
    { total: total > 0n ? total - 1n : 1n, bond, count },
    { total, bond: bond + 1n, count },
    { total, bond, count: count + 1 },
    { total: 2n ** 64n - 1n, bond, count },
  ]
  return all[random(all.length)]
}

function ofTransfer(
  proof: Extract<Proof, { kind: 'transfer' }>,
  other: Proof,
  random: Randoms,
): Proof {
  const { debitPulse, debitHeaders, entryProof, credit } = proof
  const [first] = credit
  switch (random(6)) {
    case 0:
      return { ...proof, debitHeaders: debitHeaders.slice(1) }
    case 1:
      return { ...proof, entryProof: { ...entryProof, index: entryProof.index ^ (1 + random(3)) } }
    case 2:
      return { ...proof, credit: first === undefined ? [] : [{ ...first, pulse: debitPulse }] }
    case 3:
      return other.kind === 'transfer' ? { ...proof, body: other.body } : { ...proof, credit: [] }
    case 4:
      return other.kind === 'transfer' ? { ...proof, entry: other.entry } : { ...proof, credit: [] }
    default:
      if (first === undefined) return { ...proof, debitHeaders: [...debitHeaders, debitHeaders[0]] }
      return {
        ...proof,
        credit: [{ ...first, cursor: { ...first.cursor, sequence: first.cursor.sequence + 1n } }],
      }
  }
}

function ofParts(proof: Proof, other: Proof, random: Randoms): Proof {
  if (proof.kind === 'transfer') return ofTransfer(proof, other, random)
  const { pulse } = proof
  const { header, certificate } = pulse
  const { signers } = certificate
  switch (random(7)) {
    case 0:
      return { ...proof, pulse: { header, certificate: { ...certificate, signers: [] } } }
    case 1: {
      const again = [...signers.slice(1), signers[0]]
      return { ...proof, pulse: { header, certificate: { ...certificate, signers: again } } }
    }
    case 2:
      return { ...proof, pulse: { ...pulse, header: { ...header, total: header.total + 1n } } }
    case 3:
      return { ...proof, id: other.kind === 'transfer' ? randomBytes(random, 20) : other.id }
    default:
      return { ...proof, path: ofPath(proof.path, random) }
  }
}

/** A proof of a sample, changed; undefined where the change changed nothing. */
export function mutate({ proofs }: Sample, random: Randoms): Uint8Array | undefined {
  const proof = proofs[random(proofs.length)]
  const other = proofs[random(proofs.length)]
  const bytes = encodeProof(proof)
  const changed =
    random(10) < 6
      ? ofBytes(bytes, encodeProof(other), random)
      : encodeProof(ofParts(proof, other, random))
  return equal(bytes, changed) ? undefined : changed
}

/** What became of mutated proofs. */
export interface Tried {
  tried: number
  /** passed all the same */
  accepted: number
  /** say something else that is true: another account is absent as well */
  stillTrue: number
}

/** The proof in these bytes; undefined where the checker refuses it. */
function passing(
  bytes: Uint8Array,
  { trusted }: Sample,
  checker: Pick<Signatures, 'verify'>,
): Proof | undefined {
  try {
    const proof = decodeProof(bytes)
    checkProof(proof, trusted, checker)
    return proof
  } catch (error) {
    if (error instanceof LeitherError) return undefined
    throw error
  }
}

/** Checks `count` mutated proofs. @throws whatever a checker throws that is none of its errors */
export function tryMutated(
  sample: Sample,
  checker: Pick<Signatures, 'verify'>,
  { count, random }: { count: number; random: Randoms },
): Tried {
  const there = new Set(sample.accounts.map(({ id }) => toHex(id)))
  const result: Tried = { tried: 0, accepted: 0, stillTrue: 0 }
  while (result.tried < count) {
    const bytes = mutate(sample, random)
    if (bytes === undefined) continue
    result.tried++
    const passed = passing(bytes, sample, checker)
    if (passed === undefined) continue
    if (passed.kind === 'absence' && !there.has(toHex(passed.id))) result.stillTrue++
    else result.accepted++
  }
  return result
}

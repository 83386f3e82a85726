/**
 * From a leaf, a group or an empty branch up to the whole tree: what a path's steps lead to. Every
 * step is held against the asked id, so that no path of one account serves for another.
 */
import type { ValueOf } from '#base'
import { addSums, noSums, type Sums } from '../amount.js'
import { LedgerError } from '../errors.js'
import { bitOf } from '../prefix.js'
import { type Digest, groupHash, innerHash, upperHash } from '../synopsis.js'
import { groupLimit } from '../tree/account-tree.js'
import type { pathStepLayout } from './proofs.js'

type Step = ValueOf<typeof pathStepLayout>
type Fork = Exclude<Step, { kind: 'group' }>

/** Where a climb is. */
export interface Height {
  readonly hash: Digest
  readonly sums: Sums
}

export const refuse = (why: string): never => {
  throw new LedgerError('PROOF_INVALID', `the proof does not hold: ${why}`)
}

/** The number of bits in an account's id. */
const idBits = 160

/** Checks a step's place: it must lie above the last one and on the id's way. */
function checkFork({ bit, side }: Fork, last: number, id: Uint8Array): void {
  if (bit >= last) refuse(`a step at bit ${bit} stands above one at bit ${last}`)
  if (side !== bitOf(id, bit)) refuse(`a step at bit ${bit} leaves the way of the account's id`)
}

function climbFork(step: Fork, { hash, sums }: Height): Height {
  const { bit, side, sibling } = step
  if (step.kind === 'inner') {
    return {
      hash: side === 0 ? innerHash(bit, hash, sibling) : innerHash(bit, sibling, hash),
      sums,
    }
  }
  const own = { hash, sums }
  const other = { hash: sibling, sums: step.siblingSums }
  return {
    hash: side === 0 ? upperHash(bit, own, other) : upperHash(bit, other, own),
    sums: addSums(sums, step.siblingSums),
  }
}

/**
 * @param start hash of a leaf, or the root of a group, or an empty branch's
 * @param from what starts: an empty branch has no group, a group's root no steps inside
 * @param id 20 bytes, followed at every step
 * @throws LedgerError PROOF_INVALID, SUM_OVERFLOW
 */
export function climb(
  start: Digest,
  from: 'leaf' | 'group' | 'empty',
  path: readonly Step[],
  id: Uint8Array,
): Height {
  let height: Height = { hash: start, sums: noSums }
  let last = idBits
  let isAbove = from === 'empty'
  for (const step of path) {
    if (step.kind === 'group') {
      if (isAbove) refuse('a second group is on the way')
      checkGroup(step.sums, from === 'leaf' ? idBits - last : 0)
      height = { hash: groupHash(height.hash, step.sums), sums: step.sums }
      isAbove = true
      continue
    }
    if (isAbove !== (step.kind === 'upper') || (from === 'group' && !isAbove)) {
      refuse(`the step at bit ${step.bit} is on the wrong side of its group`)
    }
    checkFork(step, last, id)
    last = step.bit
    height = climbFork(step, height)
  }
  return isAbove ? height : refuse('no group is on the way')
}

/** @param passed 0 where the group's root is the leaf or was given: no step inside was seen */
function checkGroup({ total, bond, count }: Sums, passed: number): void {
  if (count > groupLimit) refuse(`${count} accounts are in one group`)
  if (count < (passed === 0 ? 1 : 2)) refuse(`a group of ${count} accounts has nodes inside`)
  if (bond > total) refuse('a group has pledged more than it holds')
}

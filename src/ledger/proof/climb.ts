/**
 * From a leaf, a group or an empty branch up to the whole tree: what a path's steps lead to. Every
 * step is held against the asked id, so that no path of one account serves for another.
 */
import type { ValueOf } from '#base'
import { addSums, noSums, type Sums } from '../amount.js'
import { LedgerError } from '../errors.js'
import { bitOf } from '../prefix.js'
import type { Digest } from '../synopsis.js'
import { groupLimit } from '../tree/account-tree.js'
import { ladder, type Rung, sumPairs } from './ladder.js'
import type { pathStepLayout } from './proofs.js'

type Step = ValueOf<typeof pathStepLayout>
type Start = 'leaf' | 'group' | 'empty'
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

const groupRung: Rung = { kind: 'group', bit: 0, side: 0 }

/** Proofs may come as objects too, whose fields have never been bytes. */
function checkSums({ total, bond, count }: Sums): void {
  const fits = bond >= 0n && bond <= total && total < 2n ** 64n
  if (!fits || count >>> 0 !== count) refuse('sums on its path are none')
}

/** @param passed 0 where the group's root is the leaf or was given: no step inside was seen */
function checkGroup(sums: Sums, passed: number): void {
  checkSums(sums)
  const { count } = sums
  if (count > groupLimit) refuse(`${count} accounts are in one group`)
  if (count < (passed === 0 ? 1 : 2)) refuse(`a group of ${count} accounts has nodes inside`)
}

/** Checks a step's place: it must lie above the last one and on the id's way. */
function checkFork({ bit, side, sibling }: Fork, last: number, id: Uint8Array): void {
  if (sibling.length !== 32) refuse(`a step at bit ${bit} has no synopsis beside it`)
  if (!(bit >= 0 && bit < last)) refuse(`a step at bit ${bit} stands above one at bit ${last}`)
  if (side !== bitOf(id, bit)) refuse(`a step at bit ${bit} leaves the way of the account's id`)
}

/** Checks the order of steps and adds up their sums, which it leaves to be hashed. */
function checkSteps(from: Start, path: readonly Step[], id: Uint8Array): Sums {
  let sums = noSums
  let last = idBits
  let isAbove = from === 'empty'
  sumPairs.clear()
  for (const step of path) {
    if (step.kind === 'group') {
      if (isAbove) refuse('a second group is on the way')
      checkGroup(step.sums, from === 'leaf' ? idBits - last : 0)
      sums = step.sums
      isAbove = true
      continue
    }
    if (isAbove !== (step.kind === 'upper') || (from === 'group' && !isAbove)) {
      refuse(`the step at bit ${step.bit} is on the wrong side of its group`)
    }
    checkFork(step, last, id)
    last = step.bit
    if (step.kind === 'inner') continue
    checkSums(step.siblingSums)
    if (step.side === 0) sumPairs.add(sums, step.siblingSums)
    else sumPairs.add(step.siblingSums, sums)
    sums = addSums(sums, step.siblingSums)
  }
  if (!isAbove) refuse('no group is on the way')
  return sums
}

const rungOf = (step: Step | undefined): Rung | undefined =>
  step?.kind === 'group' ? groupRung : step

/**
 * @param start hash of a leaf, or the root of a group, or an empty branch's
 * @param from what starts: an empty branch has no group, a group's root no steps inside
 * @param id 20 bytes, followed at every step
 * @throws LedgerError PROOF_INVALID, SUM_OVERFLOW
 */
export function climb(start: Digest, from: Start, path: readonly Step[], id: Uint8Array): Height {
  const sums = checkSteps(from, path, id)
  sumPairs.hash()
  ladder.begin(start, rungOf(path[0]))
  let uppers = 0
  for (let i = 0; i < path.length; i++) {
    const step = path[i]
    const next = rungOf(path[i + 1])
    if (step.kind === 'group') ladder.group(step.sums, next)
    else if (step.kind === 'inner') ladder.inner(step, step.sibling, next)
    else ladder.upper(step, step.sibling, uppers++, next)
  }
  return { hash: ladder.top(), sums }
}

/** Makers of proofs, out of a branch's tree as it is at a pulse. */
import { equal, encode } from '#base'
import type { AccountId } from '../account.js'
import { LedgerError } from '../errors.js'
import { bitOf } from '../prefix.js'
import { innerHash, leafHash } from '../synopsis.js'
import { forksAbove, isLive, type Table, treeAbove } from '../table.js'
import type { AccountTree, Path, PathStep } from '../tree/account-tree.js'
import { type TransferBody, transferBodyLayout } from '../transfer.js'
import type { Proof, SealedPulse } from './proofs.js'

const stale = (why: string): LedgerError => new LedgerError('PROOF_INVALID', why)

/** Makes proofs about the accounts of one branch at one pulse. */
export interface ProofMaker {
  /**
   * That an account is there, with its amount.
   *
   * @param isOpen whether to open its closed part as well
   * @throws LedgerError ACCOUNT_INVALID where there is none
   */
  inclusion(id: AccountId, isOpen?: boolean): Proof
  /** That an account is not there. @throws LedgerError ACCOUNT_INVALID where there is one */
  absence(id: AccountId): Proof
  /** What the group around an id holds. @throws LedgerError ACCOUNT_INVALID in an empty branch */
  groupSum(id: AccountId): Proof
}

/** The steps from a branch's root to the whole tree. */
function stepsAbove(tree: AccountTree, table: Table): PathStep[] {
  return forksAbove(table, tree.prefix).map(({ bit, sides }) => {
    const side = tree.prefix[bit] === '1' ? 1 : 0
    const { hash: sibling, sums: siblingSums } = sides[1 - side]
    return { kind: 'upper', bit, side, sibling, siblingSums }
  })
}

/** The root of the group on a path, and the path from it on. */
function groupOn({ leaf, steps }: Path): { groupRoot: Uint8Array; rest: readonly PathStep[] } {
  if (leaf === undefined) throw new LedgerError('ACCOUNT_INVALID', 'the branch is empty')
  let hash = leafHash(leaf.id, leaf.amount, leaf.pulse, leaf.coldHash)
  const at = steps.findIndex(({ kind }) => kind === 'group')
  for (const step of steps.slice(0, at)) {
    if (step.kind !== 'inner') continue
    const { bit, side, sibling } = step
    hash = side === 0 ? innerHash(bit, hash, sibling) : innerHash(bit, sibling, hash)
  }
  return { groupRoot: hash, rest: steps.slice(at) }
}

/** The id with all bits from `length` on zero. */
function cut(id: AccountId, length: number): Uint8Array {
  const name = new Uint8Array(id.length)
  for (let bit = 0; bit < length; bit++) {
    if (bitOf(id, bit) === 1) name[bit >> 3] |= 0x80 >> (bit & 7)
  }
  return name
}

/**
 * @param tree a branch as it is in the pulse
 * @param table the pulse's table
 * @throws LedgerError PROOF_INVALID where they are not of one pulse, also from the maker once the
 *   tree has changed
 */
export function proofMaker(tree: AccountTree, table: Table, pulse: SealedPulse): ProofMaker {
  const entry = table.find((each) => each.prefix === tree.prefix && isLive(each))
  if (entry === undefined) throw stale(`the pulse has no branch "${tree.prefix}"`)
  if (!equal(treeAbove(table).hash, pulse.header.stateRoot)) {
    throw stale('the table is not that of the pulse')
  }
  const above = stepsAbove(tree, table)
  const pathOf = (id: AccountId): Path => {
    const { leaf, steps } = tree.path(id)
    if (!equal(tree.root(), entry.stateRoot)) throw stale('the tree is not at the pulse')
    return { leaf, steps: [...steps, ...above] }
  }
  return {
    inclusion(id, isOpen = false) {
      const { leaf, steps } = pathOf(id)
      if (leaf === undefined || !equal(leaf.id, id)) {
        throw new LedgerError('ACCOUNT_INVALID', 'there is no such account in the branch')
      }
      const { amount, pulse: changed, coldHash } = leaf
      const account = isOpen ? tree.get(id) : undefined
      const cold = account === undefined ? [] : [account.cold]
      return { kind: 'inclusion', pulse, id, amount, changed, cold, coldHash, path: steps }
    },
    absence(id) {
      const { leaf, steps } = pathOf(id)
      if (leaf === undefined) {
        return { kind: 'absence', pulse, id, other: [], emptyPrefix: tree.prefix, path: steps }
      }
      if (equal(leaf.id, id)) {
        throw new LedgerError('ACCOUNT_INVALID', 'there is such an account in the branch')
      }
      const { pulse: changed, ...rest } = leaf
      const emptyPrefix = '' as typeof tree.prefix
      return { kind: 'absence', pulse, id, other: [{ ...rest, changed }], emptyPrefix, path: steps }
    },
    groupSum(id) {
      const { groupRoot, rest } = groupOn(pathOf(id))
      const next = rest[1]
      const length = next === undefined || next.kind === 'group' ? 0 : next.bit + 1
      return { kind: 'groupSum', pulse, id: cut(id, length), groupRoot, path: rest }
    },
  }
}

/** What proves a transfer, beside its body. */
export type TransferEvidence = Omit<Extract<Proof, { kind: 'transfer' }>, 'kind' | 'body'>

/** That a transfer was debited and credited. Whether it holds is for `checkProof` to say. */
export const transferProof = (body: TransferBody, evidence: TransferEvidence): Proof => ({
  kind: 'transfer',
  body: encode(transferBodyLayout, body),
  ...evidence,
})

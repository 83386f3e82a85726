/** Which members get which pages after a pulse (spec OL-1, J). */
import { type Account, type AccountTree, covers, type Group, type Header, levels } from '#ledger'
import { type Effect, type NodeName, send } from '../actor.js'
import { closeCopy, neighbours } from './copies.js'

export interface CopiesOfPulse {
  readonly pulse: bigint
  /** the branch's header in that pulse */
  readonly header: Header
  /** the branch at that header */
  readonly tree: Pick<AccountTree, 'groupOf'>
  /** accounts that changed since the pulse before */
  readonly changed: readonly Pick<Account, 'id'>[]
  /** see BranchLedger.image */
  readonly image: Uint8Array
  /** of the branch, 32 bytes */
  readonly secret: Uint8Array
  /** members' nodes */
  readonly members: readonly NodeName[]
  /** how many guard each group (the charter's `copies`) */
  readonly copies: number
}

/** A copy of every group that changed, to the group's neighbours. Nobody waits for it. */
export function sendCopies(options: CopiesOfPulse): readonly Effect[] {
  const { pulse, header, tree, changed, image, secret, members, copies } = options
  if (copies === 0 || members.length === 0) return []
  const groups: Group[] = []
  for (const { id } of changed) {
    if (groups.some((group) => covers(group.prefix, id))) continue
    const group = tree.groupOf(id)
    if (group !== undefined) groups.push(group)
  }
  return groups.flatMap((group) => {
    const copy = { group: group.prefix, pulse, header, accounts: group.accounts, image }
    const page = closeCopy(secret, copy)
    const { prefix } = header
    return neighbours(group.prefix, members, copies).map((name) =>
      send(name, {
        kind: 'copy',
        level: levels.branch,
        prefix,
        group: group.prefix,
        pulse,
        page,
      }),
    )
  })
}

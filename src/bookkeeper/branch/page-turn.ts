/** Which page goes to the keepers next: one after the other through the branch, then anew. */
import { compare } from '#base'
import type { Account, AccountId, AccountTree, Group, Prefix } from '#ledger'

const idBytes = 20

/** The smallest id that begins with these bits. */
export function firstId(prefix: Prefix): AccountId {
  const id = new Uint8Array(idBytes)
  for (let i = 0; i < prefix.length; i++) {
    if (prefix[i] === '1') id[i >> 3] |= 0x80 >> (i & 7)
  }
  return id
}

const lastOf = ({ accounts }: Group): AccountId => accounts[accounts.length - 1].id

/** Where the page after this group's begins: what lies right of the way that leads to the group. */
function after(tree: AccountTree, group: Group): AccountId {
  for (let length = group.prefix.length; length > tree.prefix.length; length--) {
    if (group.prefix[length - 1] === '1') continue
    const id = firstId((group.prefix.slice(0, length - 1) + '1') as Prefix)
    const next = tree.groupOf(id)
    // A bit that all ids below share is no fork: behind it lies the same group, or one before it.
    if (next !== undefined && compare(next.accounts[0].id, lastOf(group)) > 0) return id
  }
  return firstId(tree.prefix)
}

/** The page that `from` is on, and where the next one begins. */
export function turnPage(
  tree: AccountTree,
  from: AccountId,
): { readonly page: readonly Account[]; readonly next: AccountId } {
  const group = tree.groupOf(from)
  if (group === undefined) return { page: [], next: from }
  return { page: group.accounts, next: after(tree, group) }
}

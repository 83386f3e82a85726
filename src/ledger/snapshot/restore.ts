/** A whole branch as it was at a pulse (spec OL-1, I and J). */
import { encode, equal } from '#base'
import { type Account, recordBytes, recordLayout } from '../account.js'
import { LedgerError } from '../errors.js'
import type { AccountTree } from '../tree/account-tree.js'
import { accountTree } from '../tree/tree.js'
import { countOf, idAt } from './leaves.js'
import { type Past, readStored, versionAt } from './past.js'
import { bodyOf } from './rows.js'
import { damaged, missing, type StoredGroup, storedGroups } from './stored.js'

/**
 * The tree at a pulse that is kept, empty before the first one that was noted.
 * @throws LedgerError PAGE_MISSING, PAGE_INVALID
 */
export async function restoreTree(past: Past, pulse: bigint): Promise<AccountTree> {
  const { keyValue, keys } = past
  for await (const [key, value] of keyValue.scan({ ...keys.rootsUpTo(pulse), limit: 1 })) {
    const accounts: Account[] = []
    for await (const group of storedGroups(keyValue, keys)) {
      await addAccounts(past, group, pulse, accounts)
    }
    const tree = accountTree(keys.prefix, accounts)
    const root = bodyOf(key, value)
    if (root !== undefined && equal(root, tree.root())) return tree
    throw new LedgerError(
      'PAGE_INVALID',
      `branch "${keys.prefix}" at pulse ${pulse} does not hash to its root; fetch it again`,
    )
  }
  return accountTree(keys.prefix)
}

async function addAccounts(
  past: Past,
  { prefix, leaves }: StoredGroup,
  pulse: bigint,
  accounts: Account[],
): Promise<void> {
  for (let i = 0; i < countOf(leaves); i++) {
    const id = idAt(leaves, i).slice()
    const now = readStored(past, id)
    if (now === undefined) throw missing(prefix, 'an account')
    const account = await versionAt(past, id, now, pulse)
    if (account === undefined) continue
    const record = leaves.records.subarray(i * recordBytes, (i + 1) * recordBytes)
    if (now.since <= pulse && !equal(encode(recordLayout, account), record)) {
      throw damaged(prefix, 'the page')
    }
    accounts.push(account)
  }
}

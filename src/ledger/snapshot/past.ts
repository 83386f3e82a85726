/** Accounts as they are and as they were, by pulse. */
import type { KeyValue } from '#world'
import type { Account, AccountId } from '../account.js'
import type { Prefix } from '../prefix.js'
import type { RowKeys } from './keys.js'
import { bodyOf, type Now, readNow, readVersion } from './rows.js'
import { damaged, missing } from './stored.js'

/** Where an account is looked for: its group for messages, and the stored rows. */
export interface Past {
  readonly keyValue: Pick<KeyValue, 'get' | 'scan'>
  readonly keys: RowKeys
  /** the group that the id is in now */
  readonly groupOf: (id: AccountId) => Prefix
}

/** An account of the cold table. @throws LedgerError PAGE_INVALID */
export function readStored({ keyValue, keys, groupOf }: Past, id: AccountId): Now | undefined {
  const key = keys.now(id)
  const value = keyValue.get(key)
  if (value === undefined) return undefined
  const body = bodyOf(key, value)
  if (body === undefined) throw damaged(groupOf(id), 'an account')
  return readNow(body)
}

/**
 * An account as it was at a pulse that is kept; undefined where there was none.
 * @throws LedgerError PAGE_MISSING, PAGE_INVALID
 */
export async function readPast(
  past: Past,
  id: AccountId,
  pulse: bigint,
): Promise<Account | undefined> {
  const now = readStored(past, id)
  return now === undefined ? undefined : versionAt(past, id, now, pulse)
}

/** The same, of an account whose row of the cold table is at hand. */
export async function versionAt(
  past: Past,
  id: AccountId,
  now: Now,
  pulse: bigint,
): Promise<Account | undefined> {
  if (now.born > pulse) return undefined
  if (now.since <= pulse) return readVersion(id, now.firstKey, now.version)
  for await (const [key, value] of past.keyValue.scan({ ...past.keys.upTo(id, pulse), limit: 1 })) {
    const body = bodyOf(key, value)
    if (body === undefined) throw damaged(past.groupOf(id), 'the past')
    return readVersion(id, now.firstKey, body)
  }
  throw missing(past.groupOf(id), 'the past')
}

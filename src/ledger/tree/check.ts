/** Whether what comes from outside is an account at all. */
import type { Account, AccountId } from '../account.js'
import { LedgerError } from '../errors.js'

const tooMuch = 2n ** 64n

/** @throws LedgerError ACCOUNT_INVALID unless the id has 20 bytes */
export function checkId(id: AccountId): void {
  if (id.length !== 20) {
    throw new LedgerError('ACCOUNT_INVALID', `an account's id has 20 bytes, not ${id.length}`)
  }
}

const isAmount = (value: bigint): boolean => value >= 0n && value < tooMuch

/** @throws LedgerError ACCOUNT_INVALID where a field does not fit into its place */
export function checkAccount({ id, amount, pulse, cold }: Account): void {
  checkId(id)
  const fits =
    isAmount(amount) &&
    isAmount(pulse) &&
    isAmount(cold.nonce) &&
    isAmount(cold.held) &&
    isAmount(cold.bond) &&
    cold.blind.length === 16 &&
    cold.publicKey.length === 32 &&
    cold.votesRoot.length === 32 &&
    cold.flags >>> 0 === cold.flags
  if (!fits) {
    throw new LedgerError('ACCOUNT_INVALID', 'a field of an account does not fit into its place')
  }
}

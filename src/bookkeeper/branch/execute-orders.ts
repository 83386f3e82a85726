/** Supervisors' orders: who joins, whose account is frozen or thawed (paper 3.2). */
import { encode, equal, sha256 } from '#base'
import { accountFlags, accountOf, covers, type Order, orderBodyLayout, orderKinds } from '#ledger'
import type { RefusalCode } from './branch-ledger.js'
import type { OpenAccount, Work } from './execute.js'

/** Orders that an account has had: the high 24 bits of its flags. */
const ordersOf = ({ cold }: OpenAccount): number => cold.flags >>> 8

const mostOrders = 0xff_ffff

function newAccount(work: Work, { publicKey, blind, flags }: Order['body']): OpenAccount {
  return {
    id: accountOf(publicKey),
    amount: 0n,
    pulse: work.pulse,
    cold: {
      blind,
      publicKey,
      nonce: 0n,
      held: 0n,
      bond: 0n,
      votesRoot: new Uint8Array(32),
      flags: ((1 << 8) | (flags & 0xff)) >>> 0,
    },
  }
}

function orderRefusal(work: Work, order: Order): RefusalCode | undefined {
  const { prefix, parent, seating, checks } = work.footing
  const { body } = order
  if (!equal(body.org, parent.org)) return 'ORG_OTHER'
  const id = accountOf(body.publicKey)
  if (!covers(prefix, id)) return 'BRANCH_OTHER'
  if (body.validUntil < work.pulse) return 'EXPIRED'
  if (!seating.charter.supervisors.some((key) => equal(key, body.supervisor))) {
    return 'SUPERVISOR_UNKNOWN'
  }
  const account = work.account(id)
  if (body.kind === orderKinds.join) {
    if (account !== undefined) return 'ACCOUNT_EXISTS'
    if (body.flags > 0xff) return 'ORDER_INVALID'
  } else if (body.kind !== orderKinds.freeze && body.kind !== orderKinds.thaw) {
    return 'ORDER_INVALID'
  } else if (account === undefined) {
    return 'ACCOUNT_UNKNOWN'
  }
  const had = account === undefined ? 0 : ordersOf(account)
  if (body.number !== had + 1 || body.number > mostOrders) return 'ORDER_STALE'
  return checks.order(order) ? undefined : 'SIGNATURE_INVALID'
}

/** Carries an order out. @returns why not; then nothing has changed */
export function obey(work: Work, order: Order, id: Uint8Array): RefusalCode | undefined {
  const refused = orderRefusal(work, order)
  if (refused !== undefined) return refused
  const { body } = order
  const account = work.account(accountOf(body.publicKey))
  if (account === undefined) {
    work.add(newAccount(work, body))
  } else {
    work.touch(account, id)
    const marks = account.cold.flags & 0xff
    const isFrozen = body.kind === orderKinds.freeze
    const after = isFrozen ? marks | accountFlags.frozen : marks & ~accountFlags.frozen
    account.cold.flags = ((body.number << 8) | after) >>> 0
    if (!isFrozen) {
      account.amount += account.cold.held
      account.cold.held = 0n
    }
  }
  work.ordered(id)
  return undefined
}

/** @throws LayoutInvalid where a field does not fit */
export const idOfOrder = ({ body }: Order): Uint8Array => sha256(encode(orderBodyLayout, body))
